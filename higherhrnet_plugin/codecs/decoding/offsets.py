"""Sub-cell positions of keypoints.

Note:
    - P: points, K: keypoints, (H, W): size of the maps
    - r: radius of a window around a point, in cells

Source: ``HeatmapParser.adjust`` in ``lib/core/group.py`` of the official
code; DARK (Zhang et al., CVPR 2020) for unbiased data processing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import cv2
import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar('Array', np.ndarray, 'Tensor')


def window_index(
    cells: Array, around: Array, size: int, mirrored: bool
) -> Array:
    """Index the cells around points along one axis.

    Args:
        cells (np.ndarray | Tensor): int (P,), in cells.
        around (np.ndarray | Tensor): int (2r + 1,), -r to r.
        size (int): H or W.
        mirrored (bool): Mirror what is beyond the border at the outermost
            cell, or else take that cell itself.

    Returns:
        np.ndarray | Tensor: int (P, 2r + 1).
    """
    index = cells[:, None] + around
    if not mirrored or size == 1:
        return index.clip(0, size - 1)
    return size - 1 - abs(abs(index) % (2 * size - 2) - (size - 1))


def read_windows(
    maps: Array,
    ids: Array,
    cells: Array,
    around: Array,
    mirrored: bool,
) -> Array:
    """Copy the windows around points.

    Args:
        maps (np.ndarray | Tensor): float32 (K, H, W).
        ids (np.ndarray | Tensor): int (P,), which map.
        cells (np.ndarray | Tensor): int (P, 2), (x, y) in cells.
        around (np.ndarray | Tensor): As in :func:`window_index`.
        mirrored (bool): As in :func:`window_index`.

    Returns:
        np.ndarray | Tensor: float32 (P, 2r + 1, 2r + 1).
    """
    height, width = maps.shape[1:]
    ys = window_index(cells[:, 1], around, height, mirrored)
    xs = window_index(cells[:, 0], around, width, mirrored)
    return maps[ids[:, None, None], ys[:, :, None], xs[:, None, :]]


def quarter_offset(windows: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Move cell indices to positions, a quarter towards the higher side.

    Args:
        windows (np.ndarray): float32 (P, 3, 3), the map around each point,
            not mirrored at the border.
        cells (np.ndarray): int (P, 2), (x, y) in cells.

    Returns:
        np.ndarray: float32 (P, 2), the cell centre (index + 0.5) moved by
        0.25 to the right or down where that neighbour is the higher one, and
        to the left or up otherwise.
    """
    right, left = windows[:, 1, 2], windows[:, 1, 0]
    below, above = windows[:, 2, 1], windows[:, 0, 1]
    higher = np.stack((right > left, below > above), axis=1)
    shift = np.where(higher, np.float32(0.75), np.float32(0.25))
    return cells.astype(np.float32) + shift


def dark_offset(
    windows: np.ndarray, cells: np.ndarray, kernel: int
) -> np.ndarray:
    """Move cell indices to the tops of the peaks.

    The top of a Gaussian through the smoothed map is where a Newton step on
    its logarithm leads. Source: DARK (Zhang et al., CVPR 2020, section 3.2)
    with pixel centres at whole numbers, as UDP has it; ``post_dark`` of
    MMPose 0.x. Of a perfect map it leaves less than 0.05 pixels, but up to 1.4
    cells where less than 6 lie between the point and the border, since the
    blur mirrors the map there.

    Args:
        windows (np.ndarray): float32 (P, kernel + 2, kernel + 2), the map
            around each point, mirrored at the border.
        cells (np.ndarray): int (P, 2), (x, y) in cells.
        kernel (int): Side of the Gaussian window in cells, odd.

    Returns:
        np.ndarray: float32 (P, 2), (x, y) in cells. A point stays where the
        map has no maximum within half the window.
    """
    logs = np.log(np.clip(_smooth(windows, kernel), 1e-3, 50))
    middle = 2 * logs[:, 1, 1]
    slope = np.stack(
        (logs[:, 1, 2] - logs[:, 1, 0], logs[:, 2, 1] - logs[:, 0, 1]), axis=1
    )
    slope = slope / 2
    xx = logs[:, 1, 2] - middle + logs[:, 1, 0]
    yy = logs[:, 2, 1] - middle + logs[:, 0, 1]
    xy = logs[:, 2, 2] - logs[:, 2, 0] - logs[:, 0, 2] + logs[:, 0, 0]
    xy = xy / 4
    determinant = xx * yy - xy**2
    top = (determinant > np.finfo(np.float32).eps) & (xx < 0)
    x, y = slope.T
    step = np.stack((xy * y - yy * x, xy * x - xx * y), axis=1)
    step /= np.where(top, determinant, 1)[:, None]
    top &= (np.abs(step) <= kernel / 2).all(axis=1)
    return (cells + np.where(top[:, None], step, 0)).astype(np.float32)


def _smooth(windows: np.ndarray, kernel: int) -> np.ndarray:
    """Smooth windows (P, kernel + 2, kernel + 2) to (P, 3, 3).

    Equals ``cv2.GaussianBlur`` of the whole map, with its default sigma.
    """
    weights = cv2.getGaussianKernel(kernel, 0)[:, 0]
    for _ in range(2):
        slides = np.lib.stride_tricks.sliding_window_view(
            windows, kernel, axis=1
        )
        windows = (slides @ weights).transpose(0, 2, 1)
    return windows
