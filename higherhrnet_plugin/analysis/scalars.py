"""What the Runner logged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read_scalars(path: Path) -> list[dict[str, Any]]:
    """Read the scalars of a training run.

    Args:
        path (Path): scalars.json, or the work folder of a run.

    Returns:
        list[dict]: one record a line of the file, or of every
        ``vis_data/scalars.json`` in the folder, oldest first.

    Raises:
        ValueError: If there are none, or a line is broken.
        OSError: If a file cannot be read.
    """
    files = [path]
    if path.is_dir():
        files = sorted(path.glob('*/vis_data/scalars.json'))
    records = []
    for file in files:
        lines = file.read_text(encoding='utf-8').splitlines()
        for number, line in enumerate(lines, 1):
            try:
                records.append(json.loads(line))
            except ValueError as error:
                raise ValueError(f'{file}, line {number}: {error}') from error
    if not records:
        if files:
            raise ValueError(f'{files[0]} is empty')
        raise ValueError(f'{path} has no */vis_data/scalars.json')
    return records
