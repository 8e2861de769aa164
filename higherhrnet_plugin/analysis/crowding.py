"""How crowded an image is.

Note:
    - G: annotated people, K: keypoints
"""

from __future__ import annotations

import numpy as np


def crowd_index(
    keypoints: np.ndarray, labelled: np.ndarray, boxes: np.ndarray
) -> float:
    """Compute the crowd index of an image.

    It is the mean over people of the number of keypoints of others in their
    box, divided by the number of their own. People without a keypoint of
    their own in the box are left out.

    Args:
        keypoints (np.ndarray): (G, K, 2), (x, y) in image pixels.
        labelled (np.ndarray): bool (G, K).
        boxes (np.ndarray): (G, 4), (x, y, w, h) in image pixels.

    Returns:
        float: from 0, where nobody is near another person; 0 without people.

    Source: CrowdPose, https://arxiv.org/abs/1812.00324, equation 1.
    """
    low = boxes[:, None, None, :2]
    high = low + boxes[:, None, None, 2:]
    # (G, G, K): whose box, whose keypoint
    inside = ((keypoints >= low) & (keypoints <= high)).all(-1) & labelled
    counts = inside.sum(-1)
    own = np.diagonal(counts)
    others = counts.sum(axis=1) - own
    known = own > 0
    if not known.any():
        return 0.0
    return float((others[known] / own[known]).mean())
