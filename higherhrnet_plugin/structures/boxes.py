"""Boxes around keypoints."""

from __future__ import annotations

import numpy as np


def keypoint_boxes(keypoints: np.ndarray, counted: np.ndarray) -> np.ndarray:
    """Compute the box around the keypoints of each person.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y).
        counted (np.ndarray): bool (N, K), which of them count.

    Returns:
        np.ndarray: float32 (N, 4), (x1, y1, x2, y2); zeros for people
        without any.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin.structures.boxes import keypoint_boxes
        >>> points = np.array([[[5.0, 6.0], [9.0, 8.0], [0.0, 0.0]]])
        >>> keypoint_boxes(points, np.array([[True, True, False]])).tolist()
        [[5.0, 6.0, 9.0, 8.0]]
    """
    some = counted.any(axis=1)[:, None]
    mask = counted[..., None]
    low = np.where(mask, keypoints, np.inf).min(axis=1, initial=np.inf)
    high = np.where(mask, keypoints, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(some, np.hstack((low, high)), 0).astype(np.float32)
