"""Check of the pictures on disk."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from ...images import (
    explain_sizes,
    hint_orientation,
    read_image,
)
from ...inference.prefetch import prefetch
from .findings import Findings
from .settings import Settings, picture_path

_SHOWN = 3
_AHEAD = 32
# kind: what it is called, and whether it speaks against training
_KINDS = {
    'broken': ('pictures cannot be read', True),
    'other_size': ('pictures have another size than the file says', True),
    'hints': ('pictures may not show what they should', False),
    'turned': ('pictures may be annotated as stored', False),
}


def check_pictures(
    content: dict[str, Any], settings: Settings, findings: Findings
) -> None:
    """Read every picture as training does, and compare its size.

    Args:
        content: Repaired content of the annotation file.
        settings: How the file is read.
        findings: Takes what was found.
    """
    images = content['images']
    workers = min(8, os.cpu_count() or 1)
    checks = prefetch(partial(_check, settings), images, workers, _AHEAD)
    texts: dict[str, list[str]] = {kind: [] for kind in _KINDS}
    advice: dict[str, str] = {}
    for found in tqdm(checks, 'pictures', len(images), unit='image'):
        for kind, text, reason in found:
            texts[kind].append(text)
            advice.setdefault(kind, reason)
    for kind, (what, fails) in _KINDS.items():
        if texts[kind]:
            shown = '; '.join(texts[kind][:_SHOWN])
            shown += '; ...' if len(texts[kind]) > _SHOWN else ''
            shown += f': {advice[kind]}' if advice[kind] else ''
            target = findings.failures if fails else findings.warnings
            target.append(f'{len(texts[kind])} {what}: {shown}')
    opened = len(images) - len(texts['broken'])
    findings.details['pictures'] = {'opened': opened, **texts}


def _check(
    settings: Settings, image: dict[str, Any]
) -> list[tuple[str, str, str]]:
    """Read one picture.

    Returns:
        Kinds of what is wrong, in words, with cause and way out or ''.
    """
    name = image['file_name']
    try:
        picture = read_image(picture_path(Path(settings.image_dir), image))
    except (OSError, ValueError) as error:
        return [('broken', f'{name}: {error}', '')]
    found = []
    height, width = picture.pixels.shape[:2]
    size, told = (width, height), (image['width'], image['height'])
    if size != told:
        text = f'{name} is {size}, the file says {told}'
        found.append(('other_size', text, explain_sizes(size, told)))
    if picture.hint:
        found.append(('hints', f'{name}: {picture.hint}', ''))
    turned = hint_orientation(picture.orientation)
    if turned and settings.annotated_on != 'stored':
        found.append(('turned', name, turned))
    return found
