"""Which of the people that were found are kept.

Nothing of this is part of the official code; it is for use, not for AP.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import numpy as np

from ...evaluation.matching import oks_matrix


def keypoint_boxes(keypoints: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Draw the box around the keypoints of each person.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y).
        found (np.ndarray): bool (N, K), which of them count.

    Returns:
        np.ndarray: float32 (N, 4), (x1, y1, x2, y2); zeros for people
        without any.
    """
    some = found.any(axis=1)[:, None]
    counted = found[..., None]
    low = np.where(counted, keypoints, np.inf).min(axis=1, initial=np.inf)
    high = np.where(counted, keypoints, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(some, np.hstack((low, high)), 0).astype(np.float32)


def suppress_duplicates(
    keypoints: np.ndarray,
    found: np.ndarray,
    scores: np.ndarray,
    thr: float,
    sigmas: Sequence[float],
) -> np.ndarray:
    """Keep the best of people that are alike.

    Likeness is the object keypoint similarity of the keypoints that the worse
    person has, by the size of the better one; what the better one lacks
    counts as unlike.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y).
        found (np.ndarray): bool (N, K).
        scores (np.ndarray): (N,).
        thr (float): People more alike than this are one.
        sigmas (Sequence[float]): (K,), tolerances of the keypoints.

    Returns:
        np.ndarray: int64, indices of the people that are kept, best first.

    Source: OKS-based suppression as in MMPose 0.x (``oks_nms``).
    """
    corners = keypoint_boxes(keypoints, found)
    boxes = np.hstack((corners[:, :2], corners[:, 2:] - corners[:, :2]))
    areas = boxes[:, 2:].prod(axis=1)
    visible = np.where(found[..., None], keypoints, np.nan)
    rest = np.argsort(-scores, kind='stable')
    kept = []
    while len(rest):
        best, rest = rest[0], rest[1:]
        kept.append(best)
        oks = oks_matrix(
            visible[best, None],
            keypoints[rest],
            found[rest],
            boxes[rest],
            np.full(len(rest), areas[best]),
            np.asarray(sigmas),
        )[0]
        rest = rest[oks <= thr]
    return np.array(kept, dtype=np.int64)


def select_people(
    keypoints: np.ndarray,
    found: np.ndarray,
    scores: np.ndarray,
    instance_thr: float = 0.0,
    min_keypoints: int = 0,
    nms_thr: Optional[float] = None,
    max_instances: Optional[int] = None,
    sigmas: Sequence[float] = (),
) -> np.ndarray:
    """Choose people by score, number of keypoints and likeness.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y).
        found (np.ndarray): bool (N, K), peaks of their own, not filled in.
        scores (np.ndarray): (N,), scores of the people.
        instance_thr (float): Least score. Defaults to 0.
        min_keypoints (int): Least number of keypoints found. Defaults to 0.
        nms_thr (float, optional): Likeness above which two people are one.
            Defaults to None, which compares nobody.
        max_instances (int, optional): At most so many, the best. Defaults to
            None, which has no limit.
        sigmas (Sequence[float]): (K,), for ``nms_thr``.

    Returns:
        np.ndarray: int64, indices of the people that are kept; best first,
        or all in their order where nothing is asked for.
    """
    if not (instance_thr or min_keypoints or max_instances) and (
        nms_thr is None
    ):
        return np.arange(len(scores))
    fit = (scores >= instance_thr) & (found.sum(axis=1) >= min_keypoints)
    chosen = np.flatnonzero(fit)
    chosen = chosen[np.argsort(-scores[chosen], kind='stable')]
    if nms_thr is not None:
        kept = suppress_duplicates(
            keypoints[chosen], found[chosen], scores[chosen], nms_thr, sigmas
        )
        chosen = chosen[kept]
    return chosen[:max_instances]
