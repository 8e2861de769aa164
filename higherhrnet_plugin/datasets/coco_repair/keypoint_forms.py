"""Keypoints in another system of coordinates than their boxes.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .box_forms import share_that_fits
from .report import RepairReport

_FITS = 0.9
_FEW = 0.5
# less people may be odd by chance
_ENOUGH = 5


def _swapped(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Exchange x and y."""
    return points[..., ::-1]


def _upwards(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Count y from the lower edge of the image."""
    return points * [1, -1] + sizes[:, None] * [0, 1]


def _percent(points: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Turn percent of the image into pixels."""
    return points * sizes[:, None] / 100


_FORMS: dict[str, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    'y, x, v instead of x, y, v': _swapped,
    'counted from the lower left corner of the image': _upwards,
    'in percent of the image': _percent,
}


def check_keypoints(
    boxes: np.ndarray,
    points: np.ndarray,
    sizes: np.ndarray,
    field: str,
    report: RepairReport,
) -> None:
    """Compare the keypoints of a file with its boxes.

    Args:
        boxes (np.ndarray): float (N, 4), (x, y, w, h) in image pixels.
        points (np.ndarray): float (N, K, 3), (x, y) and visibility.
        sizes (np.ndarray): float (N, 2), (w, h) of the images.
        field (str): The list that holds the keypoints.
        report (RepairReport): Takes a warning where they do not meet.

    Raises:
        ValueError: If they meet in another form of coordinates.
    """
    share = share_that_fits(boxes, points, sizes)
    if share > _FEW or len(boxes) < _ENOUGH:
        return
    for form, convert in _FORMS.items():
        converted = convert(points[..., :2], sizes)
        converted = np.concatenate((converted, points[..., 2:]), axis=2)
        if share_that_fits(boxes, converted, sizes) >= _FITS:
            raise ValueError(
                f'`{field}` are {form}: only so they lie in the boxes; COCO '
                'files have x, y, v in pixels from the upper left corner'
            )
    report.add_warning(
        f'{100 * (1 - share):.0f} % OF THE PEOPLE DO NOT FIT THEIR BOXES: '
        'keypoints lie outside of the box, or the box outside of the image; '
        'which of them is right is not known'
    )
