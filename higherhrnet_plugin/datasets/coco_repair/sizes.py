"""Boxes and areas that contradict keypoints, image or each other.

Note:
    - boxes are (x, y, w, h) in image pixels, areas in square pixels
    - keypoints are a list of (x, y) of what is labelled
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...structures.coco import BOX_SHARE

_MARGIN = 0.1
_POINT_SIDE = 32.0
_WHOLE = 0.98
_HALF = 0.5
# areas of more boxes than this are not those of the person
_TOO_LARGE = 2.0
_TINY = 0.01
# fewer do not tell how far a person reaches
_ENOUGH = 3

Points = Sequence[Sequence[float]]


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


def derive_area(box: Sequence[float]) -> float:
    """Derive the area of a person from the box.

    Args:
        box (Sequence[float]): (x, y, w, h) in pixels.

    Returns:
        float: 0.53 of the area of the box, in square pixels.
    """
    return BOX_SHARE * box[2] * box[3]


def is_beside(box: Sequence[float], labelled: Points) -> bool:
    """Tell whether a box misses all keypoints by half its longer side.

    Args:
        box (Sequence[float]): The box.
        labelled (Sequence): The keypoints.

    Returns:
        bool: False without keypoints.
    """
    x, y, w, h = box
    reach = max(w, h, 2) / 2
    left, right = x - reach, x + w + reach
    top, bottom = y - reach, y + h + reach
    return bool(labelled) and not any(
        left <= px <= right and top <= py <= bottom for px, py in labelled
    )


def is_whole_image(
    box: Sequence[float], labelled: Points, size: tuple[float, float]
) -> bool:
    """Tell whether a box is the image, though the person is smaller.

    Args:
        box (Sequence[float]): The box.
        labelled (Sequence): The keypoints.
        size (tuple[float, float]): (w, h) of the image.

    Returns:
        bool: True if the box covers 98 % of both sides, and the box around
        at least three keypoints less than half of it.
    """
    if box[2] < _WHOLE * size[0] or box[3] < _WHOLE * size[1]:
        return False
    if len(labelled) < _ENOUGH:
        return False
    own = derive_box(np.array(labelled, dtype=float), size)
    return own[2] * own[3] < _HALF * box[2] * box[3]


def has_tiny_area(area: float, box: Sequence[float]) -> bool:
    """Tell whether an area is less than a hundredth of the box.

    Args:
        area (float): The area, may be NaN.
        box (Sequence[float]): The box.

    Returns:
        bool: False without an area.
    """
    return 0 < area < _TINY * box[2] * box[3]


def is_image_area(
    area: float, box: Sequence[float], size: tuple[float, float]
) -> bool:
    """Tell whether an area is that of the image, though the box is smaller.

    Args:
        area (float): The area.
        box (Sequence[float]): The box.
        size (tuple[float, float]): (w, h) of the image.

    Returns:
        bool: True for areas of at least the image.
    """
    whole = size[0] * size[1]
    # rounded boxes of the whole image are a little smaller
    return area >= whole - 1 and box[2] * box[3] < _WHOLE**2 * whole


def is_too_large(
    area: float,
    box: Sequence[float],
    labelled: Points,
    size: tuple[float, float],
) -> bool:
    """Tell whether an area cannot be that of the person in the box.

    Args:
        area (float): The area.
        box (Sequence[float]): The box.
        labelled (Sequence): The keypoints, at least one.
        size (tuple[float, float]): (w, h) of the image.

    Returns:
        bool: True if it is more than twice that of the box, and of the one
        around the keypoints.
    """
    if area <= _TOO_LARGE * box[2] * box[3]:
        return False
    own = derive_box(np.array(labelled, dtype=float), size)
    return area > _TOO_LARGE * own[2] * own[3]
