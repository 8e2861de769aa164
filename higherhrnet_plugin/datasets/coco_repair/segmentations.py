"""The segmentation of one annotation."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Mapping
from typing import Any, Optional

import numpy as np
import pycocotools.mask as coco_mask

from .numbers import read_numbers
from .polygon_forms import flatten_polygons
from .report import RepairReport
from .run_lengths import check_run_lengths

_MIN_COORDINATES = 6
# sides of the image from its corner; the memory of the C code grows with it
_FAR = 10
_BROKEN = 'of odd length, without numbers or far outside of the image'
_MASKED = 'the region cannot be masked: correct it, or delete the annotation'


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
        record['segmentation'] = _with_numbers(value, owner, report)
        _repair_runs(record, image, masked, owner, report)
        return
    if not isinstance(value, (list, tuple)):
        raise ValueError(
            f'{owner} has the `segmentation` {value!r}; it is a list of '
            'polygons or a run-length encoding'
        )
    flat = flatten_polygons(list(value))
    if flat != list(value):
        record['segmentation'] = value = flat
        report.add_repair('polygons given as points, made flat', owner)
    good: list[Any] = []
    broken: list[Any] = []
    for polygon in _polygons(value):
        if _is_polygon(polygon, _shape(image)):
            good.append(polygon)
        # empty and short ones are skipped by every reader
        elif not _is_short(polygon):
            broken.append(polygon)
    if broken and masked:
        # which of its numbers is missing or too much, nothing tells
        raise ValueError(
            f'{owner} has in its `segmentation` a polygon {_BROKEN}, '
            f'{reprlib.repr(broken[0])}; {_MASKED}'
        )
    if broken:
        record['segmentation'] = good
        report.add_repair(f'people with polygons {_BROKEN}, left out', owner)


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
    rles = encode_regions(segmentation, _shape(image))
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
    rles = encode_regions(segmentation, _shape(image))
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
    return any(not _is_short(p) for p in _polygons(segmentation))


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


def encode_regions(
    segmentation: Any, shape: tuple[int, int]
) -> list[dict[str, Any]]:
    """Encode a segmentation for the tools of COCO.

    Nothing reaches their C code unchecked: it writes beyond its memory for
    counts beyond the picture and for polygons that reach too far.

    Args:
        segmentation (Any): Polygons [x1, y1, x2, y2, ...] in image pixels,
            one polygon, a run-length encoding or nothing. Polygons of less
            than three points have no area and are skipped.
        shape (tuple[int, int]): (h, w) of the image.

    Returns:
        list[dict]: compressed run-length encodings.

    Raises:
        ValueError: If it is of no known form or cannot be drawn.
    """
    if not segmentation:
        return []
    if isinstance(segmentation, dict):
        return [_encode_runs(segmentation, shape)]
    if not isinstance(segmentation, (list, tuple)):
        raise ValueError(
            '`segmentation` must be polygons or a run-length encoding, got '
            f'{type(segmentation).__name__}'
        )
    polygons = [p for p in _polygons(segmentation) if not _is_short(p)]
    for polygon in polygons:
        if not _is_polygon(polygon, shape):
            raise ValueError(
                f'`segmentation` holds {polygon!r}, no polygon in the image '
                f'of (h, w) {list(shape)}'
            )
    return list(coco_mask.frPyObjects(polygons, *shape)) if polygons else []


def _encode_runs(
    encoding: dict[str, Any], shape: tuple[int, int]
) -> dict[str, Any]:
    """Check a run-length encoding, and compress it where it is not."""
    try:
        check_run_lengths(encoding, shape)
    except ValueError as error:
        raise ValueError(f'a run-length encoding {error}') from error
    counts = encoding['counts']
    known = {'size': list(shape), 'counts': counts}
    if isinstance(counts, (str, bytes)):
        return known
    known['counts'] = [int(count) for count in counts]
    return coco_mask.frPyObjects(known, *shape)


def _shape(image: dict[str, Any]) -> tuple[int, int]:
    """Return (h, w) of an image."""
    return int(image['height']), int(image['width'])


def _polygons(segmentation: Any) -> Any:
    """Take one polygon for a list of it."""
    return [segmentation] if np.isscalar(segmentation[0]) else segmentation


def _is_polygon(polygon: Any, shape: tuple[int, int]) -> bool:
    """Tell whether a list is a polygon of at least three points."""
    far = _FAR * max(shape)
    try:
        return (
            len(polygon) >= _MIN_COORDINATES
            and len(polygon) % 2 == 0
            and math.isfinite(sum(polygon))
            and -far <= min(polygon)
            and max(polygon) <= far
        )
    except (TypeError, OverflowError):
        return False


def _is_short(polygon: Any) -> bool:
    """Tell whether a list has too few points for a polygon."""
    return (
        isinstance(polygon, (list, tuple)) and len(polygon) < _MIN_COORDINATES
    )


def _with_numbers(
    encoding: dict[str, Any], owner: str, report: RepairReport
) -> dict[str, Any]:
    """Read size and counts of a run-length encoding that are text."""
    names = ['size']
    if isinstance(encoding.get('counts'), list):
        names.append('counts')
    return read_numbers(encoding, names, f'segmentation of {owner}', report)


def _repair_runs(
    record: dict[str, Any],
    image: dict[str, Any],
    masked: bool,
    owner: str,
    report: RepairReport,
) -> None:
    """Leave out a run-length encoding that cannot be decoded."""
    try:
        check_run_lengths(record['segmentation'], _shape(image))
    except ValueError as error:
        if masked:
            raise ValueError(
                f'{owner} has a run-length encoding that {error}; {_MASKED}'
            ) from error
        record['segmentation'] = []
        report.add_repair(
            'run-length encodings that do not fit their image, left out',
            f'{owner}: {error}',
        )
