"""The images of an annotation file."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Optional

from ...images import read_image_size
from .files import ImageFolder, join_path
from .ids import id_key, number_ids
from .nobody import NO_PICTURE
from .numbers import read_numbers
from .report import RepairReport

_NUMBERS = ('width', 'height', 'crowdIndex')
_SHOWN = 3


def repair_images(
    images: Sequence[dict[str, Any]],
    image_dir: Optional[str],
    tolerance: tuple[bool, bool],
    report: RepairReport,
) -> dict[str, Optional[dict[str, Any]]]:
    """Bring the images of a file into order.

    Args:
        images (Sequence[dict]): ``images`` of the file.
        image_dir (str, optional): Folder of the pictures. None leaves the
            disk alone.
        tolerance (tuple[bool, bool]): Whether images without a picture are
            left out, and whether those without a size are kept.
        report (RepairReport): Takes notes.

    Returns:
        dict: for every id of the file, as text, the record with an integer
        ``id``, the ``file_name`` that leads to the picture, ``width`` and
        ``height``, which are None if they are not known; or None if the
        image is left out.

    Raises:
        ValueError: If a record lacks what cannot be found out.
        FileNotFoundError: If pictures are missing and not to be left out.
    """
    drop_missing, allow_unsized = tolerance
    records = _without_repeats(images, report)
    numbers = number_ids(records)
    found: dict[str, Optional[dict[str, Any]]] = {}
    names = [image['file_name'] for image in records.values()]
    folder = None if image_dir is None else ImageFolder(image_dir, names)
    missing = []
    for key, image in records.items():
        record = dict(image, id=numbers[key])
        record = read_numbers(record, _NUMBERS, f'image {key}', report)
        found[key] = record
        if numbers[key] != image['id'] or isinstance(image['id'], float):
            report.add_repair('image ids made integers', repr(image['id']))
        if folder is not None and not _find_picture(record, folder, report):
            missing.append(image['file_name'])
            found[key] = None
            continue
        if image_dir is None and allow_unsized and _wrong_sides(record):
            record['width'] = record['height'] = None
            continue
        _repair_size(record, image_dir, report)
    if missing and not drop_missing:
        raise FileNotFoundError(_missing_text(missing, len(records), folder))
    for name in missing:
        report.add_drop(NO_PICTURE, repr(name))
    return found


def _without_repeats(
    images: Sequence[dict[str, Any]], report: RepairReport
) -> dict[str, dict[str, Any]]:
    """Check the records and order them by id, as text."""
    records: dict[str, dict[str, Any]] = {}
    for i, image in enumerate(images):
        for name in ('id', 'file_name'):
            if image.get(name) is None:
                raise ValueError(
                    f"it is not in COCO format: '{name}' is missing in "
                    f'`images[{i}]`'
                )
        key = id_key(image['id'], f'`images[{i}]`')
        if not isinstance(image['file_name'], str):
            raise ValueError(
                f'image {key} has the `file_name` {image["file_name"]!r}, '
                'which is no text'
            )
        if key not in records:
            records[key] = image
        elif records[key]['file_name'] == image['file_name']:
            report.add_drop('images listed twice', f'image {key}')
        else:
            raise ValueError(
                f'two images have the id {key}: '
                f'{records[key]["file_name"]!r} and {image["file_name"]!r}; '
                'which of them the annotations belong to is not known'
            )
    return records


def _find_picture(
    image: dict[str, Any], folder: ImageFolder, report: RepairReport
) -> bool:
    """Set the file name that leads to the picture; False if none does."""
    match = folder.find(image['file_name'])
    if match is None:
        return False
    name, change = match
    if change is not None:
        report.add_repair(change, repr(image['file_name']))
        image['file_name'] = name
    return True


def _missing_text(
    missing: list[str], number: int, folder: Optional[ImageFolder]
) -> str:
    """Say which pictures are missing."""
    shown = ', '.join(repr(name) for name in missing[:_SHOWN])
    if len(missing) > _SHOWN:
        shown += ', ...'
    place = folder.folder if folder else ''
    there = folder.describe(missing[0]) if folder else ''
    return (
        f'{len(missing)} of {number} images are not in {place!r}: {shown}; '
        f'{there}; set `data_root` and `data_prefix` of the data set, or '
        "leave these images out by missing_images='drop'"
    )


def _repair_size(
    image: dict[str, Any], image_dir: Optional[str], report: RepairReport
) -> None:
    """Fill in the size of an image from its picture."""
    wrong = _wrong_sides(image)
    if not wrong:
        return
    if image_dir is None:
        raise ValueError(
            f"'{wrong[0]}' is missing in image {image['id']} "
            f'({image["file_name"]!r}); it is read from the picture if the '
            'image folder is known'
        )
    try:
        size = read_image_size(join_path(image_dir, image['file_name']))
    except (OSError, ValueError) as error:
        raise ValueError(
            f"'{wrong[0]}' is missing in image {image['id']} and cannot be "
            f'read from {image["file_name"]!r}: {error}'
        ) from error
    image['width'], image['height'] = size
    report.add_repair(
        '`width` and `height` read from the picture',
        repr(image['file_name']),
    )


def _wrong_sides(image: dict[str, Any]) -> list[str]:
    """List which sides of an image are not known."""
    return [
        name for name in ('width', 'height') if not _is_size(image.get(name))
    ]


def _is_size(value: Any) -> bool:
    """Tell whether a value is a length in pixels."""
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value > 0
    )
