"""Object keypoint similarity (OKS) and greedy matching by it.

Note:
    - N: predicted people, G: annotated people, K: keypoints
    - points are (x, y) in image pixels, boxes (x, y, w, h)
"""

from __future__ import annotations

import numpy as np


def oks_matrix(
    predicted: np.ndarray,
    keypoints: np.ndarray,
    labelled: np.ndarray,
    boxes: np.ndarray,
    areas: np.ndarray,
    sigmas: np.ndarray,
) -> np.ndarray:
    """Compare every predicted with every annotated person.

    A person without labelled keypoints, such as a crowd, is compared by the
    distance to its box, enlarged to three times its sides.

    Args:
        predicted (np.ndarray): (N, K, 2), (x, y).
        keypoints (np.ndarray): (G, K, 2), (x, y).
        labelled (np.ndarray): bool (G, K).
        boxes (np.ndarray): (G, 4), (x, y, w, h).
        areas (np.ndarray): (G,), square pixels.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.

    Returns:
        np.ndarray: float64 (N, G), object keypoint similarity in [0, 1];
        broken coordinates count as infinitely far.

    Source: ``computeOks`` of the COCO API.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin.structures.oks import oks_matrix
        >>> points = np.array([[[5.0, 5.0], [9.0, 9.0]]])
        >>> box, area = np.array([[0.0, 0.0, 10.0, 10.0]]), np.array([100.0])
        >>> labelled, sigmas = np.ones((1, 2), bool), np.full(2, 0.05)
        >>> oks_matrix(points, points, labelled, box, area, sigmas).tolist()
        [[1.0]]
    """
    low = boxes[:, None, :2] - boxes[:, None, 2:]
    high = boxes[:, None, :2] + 2 * boxes[:, None, 2:]
    points = predicted[:, None].astype(np.float64)
    measured = labelled.any(axis=1)
    offsets = np.where(
        measured[:, None, None],
        points - keypoints,
        np.maximum(0, low - points) + np.maximum(0, points - high),
    )
    similar = keypoint_similarity(offsets, areas, sigmas)
    counted = labelled | ~measured[:, None]
    return (similar * counted).sum(-1) / np.maximum(counted.sum(-1), 1)


def keypoint_similarity(
    offsets: np.ndarray, areas: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """Compute the similarity of each keypoint, the mean of which is OKS.

    Args:
        offsets (np.ndarray): (..., K, 2), from the annotated to the predicted
            keypoint.
        areas (np.ndarray): (...,), of the annotated people in square pixels.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.

    Returns:
        np.ndarray: float64 (..., K) in [0, 1], 0 where an offset is not
        finite.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin.structures.oks import keypoint_similarity
        >>> offsets = np.array([[[0.0, 0.0], [1.0, 0.0]]])
        >>> areas, sigmas = np.array([100.0]), np.full(2, 0.05)
        >>> same = keypoint_similarity(offsets, areas, sigmas)
        >>> same.round(2).tolist()
        [[1.0, 0.61]]
    """
    squares = np.square(np.asarray(offsets, np.float64)).sum(axis=-1)
    tolerances = 2 * np.square(2 * np.asarray(sigmas, np.float64))
    scaled = squares / (tolerances * (areas[..., None] + np.spacing(1)))
    return np.exp(-np.where(np.isfinite(scaled), scaled, np.inf))


def match_people(
    oks: np.ndarray,
    scores: np.ndarray,
    ignored: np.ndarray,
    crowd: np.ndarray,
    oks_thr: float,
) -> np.ndarray:
    """Give each predicted person at most one annotated one.

    Predictions choose in the order of their scores, best first. Each takes
    the most similar person that is left; if no person who counts is similar
    enough, it may take one who is ignored. A crowd may be taken any number of
    times.

    Args:
        oks (np.ndarray): (N, G), from :func:`oks_matrix`.
        scores (np.ndarray): (N,).
        ignored (np.ndarray): bool (G,), people who do not count.
        crowd (np.ndarray): bool (G,).
        oks_thr (float): Smallest similarity of a match.

    Returns:
        np.ndarray: int64 (N,), the index of the annotated person, or -1.

    Source: ``evaluateImg`` of the COCO API, also in that the last of equally
    similar people is taken.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin.structures.oks import match_people
        >>> oks, nobody = np.array([[0.9], [0.8]]), np.zeros(1, bool)
        >>> scores = np.array([0.5, 0.7])
        >>> match_people(oks, scores, nobody, nobody, 0.5).tolist()
        [-1, 0]
    """
    matches = np.full(len(oks), -1, dtype=np.int64)
    free = np.ones(len(ignored), dtype=bool)
    # a similarity equal to the threshold is a match
    threshold = min(oks_thr, 1 - 1e-10)
    for n in np.argsort(-np.asarray(scores, float), kind='mergesort'):
        for group in (~ignored, ignored):
            candidates = group & (free | crowd) & (oks[n] >= threshold)
            if candidates.any():
                similarity = np.where(candidates, oks[n], -1)
                g = len(similarity) - 1 - int(similarity[::-1].argmax())
                matches[n] = g
                free[g] = False
                break
    return matches
