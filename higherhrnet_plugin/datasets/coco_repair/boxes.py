"""The box of one annotation."""

from __future__ import annotations

import math
from typing import Any, Optional

import numpy as np

from .box_forms import convert_box
from .habits import Habits
from .numbers import as_floats
from .report import RepairReport
from .segmentations import segmentation_box
from .sizes import derive_area, derive_box, is_beside, is_whole_image

_MISSING, _EMPTY = '', ' without a size'


def repair_box(
    record: dict[str, Any],
    labelled: list[list[float]],
    image: dict[str, Any],
    habits: Habits,
    owner: str,
    report: RepairReport,
) -> Optional[bool]:
    """Fill in ``bbox``.

    Args:
        record (dict): The annotation, changed in place.
        labelled (list[list[float]]): (x, y) of its labelled keypoints.
        image (dict): Its image, with ``width`` and ``height``.
        habits (Habits): What the boxes of the file have in common.
        owner (str): The annotation, for messages.
        report (RepairReport): Takes notes.

    Returns:
        bool | None: whether it is that of the file, or None if nothing tells
        where the person is.

    Raises:
        ValueError: If it is no box.
    """
    value = record.get('bbox')
    if value is not None and not isinstance(value, (list, tuple)):
        raise ValueError(f'{owner} has `bbox` {value!r}; it is [x, y, w, h]')
    if value and len(value) != 4:
        raise ValueError(
            f'{owner} has a `bbox` of {len(value)} numbers: {value}; it is '
            '[x, y, w, h]'
        )
    box = as_floats(value or [], f'`bbox` of {owner}')
    size = image['width'], image['height']
    if habits.box_form is not None and box and np.isfinite(box).all():
        box = _convert(record, box, habits.box_form, size)
        report.add_repair(
            f'`bbox` given as {habits.box_form}, made x, y, w, h', owner
        )
    judged = [] if record['iscrowd'] else labelled
    wrong = _wrong_box(box, judged, size, habits)
    if wrong is None:
        return True
    derived = None
    if wrong in (_MISSING, _EMPTY):
        derived = segmentation_box(record.get('segmentation'), image)
    source = 'segmentation'
    if derived is None and labelled:
        derived = derive_box(np.array(labelled, dtype=float), size)
        source = 'keypoints'
    if derived is None:
        return None
    record['bbox'] = derived
    report.add_repair(f'`bbox`{wrong} derived from the {source}', owner)
    return False


def _convert(
    record: dict[str, Any],
    box: list[float],
    form: str,
    size: tuple[float, float],
) -> list[float]:
    """Convert a box, and forget an area that was computed from it."""
    converted = record['bbox'] = convert_box(box, form, size)
    product = box[2] * box[3]
    (area,) = as_floats([record.get('area')], '`area`')
    if any(
        math.isclose(area, part, rel_tol=1e-3)
        for part in (product, derive_area(box))
    ):
        record['area'] = None
    return converted


def _wrong_box(
    box: list[float],
    labelled: list[list[float]],
    size: tuple[float, float],
    habits: Habits,
) -> Optional[str]:
    """Say what is wrong with a box, or None."""
    if not box:
        return _MISSING
    if not np.isfinite(box).all() or min(box[2:]) <= 0:
        return _EMPTY
    if is_beside(box, labelled):
        return ' beside the keypoints'
    if habits.boxes_are_images and is_whole_image(box, labelled, size):
        return ' of the whole image'
    return None
