"""Marks by which labelling tools say that a record does not count.

COCO Annotator marks images with ``annotated`` and ``deleted``, PoseTrack with
``is_labeled``; ``ignore`` of an annotation is known from many detectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .report import RepairReport

_NO = {0, '0', 'false'}
_YES = {1, '1', 'true'}


def split_marked_images(
    images: Sequence[dict[str, Any]], report: RepairReport
) -> tuple[list[dict[str, Any]], list[Any]]:
    """Leave out images that nobody has labelled, or that are deleted.

    Args:
        images (Sequence[dict]): ``images`` of the file.
        report (RepairReport): Takes notes.

    Returns:
        tuple: the images that count, and the ids of the others.

    Raises:
        ValueError: If a mark is neither true nor false, or no image is left.
    """
    kept, ids = [], []
    for i, image in enumerate(images):
        reason = _image_mark(image, f'image {image.get("id", i)}')
        if reason is None:
            kept.append(image)
            continue
        ids.append(image.get('id'))
        report.add_drop(reason, repr(image.get('file_name')))
    if not kept:
        raise ValueError(
            f'all {len(images)} images are marked as not annotated or deleted '
            f'({", ".join(report.dropped)}); if they are annotated, remove '
            'the mark'
        )
    return kept, ids


def is_deleted(annotation: Mapping[str, Any], owner: str) -> bool:
    """Tell whether an annotation is marked as deleted.

    Args:
        annotation (Mapping): The record of the file.
        owner (str): The annotation, for messages.

    Returns:
        bool: False without a mark.

    Raises:
        ValueError: If the mark is neither true nor false.
    """
    return bool(_mark(annotation, 'deleted', owner))


def take_ignored_as_crowd(
    record: dict[str, Any], owner: str, report: RepairReport
) -> None:
    """Make a crowd of someone who is marked by ``ignore``.

    The evaluation of COCO knows ``iscrowd`` alone and overwrites ``ignore``.
    Labelled keypoints stay: predictions that meet them are ignored.

    Args:
        record (dict): The annotation with its ``iscrowd``, changed in place.
        owner (str): The annotation, for messages.
        report (RepairReport): Takes notes.

    Raises:
        ValueError: If the mark is neither true nor false.
    """
    if _mark(record, 'ignore', owner) and not record['iscrowd']:
        record['iscrowd'] = 1
        report.add_repair('people marked by `ignore`, taken as crowds', owner)


def _image_mark(image: Mapping[str, Any], owner: str) -> Optional[str]:
    """Say why an image is left out, if it is."""
    if _mark(image, 'deleted', owner):
        return 'images marked by `deleted`'
    for name in ('annotated', 'is_labeled'):
        if _mark(image, name, owner) is False:
            return f'images marked by `{name}` as not labelled'
    return None


def _mark(record: Mapping[str, Any], name: str, owner: str) -> Optional[bool]:
    """Read a mark, or None if there is none."""
    value = record.get(name)
    if value is None:
        return None
    word = value.lower() if isinstance(value, str) else value
    if isinstance(word, (int, float, str)) and word in _NO | _YES:
        return word in _YES
    raise ValueError(f'{owner} has `{name}` {value!r}; it is true or false')
