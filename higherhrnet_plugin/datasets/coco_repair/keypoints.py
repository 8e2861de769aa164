"""The keypoints of one annotation."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from .report import RepairReport


def repair_keypoints(
    annotation: dict[str, Any],
    field: str,
    number: int,
    owner: tuple[str, int],
    report: RepairReport,
) -> list[float]:
    """Check a list of keypoints, and repair it where that is safe.

    A visibility of 0 is "not labelled", 1 "hidden", 2 "visible". Evaluation
    counts what is above 0 as labelled, so a negative one becomes 0 and a
    fraction 2. Above 2 nothing is certain: AI Challenger writes 3 for "not
    labelled". A keypoint without a position is not labelled.

    Args:
        annotation (dict): The record of the file.
        field (str): Name of the list.
        number (int): How many keypoints it holds.
        owner (tuple[str, int]): The annotation, for messages, and K.
        report (RepairReport): Takes notes.

    Returns:
        list[float]: x, y, visibility of every keypoint, flat. It is the list
        of the file if nothing had to be changed.

    Raises:
        ValueError: If there are more or fewer keypoints, or values without
            meaning.
    """
    name, total = owner
    values = annotation.get(field)
    if values is None or values == []:
        report.add_repair(
            f'annotations without `{field}`, taken as not labelled', name
        )
        return [0] * (3 * number)
    if _is_clean(values, number):
        return values
    array = _as_array(values, f'{name} has `{field}`')
    if array.size != 3 * number:
        odd = array.size in (2 * number, 4 * number)
        if array.size % 3 or (odd and not _has_visibility(array.ravel())):
            raise _wrong_values(name, field, array.size, number)
        raise _wrong_number(name, field, array.size // 3, number, total)
    points = array.reshape(number, 3).copy()
    changed = _repair_visibility(points, name, report)
    lost = ~np.isfinite(points[:, :2]).all(axis=1)
    if lost.any():
        points[lost] = 0
        report.add_repair(
            'people with keypoints without a position, taken as not labelled',
            name,
        )
    if array.ndim > 1:
        report.add_repair('nested lists of keypoints', name)
    if changed or lost.any() or array.ndim > 1:
        return points.reshape(-1).tolist()
    return values


def _is_clean(values: Any, number: int) -> bool:
    """Tell whether there is nothing to do, without arrays, which are slow."""
    try:
        return (
            len(values) == 3 * number
            and set(values[2::3]) <= {0, 1, 2}
            and math.isfinite(sum(values))
        )
    except (TypeError, OverflowError):
        return False


def _as_array(values: Any, owner: str) -> np.ndarray:
    """Take numbers of equal nesting as float; text is none."""
    try:
        array = np.array(values)
        if array.dtype.kind in 'SU':
            raise ValueError('text')
        # missing ones make it an array of objects, which may hide text
        if array.dtype == object and any(
            isinstance(value, str) for value in array.ravel()
        ):
            raise ValueError('text')
        return array.astype(float)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f'{owner} that are no numbers: {values!r}') from error


def _has_visibility(values: np.ndarray) -> bool:
    """Tell whether every third number may be a visibility."""
    return bool(np.isin(values[2::3], (0, 1, 2)).all())


def _repair_visibility(
    points: np.ndarray, owner: str, report: RepairReport
) -> bool:
    """Set visibilities to 0, 1 or 2 in place; True if any was changed."""
    visibility = points[:, 2]
    if np.isin(visibility, (0, 1, 2)).all():
        return False
    wrong = visibility[~(visibility <= 2)]
    # a point without anything is a point that is not there
    empty = np.isnan(points).all(axis=1)
    if len(wrong) > empty.sum():
        shown = wrong[~np.isnan(wrong)]
        value = f'{shown[0]:g}' if len(shown) else 'missing'
        raise ValueError(
            f'{owner} has the visibility {value}; it is 0 (not labelled), 1 '
            '(hidden) or 2 (visible)'
        )
    points[empty] = 0
    if (visibility < 0).any():
        report.add_repair('people with negative visibilities, set to 0', owner)
        visibility[visibility < 0] = 0
    fractions = visibility % 1 > 0
    if fractions.any():
        report.add_repair(
            'people with fractions as visibilities, set to 2', owner
        )
        visibility[fractions] = 2
    if empty.any():
        report.add_repair('people with empty keypoints, set to 0', owner)
    return True


def _wrong_values(
    owner: str, field: str, found: int, number: int
) -> ValueError:
    """Say that keypoints have more or less than three values."""
    kinds = {
        2
        * number: f', x and y of {number} keypoints without their visibility',
        4 * number: f', four of each of {number} keypoints',
    }
    return ValueError(
        f'{owner} has {found} numbers in `{field}`{kinds.get(found, "")}; '
        'COCO files have x, y, v of each keypoint, with v 0 (not labelled), '
        '1 (hidden) or 2 (visible)'
    )


def _wrong_number(
    owner: str, field: str, found: int, number: int, total: int
) -> ValueError:
    """Say that the number of keypoints is wrong."""
    where = '' if field == 'keypoints' else f' in `{field}`'
    wanted = str(total) if number == total else f'{number} there, {total} in'
    return ValueError(
        f'{owner} has {found} keypoints{where}, but the metainfo has '
        f'{wanted}{"" if number == total else " all"} (`num_keypoints`); set '
        '`metainfo` of the data set'
    )
