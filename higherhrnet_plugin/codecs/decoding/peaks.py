"""Peaks of heatmaps.

Note:
    - K: keypoints, M: candidates of a keypoint, P: peaks
    - (H, W): size of the maps

Source: ``HeatmapParser.nms`` and ``HeatmapParser.top_k`` in
``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

from itertools import product

import cv2
import numpy as np

# above this share of the cells, whole maps are searched at once
_CROWDED = 1 / 16


def find_peaks(heatmap: np.ndarray, kernel: int) -> np.ndarray:
    """Mark the cells that no cell of the window around them exceeds.

    Args:
        heatmap (np.ndarray): float32 (H, W).
        kernel (int): Side of the window in cells, odd.

    Returns:
        np.ndarray: bool (H, W).
    """
    # same as a max pooling with padding of minus infinity, but separable
    window = np.ones((kernel, kernel), dtype=np.uint8)
    return cv2.dilate(heatmap, window) == heatmap


def peaks_above(
    heatmaps: np.ndarray, kernel: int, score_thr: float
) -> np.ndarray:
    """Find the peaks of :func:`find_peaks` that pass a threshold.

    Few cells of a good map do, so only these are compared with their
    neighbours, and most are gone after the first.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), contiguous.
        kernel (int): Side of the window in cells, odd.
        score_thr (float): A peak is above it.

    Returns:
        np.ndarray: int64 (P,), (k * H + y) * W + x in rising order.
    """
    flat = heatmaps.ravel()
    cells = np.flatnonzero(flat > score_thr)
    if len(cells) > _CROWDED * len(flat):
        peaks = np.stack([find_peaks(h, kernel) for h in heatmaps])
        return cells[peaks.ravel()[cells]]
    (_, height, width), radius = heatmaps.shape, kernel // 2
    rows, x = np.divmod(cells, width)
    y, scores = rows % height, flat[cells]
    steps = sorted(
        product(range(-radius, radius + 1), repeat=2),
        key=lambda step: step[0] ** 2 + step[1] ** 2,
    )
    for down, right in steps[1:]:
        # a cell at the border stands for what is beyond: it is in the window
        dy = (y + down).clip(0, height - 1) - y
        dx = (x + right).clip(0, width - 1) - x
        keep = scores >= flat[cells + dy * width + dx]
        cells, y, x, scores = cells[keep], y[keep], x[keep], scores[keep]
    return cells


def _in_order_of_topk(
    heatmap: np.ndarray, kernel: int, max_candidates: int, score_thr: float
) -> np.ndarray:
    """Take the highest peaks (M,) among all cells of one map."""
    peaks = heatmap * find_peaks(heatmap, kernel)
    most = min(max_candidates, heatmap.size)
    try:
        import torch
    except ImportError:
        # a decoder without torch: the first in reading order
        cells = np.argsort(-peaks, axis=None, kind='stable')[:most]
    else:
        cells = torch.from_numpy(peaks.reshape(1, -1)).topk(most)[1][0].numpy()
    return cells[peaks.ravel()[cells] > score_thr]


def top_peaks(
    heatmaps: np.ndarray, kernel: int, max_candidates: int, score_thr: float
) -> tuple[np.ndarray, np.ndarray]:
    """Take the highest peaks of every keypoint that pass the threshold.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite and contiguous.
        kernel (int): Side of the window of the peak search, odd.
        max_candidates (int): At most so many of one keypoint.
        score_thr (float): A candidate's value is above it.

    Returns:
        tuple[np.ndarray, np.ndarray]:
        - ids: int64 (P,), the keypoints, in rising order
        - cells: int64 (P, 2), (x, y), highest first within a keypoint
    """
    size = heatmaps[0].size
    peaks = peaks_above(heatmaps, kernel, score_thr)
    ends = np.searchsorted(peaks, np.arange(1, len(heatmaps)) * size)
    highest = []
    for heatmap, own in zip(heatmaps, np.split(peaks % size, ends)):
        falling = -heatmap.ravel()[own]
        order = falling.argsort()[: max_candidates + 1]
        ranked = falling[order]
        if (ranked[1:] > ranked[:-1]).all():
            highest.append(own[order[:max_candidates]])
            continue
        # the order of equal scores, which topk chooses among all cells, is
        # part of the official result
        highest.append(
            _in_order_of_topk(heatmap, kernel, max_candidates, score_thr)
        )
    ids = np.repeat(np.arange(len(highest)), [len(cells) for cells in highest])
    y, x = np.divmod(np.concatenate(highest), heatmaps.shape[2])
    return ids, np.stack((x, y), axis=1)
