"""How well numbers stay with people: HOTA, IDF1, switches, fragmentations.

Note:
    - G: people of a frame, N: numbers given on it
    - ids are whole numbers, each at most once a frame; similarities lie in
      [0, 1]
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.optimize import linear_sum_assignment

from higherhrnet_plugin.structures.oks import keypoint_similarity
from higherhrnet_plugin.structures.people import People

from .videos import Truth

# similarities from which two poses are the same, of HOTA and of the others
THRESHOLDS = np.arange(0.05, 0.99, 0.05)
SAME = 0.5
_SLACK = np.finfo(float).eps


class Pairs(NamedTuple):
    """The people of a frame beside the numbers given.

    Attributes:
        true (np.ndarray): int (G,), 0 to the number of people - 1.
        given (np.ndarray): int (N,), likewise of the numbers.
        similarity (np.ndarray): (G, N).
    """

    true: np.ndarray
    given: np.ndarray
    similarity: np.ndarray


def compare(
    truths: Sequence[Truth],
    found: Sequence[People],
    numbers: Sequence[np.ndarray],
    sigmas: np.ndarray,
) -> list[Pairs]:
    """Compare the people of each frame with those found there.

    Args:
        truths: Who is there.
        found: Who was found.
        numbers: int (N,) of each frame; those below 0 were not given.
        sigmas: (K,), tolerances of the keypoints.

    Returns:
        By OKS over the keypoints found of the people who got a number.
    """
    names = np.unique(np.concatenate([t.ids for t in truths]))
    labels = np.unique(np.concatenate([n[n >= 0] for n in numbers]))
    pairs = []
    for truth, people, given in zip(truths, found, numbers):
        kept = given >= 0
        offsets = people.keypoints[kept] - truth.keypoints[:, None]
        similar = keypoint_similarity(
            offsets,
            np.broadcast_to(truth.areas[:, None], offsets.shape[:2]),
            sigmas,
        )
        seen = people.keypoint_scores[kept] > 0
        pairs.append(
            Pairs(
                np.searchsorted(names, truth.ids),
                np.searchsorted(labels, given[kept]),
                (similar * seen).sum(-1) / np.maximum(seen.sum(-1), 1),
            )
        )
    return pairs


def score(pairs: Sequence[Pairs]) -> dict[str, float]:
    """Compute all figures of a video.

    Args:
        pairs: From :func:`compare`.

    Returns:
        ``HOTA``, ``AssA``, ``DetA``, ``IDF1`` in [0, 1], ``switches`` and
        ``fragments``.
    """
    return {**hota(pairs), 'IDF1': idf1(pairs), **clear(pairs)}


def _counts(pairs: Sequence[Pairs]) -> tuple[np.ndarray, np.ndarray]:
    """Count the frames (people, 1) and (1, numbers) of each."""
    true = np.concatenate([p.true for p in pairs])
    given = np.concatenate([p.given for p in pairs])
    return np.bincount(true)[:, None], np.bincount(given)[None]


def hota(pairs: Sequence[Pairs]) -> dict[str, float]:
    """Compute HOTA, and its parts for detection and association.

    Args:
        pairs: From :func:`compare`; somebody is there, and a number given.

    Returns:
        ``HOTA``, ``AssA`` and ``DetA``, means over the thresholds.

    Source: Luiten et al., HOTA, IJCV 2021, equations 6 to 11, with the
    matching of section 4.2.
    """
    true, given = _counts(pairs)
    shared = np.zeros((len(true), given.shape[1]))
    for p in pairs:
        both = p.similarity.sum(0) + p.similarity.sum(1)[:, None]
        rest = both - p.similarity
        shared[np.ix_(p.true, p.given)] += np.divide(
            p.similarity, rest, out=np.zeros_like(rest), where=rest > _SLACK
        )
    alignment = shared / (true + given - shared)
    matched = np.zeros((len(THRESHOLDS), *shared.shape))
    for p in pairs:
        weight = alignment[np.ix_(p.true, p.given)] * p.similarity
        rows, columns = linear_sum_assignment(weight, maximize=True)
        similar = p.similarity[rows, columns]
        same = similar >= THRESHOLDS[:, None] - _SLACK
        matched[:, p.true[rows], p.given[columns]] += same
    hits = matched.sum(axis=(1, 2))
    detected = hits / (true.sum() + given.sum() - hits)
    each = matched / (true + given - matched)
    associated = (matched * each).sum(axis=(1, 2)) / np.maximum(hits, 1)
    return {
        'HOTA': float(np.sqrt(detected * associated).mean()),
        'AssA': float(associated.mean()),
        'DetA': float(detected.mean()),
    }


def idf1(pairs: Sequence[Pairs]) -> float:
    """Compute the share of detections under the one right number.

    Args:
        pairs: From :func:`compare`.

    Returns:
        In [0, 1].

    Source: Ristani et al., Performance measures and a data set for
    multi-target, multi-camera tracking, ECCV workshops 2016.
    """
    true, given = _counts(pairs)
    shared = np.zeros((len(true), given.shape[1]))
    for p in pairs:
        shared[np.ix_(p.true, p.given)] += p.similarity >= SAME
    right = shared[linear_sum_assignment(shared, maximize=True)].sum()
    return float(2 * right / (true.sum() + given.sum()))


def clear(pairs: Sequence[Pairs]) -> dict[str, float]:
    """Count how often a person gets another number, or is lost and found.

    Args:
        pairs: From :func:`compare`.

    Returns:
        ``switches`` and ``fragments``; a person who is not there for some
        frames, or not found, is a fragment more when tracked again.

    Source: Bernardin and Stiefelhagen, CLEAR MOT, 2008: a number is kept as
    long as it is similar enough.
    """
    true, _ = _counts(pairs)
    ever = np.full(len(true), -1)
    last = ever.copy()
    switches, begun = 0, np.zeros(len(true), dtype=int)
    for p in pairs:
        if not p.similarity.size:
            # as in TrackEval, nobody is lost on it
            continue
        keeps = p.given == last[p.true][:, None]
        weight = np.where(
            p.similarity >= SAME - _SLACK, 1000 * keeps + p.similarity, 0
        )
        rows, columns = linear_sum_assignment(weight, maximize=True)
        good = weight[rows, columns] > 0
        who, number = p.true[rows[good]], p.given[columns[good]]
        switches += int(((ever[who] >= 0) & (ever[who] != number)).sum())
        begun[who] += last[who] < 0
        ever[who] = number
        last[:] = -1
        last[who] = number
    return {
        'switches': float(switches),
        'fragments': float(np.maximum(begun - 1, 0).sum()),
    }
