"""The official formulas of training, written down as they are read.

Source: ``AELoss`` and ``HeatmapLoss`` in ``lib/core/loss.py``, and
``target_generators.py`` of the official code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def plain_ae_loss(tags: Tensor, indices: Sequence[Tensor]) -> Tensor:
    """Add pull and push, person by person and joint by joint.

    Args:
        tags (Tensor): (B, K, h, w).
        indices (Sequence[Tensor]): int64 (N_b, K, 2) of each image, rows
            ``[y * w + x, valid]``.

    Returns:
        Tensor: scalar, the mean over the images.
    """
    total = tags.sum() * 0
    for image, people in zip(tags.flatten(2), indices):
        means = []
        pull = total * 0
        for person in people.tolist():
            own = [image[k, i] for k, (i, valid) in enumerate(person) if valid]
            if own:
                values = torch.stack(own)
                means.append(values.mean())
                pull = pull + (values - means[-1]).square().mean()
        n = len(means)
        if n:
            total = total + pull / n
        if n > 1:
            mean = torch.stack(means)
            force = torch.exp(-((mean[:, None] - mean) ** 2)).sum() - n
            total = total + 0.5 * force / (n * (n - 1))
    return total / len(tags)


def plain_heatmap_loss(pred: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Average the masked squared error, axis by axis.

    Args:
        pred (Tensor): (B, K, h, w).
        target (Tensor): (B, K, h, w).
        mask (Tensor): float (B, h, w).

    Returns:
        Tensor: scalar.
    """
    error = (pred - target) ** 2 * mask[:, None].expand_as(pred)
    return error.mean(dim=3).mean(dim=2).mean(dim=1).mean(dim=0)


def plain_targets(
    keypoints: np.ndarray,
    visible: np.ndarray,
    stride: int,
    side: int,
    sigma: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw one level, joint by joint.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y) in input pixels.
        visible (np.ndarray): (N, K), labelled where above 0.
        stride (int): Input pixels of a cell.
        side (int): Cells of the square level.
        sigma (int): In cells.

    Returns:
        tuple[np.ndarray, np.ndarray]: heatmaps float32 (K, h, w) and indices
        int64 (N, K, 2).
    """
    size = 6 * sigma + 3
    x = np.arange(0, size, 1, float)
    middle = 3 * sigma + 1
    window = np.exp(
        -((x - middle) ** 2 + (x[:, None] - middle) ** 2) / (2 * sigma**2)
    )
    maps = np.zeros((keypoints.shape[1], side, side), dtype=np.float32)
    indices = np.zeros((*keypoints.shape[:2], 2), dtype=np.int64)
    for n, person in enumerate(keypoints):
        for k, point in enumerate(person):
            if visible[n, k] <= 0:
                continue
            column, row = int(point[0] / stride), int(point[1] / stride)
            if not (0 <= column < side and 0 <= row < side):
                continue
            indices[n, k] = row * side + column, 1
            left, top = column - middle, row - middle
            x0, x1 = max(0, left), min(side, left + size)
            y0, y1 = max(0, top), min(side, top + size)
            part = window[y0 - top : y1 - top, x0 - left : x1 - left]
            maps[k, y0:y1, x0:x1] = np.maximum(maps[k, y0:y1, x0:x1], part)
    return maps, indices


def plain_udp_targets(
    keypoints: np.ndarray,
    visible: np.ndarray,
    input_side: int,
    side: int,
    sigma: int,
) -> np.ndarray:
    """Draw one level for UDP, joint by joint.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y) in input pixels.
        visible (np.ndarray): (N, K), labelled where above 0.
        input_side (int): Pixels of the square input.
        side (int): Cells of the square level.
        sigma (int): In cells.

    Returns:
        np.ndarray: float32 (K, h, w).
    """
    reach = 3 * sigma + 1
    maps = np.zeros((keypoints.shape[1], side, side), dtype=np.float32)
    for person, flags in zip(keypoints, visible):
        for k, point in enumerate(person):
            x, y = np.float64(point) * ((side - 1) / (input_side - 1))
            column, row = int(np.floor(x + 0.5)), int(np.floor(y + 0.5))
            inside = 0 <= column < side and 0 <= row < side
            if flags[k] <= 0 or not inside:
                continue
            xs = np.arange(
                max(0, column - reach), min(side, column + reach + 1)
            )
            ys = np.arange(max(0, row - reach), min(side, row + reach + 1))
            square = (xs - x) ** 2 + (ys[:, None] - y) ** 2
            window = maps[k, ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
            np.maximum(window, np.exp(-square / (2 * sigma**2)), out=window)
    return maps
