"""Sub-cell positions and filling of missing keypoints.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
    - (H, W): size of the maps

Source: ``HeatmapParser.adjust`` and ``HeatmapParser.refine`` in
``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

from typing import Callable

import cv2
import numpy as np

Refine = Callable[[np.ndarray, np.ndarray], np.ndarray]


def quarter_offset(heatmaps: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Move cell indices to positions, a quarter towards the higher side.

    Args:
        heatmaps (np.ndarray): float32 (P, H, W), the map of each point.
        cells (np.ndarray): int (P, 2), (x, y) in cells.

    Returns:
        np.ndarray: float32 (P, 2), the cell centre (index + 0.5) moved by
        0.25 to the right or down where that neighbour is the higher one, and
        to the left or up otherwise.
    """
    height, width = heatmaps.shape[1:]
    p = np.arange(len(cells))
    x, y = cells[:, 0], cells[:, 1]
    right = heatmaps[p, y, np.minimum(x + 1, width - 1)]
    left = heatmaps[p, y, np.maximum(x - 1, 0)]
    below = heatmaps[p, np.minimum(y + 1, height - 1), x]
    above = heatmaps[p, np.maximum(y - 1, 0), x]
    higher = np.stack((right > left, below > above), axis=1)
    shift = np.where(higher, np.float32(0.75), np.float32(0.25))
    return cells.astype(np.float32) + shift


def dark_offset(
    heatmaps: np.ndarray, cells: np.ndarray, kernel: int
) -> np.ndarray:
    """Move cell indices to the tops of the peaks.

    The top of a Gaussian through the smoothed map is where a Newton step on
    its logarithm leads. Source: DARK (Zhang et al., CVPR 2020, section 3.2)
    with pixel centres at whole numbers, as UDP has it; ``post_dark`` of
    MMPose 0.x.

    Args:
        heatmaps (np.ndarray): float32 (P, H, W), the map of each point.
        cells (np.ndarray): int (P, 2), (x, y) in cells.
        kernel (int): Side of the Gaussian window in cells, odd.

    Returns:
        np.ndarray: float32 (P, 2), (x, y) in cells. A point stays where the
        map has no maximum within half the window.
    """
    logs = np.log(np.clip(_smooth_around(heatmaps, cells, kernel), 1e-3, 50))
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


def _smooth_around(
    heatmaps: np.ndarray, cells: np.ndarray, kernel: int
) -> np.ndarray:
    """Smooth maps (P, H, W) in the 3 x 3 cells around a point: (P, 3, 3).

    Equals ``cv2.GaussianBlur`` of the whole map, with its default sigma.
    """
    reach = kernel // 2 + 1
    around = np.arange(-reach, reach + 1)
    height, width = heatmaps.shape[1:]
    ys = _reflect(cells[:, 1, None] + around, height)
    xs = _reflect(cells[:, 0, None] + around, width)
    points = np.arange(len(cells))[:, None, None]
    windows = heatmaps[points, ys[:, :, None], xs[:, None, :]]
    weights = cv2.getGaussianKernel(kernel, 0)[:, 0]
    for _ in range(2):
        slides = np.lib.stride_tricks.sliding_window_view(
            windows, kernel, axis=1
        )
        windows = (slides @ weights).transpose(0, 2, 1)
    return windows


def _reflect(index: np.ndarray, size: int) -> np.ndarray:
    """Mirror indices at the outermost cells of a map."""
    if size == 1:
        return np.zeros_like(index)
    index = np.abs(index) % (2 * size - 2)
    return np.minimum(index, 2 * size - 2 - index)


def adjust_people(
    people: np.ndarray, heatmaps: np.ndarray, refine: Refine
) -> np.ndarray:
    """Give all found keypoints their sub-cell position.

    Args:
        people (np.ndarray): float32 (N, K, 3), cell x, cell y and score.
        heatmaps (np.ndarray): float32 (K, H, W).
        refine (Callable): Takes maps (P, H, W) and cells (P, 2) to positions
            (P, 2).

    Returns:
        np.ndarray: float32 (N, K, 3), x, y and score; what has no score is
        left as it is.
    """
    people = people.copy()
    n, k = np.nonzero(people[..., 2] > 0)
    cells = people[n, k, :2].astype(np.int64)
    people[n, k, :2] = refine(heatmaps[k], cells)
    return people


def best_cell(
    heatmap: np.ndarray, tags: np.ndarray, person_tag: np.ndarray
) -> tuple[int, int]:
    """Find the cell that suits a person best.

    Args:
        heatmap (np.ndarray): float32 (H, W).
        tags (np.ndarray): float32 (L, H, W).
        person_tag (np.ndarray): float32 (L,).

    Returns:
        tuple[int, int]: (x, y) where heatmap - round(tag distance) is
        highest, the first in reading order.
    """
    square = (tags[0] - person_tag[0]) ** 2
    for tag, value in zip(tags[1:], person_tag[1:]):
        square += (tag - value) ** 2
    fitness = heatmap - np.round(np.sqrt(square))
    y, x = divmod(int(np.argmax(fitness)), heatmap.shape[1])
    return x, y


def fill_missing(
    people: np.ndarray,
    cells: np.ndarray,
    heatmaps: np.ndarray,
    tags: np.ndarray,
    refine: Refine,
) -> np.ndarray:
    """Look up the keypoints that a person lacks in the maps.

    Args:
        people (np.ndarray): float32 (N, K, 3), positions and scores.
        cells (np.ndarray): float32 (N, K, 2 or more), the cells (x, y) in
            which they were found.
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (np.ndarray): float32 (K, L, H, W), finite.
        refine (Callable): As in :func:`adjust_people`.

    Returns:
        np.ndarray: float32 (N, K, 3); a keypoint without a score is taken
        from the best cell where the heatmap is above 0 there, and its score
        is that value.
    """
    people = people.copy()
    for person, held in zip(people, cells):
        found = np.flatnonzero(person[:, 2] > 0)
        x, y = held[found, :2].astype(np.int64).T
        person_tag = np.mean(list(tags[found, :, y, x]), axis=0)
        for k in np.flatnonzero(person[:, 2] == 0):
            cell = best_cell(heatmaps[k], tags[k], person_tag)
            value = heatmaps[k, cell[1], cell[0]]
            if value > 0:
                person[k, :2] = refine(heatmaps[k, None], np.array([cell]))[0]
                person[k, 2] = value
    return people
