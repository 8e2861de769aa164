"""Maps of a diverged model: values that are not finite."""

from __future__ import annotations

import warnings

import numpy as np


def without_nonfinite(
    heatmaps: np.ndarray, tags: np.ndarray, groups: int
) -> tuple[np.ndarray, np.ndarray]:
    """Make broken cells the worst choice, with one warning.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W).
        tags (np.ndarray): float32 (L*G, H, W), L outer.
        groups (int): G, which is K, or 1 where all keypoints share tags.

    Returns:
        tuple[np.ndarray, np.ndarray]: the same arrays where all is finite;
        else copies with the lowest heat and tag 0 in cells that are not.
    """
    if np.isfinite(heatmaps).all() and np.isfinite(tags).all():
        return heatmaps, tags
    by_tag = tags.reshape(-1, groups, *tags.shape[1:])
    bad_tags = ~np.isfinite(by_tag).all(axis=0)
    broken = ~np.isfinite(heatmaps) | bad_tags
    warnings.warn(
        f'{int(broken.sum())} cells of the heatmaps or tags are not finite '
        'and are left out; the model may have diverged',
        stacklevel=4,
    )
    lowest = np.finfo(np.float32).min
    return (
        np.where(broken, lowest, heatmaps),
        np.where(bad_tags, np.float32(0), by_tag).reshape(tags.shape),
    )
