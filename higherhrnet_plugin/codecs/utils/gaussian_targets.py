"""Gaussian heatmaps and tag positions of one pyramid level.

Note:
    - N: people of one image
    - K: keypoints of a person
    - (w, h): size of the level, (h, w): shape of its arrays

Source: ``HeatmapGenerator`` and ``JointsGenerator`` in
``lib/dataset/target_generators/target_generators.py`` of the official code.
"""

from __future__ import annotations

import numpy as np


def gaussian_patch(sigma: float) -> np.ndarray:
    """Make the window that is stamped around a keypoint.

    Args:
        sigma (float): Standard deviation in cells of the level, positive.

    Returns:
        np.ndarray: float32 (S, S) with ``S = 2 * radius + 1``, where
        ``radius = ceil(3 * sigma + 1)``; the centre is 1. For a whole
        ``sigma`` this is the official window of ``6 * sigma + 3`` cells.
    """
    radius = int(np.ceil(3 * sigma + 1))
    offset = np.arange(-radius, radius + 1, dtype=np.float64)
    square = offset[:, None] ** 2 + offset[None, :] ** 2
    return np.exp(-square / (2 * sigma**2)).astype(np.float32)


def keypoint_cells(
    keypoints: np.ndarray,
    visible: np.ndarray,
    input_size: tuple[int, int],
    heatmap_size: tuple[int, int],
) -> tuple[np.ndarray, np.ndarray]:
    """Find the cell that holds each keypoint, by truncation.

    The truncation is towards zero as in the official code, so a point up to
    one cell outside the left or upper border still counts as the first cell.

    Args:
        keypoints (np.ndarray): float (N, K, 2), (x, y) in input pixels.
        visible (np.ndarray): (N, K); a keypoint with a value above 0 is
            labelled.
        input_size (tuple[int, int]): (w, h) of the network input.
        heatmap_size (tuple[int, int]): (w, h) of the level.

    Returns:
        tuple[np.ndarray, np.ndarray]:
        - cells: int64 (N, K, 2), (x, y); 0 where not valid
        - valid: bool (N, K), labelled, finite and inside the level
    """
    ratio = np.divide(heatmap_size, input_size)
    points = keypoints[..., :2].astype(np.float64) * ratio
    valid = (visible > 0) & np.isfinite(points).all(axis=-1)
    points = np.trunc(np.where(valid[..., None], points, 0.0))
    valid &= ((points >= 0) & (points < heatmap_size)).all(axis=-1)
    cells = np.where(valid[..., None], points, 0).astype(np.int64)
    return cells, valid


def draw_heatmaps(
    cells: np.ndarray,
    valid: np.ndarray,
    heatmap_size: tuple[int, int],
    patch: np.ndarray,
) -> np.ndarray:
    """Stamp the window at every valid cell and keep the maximum.

    Args:
        cells (np.ndarray): int64 (N, K, 2), (x, y) in cells.
        valid (np.ndarray): bool (N, K).
        heatmap_size (tuple[int, int]): (w, h) of the level.
        patch (np.ndarray): float32 (S, S) from :func:`gaussian_patch`.

    Returns:
        np.ndarray: float32 (K, h, w) in [0, 1].
    """
    width, height = heatmap_size
    heatmaps = np.zeros((cells.shape[1], height, width), dtype=np.float32)
    radius = patch.shape[0] // 2

    people, kinds = np.nonzero(valid)
    xs, ys = cells[people, kinds].T
    left, top = np.maximum(xs - radius, 0), np.maximum(ys - radius, 0)
    right = np.minimum(xs + radius + 1, width)
    bottom = np.minimum(ys + radius + 1, height)
    rows = np.stack(
        (kinds, left, top, right, bottom, xs - radius, ys - radius), axis=1
    )
    for k, x0, y0, x1, y1, px, py in rows.tolist():
        window = heatmaps[k, y0:y1, x0:x1]
        stamp = patch[y0 - py : y1 - py, x0 - px : x1 - px]
        np.maximum(window, stamp, out=window)
    return heatmaps


def flat_indices(
    cells: np.ndarray, valid: np.ndarray, heatmap_size: tuple[int, int]
) -> np.ndarray:
    """Turn cells into the positions at which the AE loss reads tags.

    Args:
        cells (np.ndarray): int64 (N, K, 2), (x, y) in cells.
        valid (np.ndarray): bool (N, K).
        heatmap_size (tuple[int, int]): (w, h) of the level with tags.

    Returns:
        np.ndarray: int64 (N, K, 2), rows ``[y * w + x, valid]``, zeros where
        not valid.
    """
    position = cells[..., 1] * heatmap_size[0] + cells[..., 0]
    indices = np.stack((position, np.ones_like(position)), axis=-1)
    return indices * valid[..., None]
