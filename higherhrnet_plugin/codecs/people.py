"""What a decoder finds in an image.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class People(NamedTuple):
    """People of one image.

    Attributes:
        keypoints (np.ndarray): float32 (N, K, 2), (x, y); (0, 0) where
            missing.
        keypoint_scores (np.ndarray): float32 (N, K), 0 where missing.
        scores (np.ndarray): float32 (N,), mean of the keypoint scores before
            filling.
        found (np.ndarray): bool (N, K), peaks of their own; what is filled in
            is not.
        tags (np.ndarray): float32 (N, L), mean of the keypoints found.
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    scores: np.ndarray
    found: np.ndarray
    tags: np.ndarray
