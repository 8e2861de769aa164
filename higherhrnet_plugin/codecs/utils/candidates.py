"""Peaks of heatmaps and the tags below them.

Note:
    - K: keypoints, M: candidates of a keypoint, L: tags of a candidate
    - (H, W): size of the maps

Source: ``HeatmapParser.nms`` and ``HeatmapParser.top_k`` in
``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

import cv2
import numpy as np


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


def top_candidates(
    heatmaps: np.ndarray,
    tags: np.ndarray,
    kernel: int,
    max_candidates: int,
    score_thr: float,
) -> list[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Take the highest peaks of every keypoint that pass the threshold.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W).
        tags (np.ndarray): float32 (K, L, H, W).
        kernel (int): Side of the window of the peak search, odd.
        max_candidates (int): At most so many of one keypoint.
        score_thr (float): A candidate's value is above it.

    Returns:
        list[tuple]: for each keypoint, highest first
        - cells (np.ndarray): int64 (M, 2), (x, y)
        - scores (np.ndarray): float32 (M,)
        - tags (np.ndarray): float32 (M, L)
    """
    found = []
    for heatmap, tag in zip(heatmaps, tags):
        peaks = find_peaks(heatmap, kernel) & (heatmap > score_thr)
        ys, xs = np.nonzero(peaks)
        scores = heatmap[ys, xs]
        values = tag[:, ys, xs].T
        usable = np.isfinite(scores) & np.isfinite(values).all(axis=1)
        order = np.argsort(-scores[usable], kind='stable')[:max_candidates]
        pick = np.flatnonzero(usable)[order]
        cells = np.stack((xs[pick], ys[pick]), axis=1).astype(np.int64)
        found.append((cells, scores[pick], values[pick]))
    return found
