"""One annotation, with everything that training and evaluation read.

Rules for what is derived:
    - a box is the bounding box of the segmentation, as in COCO; without one
      it is that of the labelled keypoints, enlarged on every side by 10 % of
      its longer side (on COCO, people reach 6 to 13 % beyond their
      keypoints), or 32 pixels a side around a single point
    - an area is that of the segmentation, as in COCO; without one it is 0.53
      of the box. OKS is measured relative to the area, and 0.53 is what
      xtcocotools takes with ``use_area=False`` and mmpose in its data sets;
      people of COCO fill about this part of their boxes
    - ``num_keypoints`` is the number of keypoints with a visibility above 0
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import numpy as np

from .keypoints import repair_keypoints
from .marks import take_ignored_as_crowd
from .nobody import NOTHING
from .placeholders import clear_placeholders
from .report import RepairReport
from .segmentations import (
    has_region,
    repair_segmentation,
    segmentation_area,
    segmentation_box,
)

_MARGIN = 0.1
_POINT_SIDE = 32.0
_FILL = 0.53


def repair_annotation(
    annotation: dict[str, Any],
    image: dict[str, Any],
    fields: Mapping[str, int],
    report: RepairReport,
) -> Optional[dict[str, Any]]:
    """Complete one annotation.

    Args:
        annotation (dict): The record of the file, with an ``id``.
        image (dict): Its image, with ``width`` and ``height``.
        fields (Mapping[str, int]): Names of the lists of keypoints and how
            many keypoints each holds. The first one decides about box, area
            and ``num_keypoints``.
        report (RepairReport): Takes notes.

    Returns:
        dict | None: a new record, or None if the annotation says nothing.

    Raises:
        ValueError: If a value cannot be repaired.
    """
    record = dict(annotation)
    owner = f'annotation {annotation["id"]}'
    _repair_crowd(record, owner, report)
    take_ignored_as_crowd(record, owner, report)
    for name, number in fields.items():
        points = repair_keypoints(
            annotation, name, number, (owner, sum(fields.values())), report
        )
        record[name] = clear_placeholders(points, owner, report)
    values = record[next(iter(fields))]
    x, y, visibility = values[0::3], values[1::3], values[2::3]
    # plain lists: arrays of this length are slow
    labelled = [p for *p, v in zip(x, y, visibility) if v > 0]
    _repair_count(record, visibility, owner, report)
    masked = bool(record['iscrowd']) or not labelled
    repair_segmentation(record, image, masked, owner, report)
    if not _repair_box(record, labelled, image, owner, report):
        report.add_drop(NOTHING, owner)
        return None
    _repair_area(record, image, owner, report)
    _note(record, labelled, image, owner, report)
    return record


def derive_box(labelled: np.ndarray, size: tuple[float, float]) -> list[float]:
    """Derive a box from keypoints.

    Args:
        labelled (np.ndarray): float (N, 2), (x, y) in image pixels, N > 0.
        size (tuple[float, float]): (w, h) of the image.

    Returns:
        list[float]: (x, y, w, h): their bounding box and a margin of 10 % of
        its longer side, or 32 pixels a side around a single point; inside
        the image if any of it is.
    """
    low, high = labelled.min(axis=0), labelled.max(axis=0)
    longer = float((high - low).max())
    margin = _MARGIN * longer if longer > 0 else _POINT_SIDE / 2
    low, high = low - margin, high + margin
    inside_low, inside_high = np.clip(low, 0, size), np.clip(high, 0, size)
    if (inside_high > inside_low).all():
        low, high = inside_low, inside_high
    return [*low.tolist(), *(high - low).tolist()]


def derive_area(box: list[float]) -> float:
    """Derive the area of a person from the box.

    Args:
        box (list[float]): (x, y, w, h) in pixels.

    Returns:
        float: 0.53 of the area of the box, in square pixels.
    """
    return _FILL * box[2] * box[3]


def _repair_crowd(
    record: dict[str, Any], owner: str, report: RepairReport
) -> None:
    """Fill in ``iscrowd``."""
    value = record.get('iscrowd')
    if value is None:
        record['iscrowd'] = 0
        report.add_repair('`iscrowd` set to 0', owner)
    elif value not in (0, 1):
        raise ValueError(f'{owner} has `iscrowd` {value!r}; it is 0 or 1')


def _repair_count(
    record: dict[str, Any],
    visibility: list[float],
    owner: str,
    report: RepairReport,
) -> None:
    """Fill in ``num_keypoints``."""
    labelled = sum(v > 0 for v in visibility)
    value = record.get('num_keypoints')
    # CrowdPose counts visible keypoints only, COCO hidden ones, too
    if (
        isinstance(value, (int, float))
        and visibility.count(2) <= value <= labelled
    ):
        return
    record['num_keypoints'] = labelled
    what = 'derived' if value is None else 'that contradicts the keypoints'
    report.add_repair(f'`num_keypoints` {what}', owner)


def _repair_box(
    record: dict[str, Any],
    labelled: list[list[float]],
    image: dict[str, Any],
    owner: str,
    report: RepairReport,
) -> bool:
    """Fill in ``bbox``; False if nothing tells where the person is."""
    value = record.get('bbox')
    if value is not None and not isinstance(value, (list, tuple)):
        raise ValueError(f'{owner} has `bbox` {value!r}; it is [x, y, w, h]')
    if value and len(value) != 4:
        raise ValueError(
            f'{owner} has a `bbox` of {len(value)} numbers: {value}; it is '
            '[x, y, w, h]'
        )
    box = _numbers(value or [], f'`bbox` of {owner}')
    if len(box) == 4 and np.isfinite(box).all() and min(box[2:]) > 0:
        return True
    derived = segmentation_box(record.get('segmentation'), image)
    source = 'segmentation'
    if derived is None and labelled:
        size = image['width'], image['height']
        derived = derive_box(np.array(labelled, dtype=float), size)
        source = 'keypoints'
    if derived is None:
        return False
    record['bbox'] = derived
    kind = '`bbox` without a size' if value else '`bbox`'
    report.add_repair(f'{kind} derived from the {source}', owner)
    return True


def _repair_area(
    record: dict[str, Any],
    image: dict[str, Any],
    owner: str,
    report: RepairReport,
) -> None:
    """Fill in ``area``."""
    value = record.get('area')
    (area,) = _numbers([value], f'`area` of {owner}')
    if np.isfinite(area) and area > 0:
        return
    derived = segmentation_area(record.get('segmentation'), image)
    source = 'segmentation'
    if not derived:
        derived, source = derive_area(record['bbox']), 'box (53 % of it)'
    record['area'] = derived
    kind = '`area`' if value is None else '`area` that is not above 0'
    report.add_repair(f'{kind} derived from the {source}', owner)


def _numbers(values: Any, owner: str) -> list[float]:
    """Read numbers; None becomes NaN."""
    try:
        return [float('nan') if v is None else float(v) for v in values]
    except (TypeError, ValueError) as error:
        raise ValueError(f'{owner} holds {values!r}, no numbers') from error


def _note(
    record: dict[str, Any],
    labelled: list[list[float]],
    image: dict[str, Any],
    owner: str,
    report: RepairReport,
) -> None:
    """Note what is kept although it looks odd."""
    size = image['width'], image['height']
    if any(not (0 <= v <= s) for p in labelled for v, s in zip(p, size)):
        report.add_note('people with keypoints outside of the image', owner)
    highest = max((v for point in labelled for v in point), default=0)
    if len(labelled) > 1 and highest <= 1 and min(size) > 8:
        report.add_note(
            'people whose coordinates all lie in [0, 1], in pixels', owner
        )
    masked = record['iscrowd'] or not labelled
    if masked and not has_region(record.get('segmentation')):
        report.add_note(
            'crowds or unlabelled people without segmentation, masked by '
            'their box',
            owner,
        )
    box = record['bbox']
    if labelled and record['area'] < 0.01 * box[2] * box[3]:
        report.add_note('areas below 1 % of the box; OKS suffers', owner)
