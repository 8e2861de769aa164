"""What a scorer sees of people: numbers that place and size do not change.

Note:
    - N: people, K: keypoints, E: links of the skeleton, F: features
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# in sizes of the person; a keypoint further off says no more
_FAR = 4.0
# likewise in standard deviations of a feature
_UNUSUAL = 5.0
# in pixels; what is smaller is a point
_POINT = 1e-3


def person_features(
    keypoints: np.ndarray,
    keypoint_scores: np.ndarray,
    scores: np.ndarray,
    links: Sequence[tuple[int, int]],
) -> np.ndarray:
    """Describe people by numbers that place and size do not change.

    Positions count from the mean of the keypoints, in units of their root
    mean square distance to it; both are weighted by the scores, so that a
    stray keypoint hardly moves them. All positions are 0 for people without
    extent, such as of one keypoint.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y) in any pixels.
        keypoint_scores (np.ndarray): (N, K), 0 where missing.
        scores (np.ndarray): (N,), of the people, by a rule.
        links (Sequence[tuple[int, int]]): E pairs of keypoint indices.

    Returns:
        np.ndarray: float64 (N, F) with F = 3 K + E + 1: x and y of each
        keypoint in [-4, 4], 0 where missing; the lengths of the links, 0
        where one end is missing; the scores of the keypoints; the score of
        the person.
    """
    points = np.asarray(keypoints, np.float64)
    weights = np.maximum(np.asarray(keypoint_scores, np.float64), 0)
    there = weights > 0
    total = weights.sum(axis=1)
    shares = weights / np.where(total > 0, total, 1)[:, None]
    center = (shares[..., None] * points).sum(axis=1, keepdims=True)
    offsets = np.where(there[..., None], points - center, 0)
    size = np.sqrt((shares[..., None] * offsets**2).sum(axis=(1, 2)))
    size = np.where(size > _POINT, size, np.inf)
    places = np.clip(offsets / size[:, None, None], -_FAR, _FAR)
    start, end = np.asarray(links, int).reshape(-1, 2).T
    lengths = np.linalg.norm(places[:, start] - places[:, end], axis=2)
    lengths = np.where(there[:, start] & there[:, end], lengths, 0)
    return np.concatenate(
        (
            places.reshape(len(points), 2 * weights.shape[1]),
            lengths,
            weights,
            np.asarray(scores, np.float64)[:, None],
        ),
        axis=1,
    )


def standardise(
    features: np.ndarray, center: np.ndarray, spread: np.ndarray
) -> np.ndarray:
    """Bring features to one range.

    Args:
        features (np.ndarray): float64 (N, F).
        center (np.ndarray): (F,), their means.
        spread (np.ndarray): (F,), their standard deviations.

    Returns:
        np.ndarray: float64 (N, F) in [-5, 5].
    """
    return np.clip((features - center) / spread, -_UNUSUAL, _UNUSUAL)
