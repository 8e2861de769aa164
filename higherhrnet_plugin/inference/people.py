"""Images on their way to the network, and what was found on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

Level = tuple[np.ndarray, Optional[np.ndarray]]


@dataclass
class Loaded:
    """An image on its way to the network.

    Attributes:
        image (np.ndarray): uint8 (H, W, 3), BGR, upright.
        data (dict): What the test pipeline made of it.
        hint (str): What may be wrong with the image, or ''.
    """

    image: np.ndarray
    data: dict[str, Any]
    hint: str = ''


@dataclass
class People:
    """What was found on an image.

    Attributes:
        keypoints (np.ndarray): float32 (N, K, 2), (x, y) in image pixels.
        keypoint_scores (np.ndarray): float32 (N, K), 0 where missing.
        scores (np.ndarray): float32 (N,).
        tags (np.ndarray): float32 (N, L), mean of the keypoints found.
        levels (list): heatmaps (K, h, w) and tags (L*K, h, w) or None of
            each level, if asked for.
        identities (np.ndarray | None): int (N,), set by a tracker.
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    scores: np.ndarray
    tags: np.ndarray
    levels: list[Level]
    identities: Optional[np.ndarray] = None
