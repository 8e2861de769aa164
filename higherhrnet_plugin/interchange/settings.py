"""Settings that tools keep as YAML beside their labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml


def read_settings(file: Path) -> dict[str, Any]:
    """Read settings, as plain values.

    Args:
        file (Path): YAML.

    Returns:
        dict: its content; nothing of it was run.

    Raises:
        OSError: If it cannot be opened.
        ValueError: If it is no YAML, or holds no settings.
    """
    try:
        settings = yaml.safe_load(file.read_text(encoding='utf-8'))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(f'{file} cannot be read: {error}') from error
    if not isinstance(settings, dict):
        raise ValueError(f'{file} holds no settings')
    return settings
