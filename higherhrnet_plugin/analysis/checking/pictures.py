"""Check of the pictures on disk."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

from tqdm import tqdm

from ...images import (
    explain_sizes,
    hint_orientation,
    read_image,
)
from ...inference.prefetch import prefetch
from .findings import Findings
from .settings import Settings

_SHOWN = 3
_AHEAD = 32
# of each defect: its text, and whether it speaks against training
_DEFECTS = {
    'broken': ('pictures cannot be read', True),
    'other_size': ('pictures have another size than the file says', True),
    'hints': ('pictures may not show what they should', False),
    'turned': ('pictures may be annotated as stored', False),
}


def check_pictures(
    content: dict[str, Any], findings: Findings, progress: bool = False
) -> None:
    """Read every picture as training does, and compare its size.

    Args:
        content (dict): Repaired content of the annotation file.
        findings (Findings): Takes what is wrong.
        progress (bool): Whether to show a progress bar. Defaults to False.
    """
    images, settings = content['images'], findings.settings
    workers = min(8, os.cpu_count() or 1)
    checks = prefetch(partial(_check, settings), images, workers, _AHEAD)
    texts: dict[str, list[str]] = {defect: [] for defect in _DEFECTS}
    advice: dict[str, str] = {}
    for defects in tqdm(
        checks, 'pictures', len(images), unit='image', disable=not progress
    ):
        for defect, text, reason in defects:
            texts[defect].append(text)
            advice.setdefault(defect, reason)
    for defect, (what, fails) in _DEFECTS.items():
        if texts[defect]:
            shown = '; '.join(texts[defect][:_SHOWN])
            shown += '; ...' if len(texts[defect]) > _SHOWN else ''
            shown += f': {advice[defect]}' if advice[defect] else ''
            target = findings.failures if fails else findings.warnings
            target.append(f'{len(texts[defect])} {what}: {shown}')
    opened = len(images) - len(texts['broken'])
    findings.details['pictures'] = {'opened': opened, **texts}


def _check(
    settings: Settings, image: dict[str, Any]
) -> list[tuple[str, str, str]]:
    """Read one picture.

    Returns:
        The defects: key, text, and cause with way out or ''.
    """
    name = image['file_name']
    try:
        picture = read_image(settings.image_dir / name)
    except (OSError, ValueError) as error:
        return [('broken', f'{name}: {error}', '')]
    defects = []
    height, width = picture.pixels.shape[:2]
    size, told = (width, height), (image['width'], image['height'])
    if size != told:
        text = f'{name} is {size}, the file says {told}'
        defects.append(('other_size', text, explain_sizes(size, told)))
    if picture.hint:
        defects.append(('hints', f'{name}: {picture.hint}', ''))
    turned = hint_orientation(picture.orientation)
    if turned and settings.annotated_on != 'stored':
        defects.append(('turned', name, turned))
    return defects
