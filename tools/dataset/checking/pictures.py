"""Check of the pictures on disk."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from higherhrnet_plugin.images import (
    check_size,
    hint_orientation,
    read_image,
)
from higherhrnet_plugin.inference.prefetch import prefetch

from .findings import Findings
from .settings import Settings, picture_path

_SHOWN = 3
_AHEAD = 32


def check_pictures(
    content: dict[str, Any], settings: Settings, findings: Findings
) -> None:
    """Read every picture as training does, and compare its size.

    Args:
        content: Repaired content of the annotation file.
        settings: How the file is read.
        findings: Takes what was found.
    """
    broken, other, hints, turned = [], [], [], []
    images = content['images']
    workers = min(8, os.cpu_count() or 1)
    check = partial(
        _check, Path(settings.image_dir), settings.annotated_on == 'image'
    )
    checks = prefetch(check, images, workers, _AHEAD)
    bar = tqdm(checks, 'pictures', len(images), unit='image')
    # the bar first, so that it comes to its end
    for (failure, mismatch, *found), image in zip(bar, images):
        name = image['file_name']
        if failure:
            broken.append(f'{name}: {failure}')
        if mismatch:
            other.append(mismatch)
        for hint, texts in zip(found, (hints, turned)):
            if hint:
                texts.append(f'{name}: {hint}')
    for what, texts, target in (
        ('pictures cannot be read', broken, findings.failures),
        (
            'pictures have another size than the file says',
            other,
            findings.failures,
        ),
        ('pictures are nearly black', hints, findings.warnings),
        ('pictures may be annotated as stored', turned, findings.warnings),
    ):
        if texts:
            shown = '; '.join(texts[:_SHOWN])
            shown += '; ...' if len(texts) > _SHOWN else ''
            target.append(f'{len(texts)} {what}: {shown}')
    findings.details['pictures'] = {
        'opened': len(images) - len(broken),
        'broken': broken,
        'other_size': other,
        'hints': hints,
        'turned': turned,
    }


def _check(folder: Path, asked: bool, image: dict[str, Any]) -> list[str]:
    """Read one picture.

    Returns:
        Why it cannot be read, in what its size is wrong, and the hints about
        its range and its orientation; '' for what there is not.
    """
    try:
        picture = read_image(picture_path(folder, image))
    except (OSError, ValueError) as error:
        return [str(error), '', '', '']
    height, width = picture.pixels.shape[:2]
    annotated = image['width'], image['height']
    mismatch, turned = '', ''
    try:
        check_size(image['file_name'], (width, height), annotated)
    except ValueError as error:
        mismatch = str(error)
    if asked:
        turned = hint_orientation(picture.orientation)
    return ['', mismatch, picture.hint, turned]
