"""The segmentation of one annotation."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Optional

import numpy as np
import pycocotools.mask as coco_mask

from .report import RepairReport

_MIN_COORDINATES = 6


def repair_segmentation(
    record: dict[str, Any],
    image: dict[str, Any],
    masked: bool,
    owner: str,
    report: RepairReport,
) -> None:
    """Leave out what is no region; the rest stays as it is.

    Args:
        record (dict): The annotation, changed in place.
        image (dict): Its image, with ``width`` and ``height``.
        masked (bool): Whether the region is masked in training, so that it
            must not be left out.
        owner (str): The annotation, for messages.
        report (RepairReport): Takes notes.

    Raises:
        ValueError: If a region that has to be masked cannot be read.
    """
    value = record.get('segmentation')
    if not value:
        return
    if isinstance(value, dict):
        _check_rle(record, value, image, masked, owner, report)
        return
    if not isinstance(value, (list, tuple)):
        raise ValueError(
            f'{owner} has the `segmentation` {value!r}; it is a list of '
            'polygons or a run-length encoding'
        )
    polygons = [value] if np.isscalar(value[0]) else value
    good = [p for p in polygons if _is_polygon(p)]
    # empty and short ones are skipped by every reader
    broken = [p for p in polygons if not _is_polygon(p) and not _is_short(p)]
    if broken:
        record['segmentation'] = good
        report.add_repair(
            'people with polygons of odd length or without numbers, left out',
            owner,
        )


def segmentation_box(
    segmentation: Any, image: dict[str, Any]
) -> Optional[list[float]]:
    """Find the bounding box of a segmentation.

    Args:
        segmentation (Any): Polygons, run-length encoding or nothing.
        image (dict): Its image, with ``width`` and ``height``.

    Returns:
        list[float] | None: (x, y, w, h) in pixels, or None without a region.
    """
    rles = _as_rles(segmentation, image)
    if not rles:
        return None
    box = coco_mask.toBbox(coco_mask.merge(rles)).astype(float).tolist()
    return box if min(box[2:]) > 0 else None


def segmentation_area(segmentation: Any, image: dict[str, Any]) -> float:
    """Find the area of a segmentation.

    Args:
        segmentation (Any): Polygons, run-length encoding or nothing.
        image (dict): Its image, with ``width`` and ``height``.

    Returns:
        float: number of pixels inside, 0 without a region.
    """
    rles = _as_rles(segmentation, image)
    return float(coco_mask.area(coco_mask.merge(rles))) if rles else 0.0


def has_region(segmentation: Any) -> bool:
    """Tell whether a repaired segmentation encloses anything.

    Args:
        segmentation (Any): Polygons, run-length encoding or nothing.

    Returns:
        bool: False for nothing, and polygons of less than three points.
    """
    if not segmentation or isinstance(segmentation, dict):
        return bool(segmentation)
    polygons = segmentation
    if np.isscalar(segmentation[0]):
        polygons = [segmentation]
    return any(_is_polygon(p) for p in polygons)


def masked_region(annotation: Mapping[str, Any]) -> Any:
    """Find what is masked in training for someone who is not learned.

    Args:
        annotation (Mapping): A repaired annotation.

    Returns:
        Any: its segmentation, or the rectangle of its box as a polygon.
    """
    segmentation = annotation.get('segmentation')
    if has_region(segmentation):
        return segmentation
    x, y, w, h = annotation['bbox']
    return [[x, y, x + w, y, x + w, y + h, x, y + h]]


def _as_rles(segmentation: Any, image: dict[str, Any]) -> list[Any]:
    """Encode a segmentation."""
    if not segmentation:
        return []
    height, width = int(image['height']), int(image['width'])
    if isinstance(segmentation, dict):
        if isinstance(segmentation['counts'], list):
            return [coco_mask.frPyObjects(segmentation, height, width)]
        return [segmentation]
    if np.isscalar(segmentation[0]):
        segmentation = [segmentation]
    polygons = [p for p in segmentation if _is_polygon(p)]
    if not polygons:
        return []
    return list(coco_mask.frPyObjects(polygons, height, width))


def _is_polygon(polygon: Any) -> bool:
    """Tell whether a list is a polygon of at least three points."""
    try:
        return (
            len(polygon) >= _MIN_COORDINATES
            and len(polygon) % 2 == 0
            and math.isfinite(sum(polygon))
        )
    except TypeError:
        return False


def _is_short(polygon: Any) -> bool:
    """Tell whether a list has too few points for a polygon."""
    return (
        isinstance(polygon, (list, tuple)) and len(polygon) < _MIN_COORDINATES
    )


def _check_rle(
    record: dict[str, Any],
    rle: dict[str, Any],
    image: dict[str, Any],
    masked: bool,
    owner: str,
    report: RepairReport,
) -> None:
    """Check a run-length encoding."""
    size, counts = rle.get('size'), rle.get('counts')
    expected = [image['height'], image['width']]
    good = list(size or ()) == expected and counts
    if isinstance(counts, list):
        good = good and sum(counts) == expected[0] * expected[1]
    if good:
        return
    if masked:
        raise ValueError(
            f'{owner} has a run-length encoding of the size {size}, but its '
            f'image has (h, w) {expected}; the region cannot be masked'
        )
    record['segmentation'] = []
    report.add_repair('run-length encodings of another size left out', owner)
