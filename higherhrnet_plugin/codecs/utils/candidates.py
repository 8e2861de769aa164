"""Peaks of heatmaps and the tags below them.

Note:
    - K: keypoints, M: candidates of a keypoint, L: tags of a candidate
    - (H, W): size of the maps

Source: ``HeatmapParser.nms`` and ``HeatmapParser.top_k`` in
``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

import warnings

import cv2
import numpy as np
import torch


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
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (np.ndarray): float32 (K, L, H, W), finite.
        kernel (int): Side of the window of the peak search, odd.
        max_candidates (int): At most so many of one keypoint.
        score_thr (float): A candidate's value is above it.

    Returns:
        list[tuple]: for each keypoint, highest first
        - cells (np.ndarray): int64 (M, 2), (x, y)
        - scores (np.ndarray): float32 (M,)
        - tags (np.ndarray): float32 (M, L)
    """
    count, height, width = heatmaps.shape
    peaks = np.stack([h * find_peaks(h, kernel) for h in heatmaps])
    # the order of equal scores, which topk chooses, is part of the official
    # result
    scores, positions = (
        values.numpy()
        for values in torch.from_numpy(peaks.reshape(count, -1)).topk(
            min(max_candidates, height * width), dim=1
        )
    )
    found = []
    for score, position, tag in zip(scores, positions, tags):
        values = tag.reshape(len(tag), -1)[:, position].T
        keep = score > score_thr
        y, x = np.divmod(position[keep], width)
        found.append((np.stack((x, y), axis=1), score[keep], values[keep]))
    return found


def without_nonfinite(
    heatmaps: np.ndarray, tags: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Make broken cells the worst choice, with one warning.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W).
        tags (np.ndarray): float32 (K, L, H, W).

    Returns:
        tuple[np.ndarray, np.ndarray]: the same arrays where all is finite;
        else copies with the lowest heat and tag 0 in cells that are not.
    """
    broken = ~np.isfinite(heatmaps) | ~np.isfinite(tags).all(axis=1)
    if not broken.any():
        return heatmaps, tags
    warnings.warn(
        f'{int(broken.sum())} cells of the heatmaps or tags are not finite '
        'and are left out; the model may have diverged',
        stacklevel=3,
    )
    lowest = np.finfo(np.float32).min
    return (
        np.where(broken, lowest, heatmaps),
        np.where(broken[:, None], np.float32(0), tags),
    )
