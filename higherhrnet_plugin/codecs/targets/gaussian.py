"""Gaussian heatmaps and tag positions of one pyramid level.

Note:
    - N: people of one image
    - K: keypoints of a person
    - (w, h): size of the level, (h, w): shape of its arrays

Source: ``HeatmapGenerator`` and ``JointsGenerator`` in
``lib/dataset/target_generators/target_generators.py`` of the official code;
for UDP ``HeatmapGenerator`` of MMPose 0.x.
"""

from __future__ import annotations

from itertools import repeat
from typing import Optional

import numpy as np

from ...structures.sizes import size_ratio


def gaussian_patches(
    sigma: float, offsets: Optional[np.ndarray] = None
) -> np.ndarray:
    """Make the windows that are stamped around keypoints.

    Args:
        sigma (float): Standard deviation in cells of the level, positive.
        offsets (np.ndarray, optional): float (P, 2), (x, y) of each keypoint
            from the centre of its cell, in cells. Defaults to one keypoint
            at the centre.

    Returns:
        np.ndarray: float32 (P, S, S) with ``S = 2 * radius + 1``, where
        ``radius = ceil(3 * sigma + 1)``; 1 at the keypoint. For a whole
        ``sigma`` this is the official window of ``6 * sigma + 3`` cells.
    """
    if offsets is None:
        offsets = np.zeros((1, 2))
    radius = int(np.ceil(3 * sigma + 1))
    cells = np.arange(-radius, radius + 1, dtype=np.float64)
    # a Gaussian is the product of one along x and one along y
    line = np.exp(-((cells - offsets[..., None]) ** 2) / (2 * sigma**2))
    return (line[:, 1, :, None] * line[:, 0, None, :]).astype(np.float32)


def level_points(
    keypoints: np.ndarray,
    input_size: tuple[int, int],
    heatmap_size: tuple[int, int],
    use_udp: bool = False,
) -> np.ndarray:
    """Bring keypoints to a level.

    Args:
        keypoints (np.ndarray): float (N, K, 2), (x, y) in input pixels.
        input_size (tuple[int, int]): (w, h) of the network input.
        heatmap_size (tuple[int, int]): (w, h) of the level.
        use_udp (bool): Measure between pixel centres. Defaults to False.

    Returns:
        np.ndarray: float64 (N, K, 2), (x, y) in cells.
    """
    ratio = size_ratio(heatmap_size, input_size, use_udp)
    return keypoints[..., :2].astype(np.float64) * ratio


def keypoint_cells(
    points: np.ndarray,
    visible: np.ndarray,
    heatmap_size: tuple[int, int],
    use_udp: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Find the cell that holds each keypoint.

    Without UDP a cell begins at its index, and the coordinate is truncated
    towards zero as in the official code, so a point up to one cell outside
    the left or upper border still counts as the first cell. With UDP the
    centre of a cell is at its index, and the nearest one is taken.

    Args:
        points (np.ndarray): float64 (N, K, 2), (x, y) in cells.
        visible (np.ndarray): (N, K); a keypoint with a value above 0 is
            labelled.
        heatmap_size (tuple[int, int]): (w, h) of the level.
        use_udp (bool): Take the nearest centre. Defaults to False.

    Returns:
        tuple[np.ndarray, np.ndarray]:
        - cells: int64 (N, K, 2), (x, y); 0 where not valid
        - valid: bool (N, K), labelled, finite and inside the level
    """
    valid = (visible > 0) & np.isfinite(points).all(axis=-1)
    cells = np.where(valid[..., None], points, 0.0)
    cells = np.floor(cells + 0.5) if use_udp else np.trunc(cells)
    valid &= ((cells >= 0) & (cells < heatmap_size)).all(axis=-1)
    return np.where(valid[..., None], cells, 0).astype(np.int64), valid


def draw_heatmaps(
    cells: np.ndarray,
    valid: np.ndarray,
    heatmap_size: tuple[int, int],
    patches: np.ndarray,
    heatmaps: Optional[np.ndarray] = None,
) -> np.ndarray:
    """Stamp a window at every valid cell and keep the maximum.

    Args:
        cells (np.ndarray): int64 (N, K, 2), (x, y) in cells.
        valid (np.ndarray): bool (N, K), P of them true.
        heatmap_size (tuple[int, int]): (w, h) of the level.
        patches (np.ndarray): float32 (P, S, S), or (1, S, S) for all, from
            :func:`gaussian_patches`.
        heatmaps (np.ndarray, optional): float32 (K, h, w), drawn on. Defaults
            to empty ones.

    Returns:
        np.ndarray: float32 (K, h, w) in [0, 1].
    """
    width, height = heatmap_size
    if heatmaps is None:
        heatmaps = np.zeros((cells.shape[1], height, width), dtype=np.float32)
    radius = patches.shape[1] // 2

    people, ids = np.nonzero(valid)
    xs, ys = cells[people, ids].T
    left, top = np.maximum(xs - radius, 0), np.maximum(ys - radius, 0)
    right = np.minimum(xs + radius + 1, width)
    bottom = np.minimum(ys + radius + 1, height)
    whole = (right - left) * (bottom - top) == patches.shape[1] ** 2
    rows = np.stack(
        (ids, left, top, right, bottom, xs - radius, ys - radius, whole),
        axis=1,
    )
    maps = list(heatmaps)
    stamps = repeat(patches[0]) if len(patches) == 1 else patches
    for (k, x0, y0, x1, y1, px, py, inside), stamp in zip(
        rows.tolist(), stamps
    ):
        window = maps[k][y0:y1, x0:x1]
        # most are, and then there is nothing to cut
        if not inside:
            stamp = stamp[y0 - py : y1 - py, x0 - px : x1 - px]
        np.maximum(window, stamp, out=window)
    return heatmaps


def draw_by_person(
    cells: np.ndarray,
    valid: np.ndarray,
    heatmap_size: tuple[int, int],
    sigmas: np.ndarray,
    offsets: Optional[np.ndarray] = None,
) -> np.ndarray:
    """Draw every person with a Gaussian of their own.

    Args:
        cells (np.ndarray): int64 (N, K, 2), (x, y) in cells.
        valid (np.ndarray): bool (N, K).
        heatmap_size (tuple[int, int]): (w, h) of the level.
        sigmas (np.ndarray): float (N,), standard deviations in cells.
        offsets (np.ndarray, optional): float (N, K, 2), as in
            :func:`gaussian_patches`. Defaults to none.

    Returns:
        np.ndarray: float32 (K, h, w) in [0, 1].
    """
    width, height = heatmap_size
    heatmaps = np.zeros((cells.shape[1], height, width), dtype=np.float32)
    for i, sigma in enumerate(sigmas.tolist()):
        one = slice(i, i + 1)
        shifts = None if offsets is None else offsets[one][valid[one]]
        patches = gaussian_patches(sigma, shifts)
        draw_heatmaps(cells[one], valid[one], heatmap_size, patches, heatmaps)
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
