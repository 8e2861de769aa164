"""What the four numbers of the boxes of a file mean.

COCO has x, y, w, h in pixels. Other formats have corners, the centre, or
fractions of the image. A form is taken for all boxes of a file if nearly all
people fit it and COCO's does not.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Optional

import numpy as np

# of the longer side of a box; keypoints of COCO leave boxes a little
_MARGIN = 0.1
# of the side of an image, and pixels, for boxes that are rounded up
_IMAGE_MARGIN = 0.02
_INSIDE = 0.8
_FITS = 0.9
_DOES_NOT_FIT = 0.8

Boxes = np.ndarray


def _corners(boxes: Boxes, sizes: np.ndarray) -> Boxes:
    """Turn x1, y1, x2, y2 into x, y, w, h."""
    return np.concatenate((boxes[:, :2], boxes[:, 2:] - boxes[:, :2]), axis=1)


def _centre(boxes: Boxes, sizes: np.ndarray) -> Boxes:
    """Turn the centre, w, h into x, y, w, h."""
    return np.concatenate((boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]), 1)


def _scaled(boxes: Boxes, sizes: np.ndarray) -> Boxes:
    """Turn fractions of the image into pixels."""
    return boxes * np.tile(sizes, 2)


def _backwards(boxes: Boxes, sizes: np.ndarray) -> Boxes:
    """Start boxes that were drawn to the left or upwards at their corner."""
    start, size = boxes[:, :2], boxes[:, 2:]
    return np.concatenate((start + np.minimum(size, 0), abs(size)), axis=1)


FORMS: dict[str, Callable[[Boxes, np.ndarray], Boxes]] = {
    'x1, y1, x2, y2': _corners,
    'x, y, w, h from any corner, w or h below 0': _backwards,
    'centre x, centre y, w, h': _centre,
    'fractions of the image': _scaled,
    'x1, y1, x2, y2 as fractions of the image': lambda b, s: _corners(
        _scaled(b, s), s
    ),
    'centre x, centre y, w, h as fractions of the image': lambda b, s: _centre(
        _scaled(b, s), s
    ),
}


def find_box_form(
    boxes: Boxes, points: np.ndarray, sizes: np.ndarray
) -> Optional[str]:
    """Find out in which form the boxes of a file are.

    Args:
        boxes (np.ndarray): float (N, 4), the numbers of the file.
        points (np.ndarray): float (N, K, 3), (x, y) in image pixels and
            visibility.
        sizes (np.ndarray): float (N, 2), (w, h) of the images.

    Returns:
        str | None: a key of ``FORMS``, or None for COCO's form, and where
        nothing can be said.
    """
    if not len(boxes) or share_that_fits(boxes, points, sizes) > _DOES_NOT_FIT:
        return None
    fitting = []
    for name, convert in FORMS.items():
        converted = convert(boxes, sizes)
        if share_that_fits(converted, points, sizes) >= _FITS:
            # of several forms the one that lies closest around the people
            fitting.append((float(converted[:, 2:].prod(1).sum()), name))
    return min(fitting)[1] if fitting else None


def convert_box(
    box: Sequence[float], form: str, size: tuple[float, float]
) -> list[float]:
    """Bring a box into COCO's form.

    Args:
        box (Sequence[float]): Four numbers.
        form (str): A key of ``FORMS``.
        size (tuple[float, float]): (w, h) of its image.

    Returns:
        list[float]: (x, y, w, h) in pixels.
    """
    boxes = np.array([box], dtype=float)
    return FORMS[form](boxes, np.array([size], dtype=float))[0].tolist()


def share_that_fits(
    boxes: Boxes, points: np.ndarray, sizes: np.ndarray
) -> float:
    """Tell for how many people boxes fit to keypoints and images.

    Args:
        boxes (np.ndarray): float (N, 4), (x, y, w, h) in pixels.
        points (np.ndarray): float (N, K, 3), (x, y) in image pixels and
            visibility.
        sizes (np.ndarray): float (N, 2), (w, h) of the images.

    Returns:
        float: in [0, 1], the share whose boxes have a size, lie in the image
        and hold four fifths of the labelled keypoints.
    """
    low, size = boxes[:, :2], boxes[:, 2:]
    margin = np.tile(_MARGIN * size.max(axis=1, keepdims=True), (1, 2))
    edge = _IMAGE_MARGIN * sizes + 2
    labelled = points[..., 2] > 0
    inside = np.ones(labelled.shape, dtype=bool)
    for axis in range(2):
        place = points[..., axis]
        inside &= place >= (low - margin - 1)[:, axis, None]
        inside &= place <= (low + size + margin + 1)[:, axis, None]
    held = (inside & labelled).sum(axis=1) >= _INSIDE * labelled.sum(axis=1)
    in_image = ((low >= -edge) & (low + size <= sizes + edge)).all(axis=1)
    return float((held & in_image & (size > 0).all(axis=1)).mean())
