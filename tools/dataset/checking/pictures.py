"""Check of the pictures on disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tqdm import tqdm

from higherhrnet_plugin.datasets.coco_repair.files import read_image_size

from .findings import Findings
from .settings import picture_path

_SHOWN = 3


def check_pictures(
    content: dict[str, Any], folder: Path, findings: Findings
) -> None:
    """Open every picture and compare its size.

    Args:
        content: Repaired content of the annotation file.
        folder: Folder of the images.
        findings: Takes what was found.
    """
    broken, other = [], []
    for image in tqdm(content['images'], desc='pictures', unit='image'):
        name = image['file_name']
        try:
            size = read_image_size(str(picture_path(folder, image)))
        except OSError as error:
            broken.append(f'{name}: {error}')
            continue
        told = image['width'], image['height']
        if size != told:
            other.append(f'{name} is {size}, the file says {told}')
    for what, texts in (
        ('pictures cannot be opened', broken),
        ('pictures have another size (w, h) than the file says', other),
    ):
        if texts:
            shown = '; '.join(texts[:_SHOWN])
            shown += '; ...' if len(texts) > _SHOWN else ''
            findings.failures.append(f'{len(texts)} {what}: {shown}')
    findings.details['pictures'] = {
        'opened': len(content['images']) - len(broken),
        'broken': broken,
        'other_size': other,
    }
