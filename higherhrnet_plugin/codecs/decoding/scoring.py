"""The score of a person from those of the keypoints.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

import numpy as np


def mean_of_all(scores: np.ndarray) -> np.ndarray:
    """Average over all keypoints; a missing one counts as 0.

    Args:
        scores (np.ndarray): float32 (N, K), 0 where missing.

    Returns:
        np.ndarray: float32 (N,).

    Source: ``HeatmapParser.parse`` in ``lib/core/group.py`` of the official
    code.
    """
    return scores.mean(axis=1)


def mean_of_found(scores: np.ndarray) -> np.ndarray:
    """Average over the keypoints that were found, whatever is missing.

    Args:
        scores (np.ndarray): float32 (N, K), 0 where missing.

    Returns:
        np.ndarray: float32 (N,), 0 for a person without keypoints.
    """
    count = np.maximum((scores > 0).sum(axis=1), 1)
    return scores.sum(axis=1) / count.astype(np.float32)


PERSON_SCORES = {'all': mean_of_all, 'found': mean_of_found}
