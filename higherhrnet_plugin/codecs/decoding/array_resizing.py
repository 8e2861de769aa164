"""Bilinear resizing of maps in numpy arrays.

The same formula as torch's, whose results differ by rounding, as they do
between its own memory formats.

Note:
    - B: images, C: channels
    - (h, w): size of the maps, (H, W): of the resized ones
"""

from __future__ import annotations

import cv2
import numpy as np


def resize_array(
    maps: np.ndarray, shape: tuple[int, int], use_udp: bool = False
) -> np.ndarray:
    """Resize maps bilinearly.

    Args:
        maps (np.ndarray): float32 (B, C, h, w).
        shape (tuple[int, int]): (H, W).
        use_udp (bool): Align the centres of the outermost cells, instead of
            the borders of the maps. Defaults to False.

    Returns:
        np.ndarray: float32 (B, C, H, W).
    """
    if use_udp:
        maps = _mix(maps, shape[1])
        return _mix(maps.swapaxes(2, 3), shape[0]).swapaxes(2, 3).copy()
    batch, channels, height, width = maps.shape
    resized = np.empty((batch * channels, *shape), np.float32)
    planes = np.ascontiguousarray(maps).reshape(-1, height, width)
    for plane, target in zip(planes, resized):
        cv2.resize(plane, shape[::-1], target, 0, 0, cv2.INTER_LINEAR)
    return resized.reshape(batch, channels, *shape)


def _mix(maps: np.ndarray, size: int) -> np.ndarray:
    """Resize the last axis (..., w) to (..., W), aligned at its ends."""
    last = maps.shape[-1] - 1
    step = np.float32(last) / np.float32(max(size - 1, 1))
    places = np.arange(size, dtype=np.float32) * step
    left = np.minimum(places.astype(np.int64), last)
    right = np.minimum(left + 1, last)
    weights = places - left.astype(np.float32)
    return maps[..., left] * (1 - weights) + maps[..., right] * weights
