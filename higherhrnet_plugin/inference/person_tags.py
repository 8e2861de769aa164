"""One tag a person, read where its keypoints are."""

from __future__ import annotations

import numpy as np


def read_person_tags(
    tags: np.ndarray,
    cells: np.ndarray,
    scores: np.ndarray,
    tag_per_keypoint: bool,
) -> np.ndarray:
    """Average the tags at the keypoints of every person.

    Note:
        - N: people, K: keypoints, L: tags of a keypoint, (H, W): of the maps

    Args:
        tags (np.ndarray): float (L*K, H, W), L outer, or (L, H, W) when all
            keypoints share a tag.
        cells (np.ndarray): (N, K, 2), (x, y) in cells; those outside count
            at the border.
        scores (np.ndarray): (N, K), weights of the mean; keypoints that are
            not above 0 do not count.
        tag_per_keypoint (bool): Whether each keypoint has its own tags.

    Returns:
        np.ndarray: float32 (N, L).
    """
    k = scores.shape[1] if tag_per_keypoint else 1
    maps = tags.reshape(-1, k, *tags.shape[-2:])
    high = np.array(maps.shape[:1:-1]) - 1
    seen = (scores > 0) & np.isfinite(cells).all(axis=-1)
    places = np.where(seen[..., None], cells, 0)
    x, y = np.moveaxis(np.clip(places, 0, high).astype(int), -1, 0)
    kinds = np.arange(scores.shape[1]) if tag_per_keypoint else 0
    # (L, N, K)
    values = maps[:, kinds, y, x]
    weights = np.where(seen, scores, 0)
    total = np.maximum(weights.sum(axis=1), 1e-12)
    mean = (values * weights).sum(axis=-1) / total
    return np.ascontiguousarray(mean.T, dtype=np.float32)
