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

import math
from collections.abc import Mapping
from typing import Any, Optional

from .boxes import repair_box
from .habits import NO_HABITS, Habits
from .keypoints import repair_keypoints
from .marks import take_ignored_as_crowd
from .nobody import NOTHING
from .numbers import as_floats
from .placeholders import clear_placeholders
from .report import RepairReport
from .segmentations import (
    has_region,
    repair_segmentation,
    segmentation_area,
)
from .sizes import (
    derive_area,
    has_tiny_area,
    is_image_area,
    is_too_large,
)


def repair_annotation(
    annotation: dict[str, Any],
    image: dict[str, Any],
    fields: Mapping[str, int],
    owner: str,
    report: RepairReport,
    habits: Habits = NO_HABITS,
) -> Optional[dict[str, Any]]:
    """Complete one annotation.

    Args:
        annotation (dict): The record of the file.
        image (dict): Its image, with ``width`` and ``height``.
        fields (Mapping[str, int]): Names of the lists of keypoints and how
            many keypoints each holds. The first one decides about box, area
            and ``num_keypoints``.
        owner (str): The annotation, for messages.
        report (RepairReport): Takes notes.
        habits (Habits): What boxes and areas of the file have in common.
            Defaults to nothing unusual.

    Returns:
        dict | None: a new record, or None if the annotation says nothing.

    Raises:
        ValueError: If a value cannot be repaired.
    """
    record = dict(annotation)
    _repair_crowd(record, owner, report)
    take_ignored_as_crowd(record, owner, report)
    for name, number in fields.items():
        points = repair_keypoints(
            record, name, number, (owner, sum(fields.values())), report
        )
        record[name] = clear_placeholders(points, owner, report)
    values = record[next(iter(fields))]
    x, y, visibility = values[0::3], values[1::3], values[2::3]
    # plain lists: arrays of this length are slow
    labelled = [p for *p, v in zip(x, y, visibility) if v > 0]
    _repair_count(record, visibility, owner, report)
    masked = bool(record['iscrowd']) or not labelled
    repair_segmentation(record, image, masked, owner, report)
    is_given = repair_box(record, labelled, image, habits, owner, report)
    if is_given is None:
        report.add_drop(NOTHING, owner)
        return None
    tests = is_given, habits.areas_are_tiny
    _repair_area(record, labelled, image, tests, owner, report)
    _note(record, labelled, image, owner, report)
    return record


def _repair_crowd(
    record: dict[str, Any], owner: str, report: RepairReport
) -> None:
    """Fill in ``iscrowd``."""
    value = record.get('iscrowd')
    if value is None:
        record['iscrowd'] = 0
        report.add_repair('`iscrowd` set to 0', owner)
    elif isinstance(value, str) or value not in (0, 1):
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


def _repair_area(
    record: dict[str, Any],
    labelled: list[list[float]],
    image: dict[str, Any],
    tests: tuple[Optional[bool], bool],
    owner: str,
    report: RepairReport,
) -> None:
    """Fill in ``area``; told whether box is given, and areas are tiny."""
    is_given, is_tiny = tests
    value = record.get('area')
    (area,) = as_floats([value], f'`area` of {owner}')
    box, size = record['bbox'], (image['width'], image['height'])
    counts = labelled and not record['iscrowd']
    if value is None:
        kind = '`area`'
    elif not math.isfinite(area) or area <= 0:
        kind = '`area` that is not above 0'
    elif is_image_area(area, box, size):
        kind = '`area` of the whole image'
    elif counts and is_given and is_too_large(area, box, labelled, size):
        kind = '`area` far larger than the box'
    elif is_tiny and has_tiny_area(area, box):
        kind = '`area` below 1 % of the box'
    else:
        return
    derived = segmentation_area(record.get('segmentation'), image)
    source = 'segmentation'
    if not derived:
        derived, source = derive_area(record['bbox']), 'box (53 % of it)'
    record['area'] = derived
    report.add_repair(f'{kind} derived from the {source}', owner)


def _note(
    record: dict[str, Any],
    labelled: list[list[float]],
    image: dict[str, Any],
    owner: str,
    report: RepairReport,
) -> None:
    """Note what is kept although it looks odd."""
    width, height = size = image['width'], image['height']
    if any(not (0 <= x <= width and 0 <= y <= height) for x, y in labelled):
        report.add_note('people with keypoints outside of the image', owner)
    several = len(labelled) > 1 and min(size) > 8
    if several and all(x <= 1 and y <= 1 for x, y in labelled):
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
