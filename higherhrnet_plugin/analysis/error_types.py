"""The error types of predicted keypoints and people.

Note:
    - N: predicted people, M: those matched, G: annotated people, K: keypoints
    - points are (x, y) in image pixels

Source: Ruggero Ronchi and Perona, Benchmarking and Error Diagnosis in
Multi-Instance Pose Estimation, ICCV 2017, section 3.1, and the code that the
authors published with it (``COCOanalyze``).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..evaluation.matching import MATCH_OKS
from ..structures.annotated_people import AnnotatedPeople
from ..structures.oks import keypoint_similarity

# similarities from which on a keypoint is near, and good
NEAR, GOOD = 0.5, 0.85

KEYPOINT_TYPES = ('good', 'jitter', 'inversion', 'swap', 'miss')
NOT_LABELLED = -1
PERSON_TYPES = ('match', 'duplicate', 'background', 'ignored')
MATCH, DUPLICATE, BACKGROUND, IGNORED = range(len(PERSON_TYPES))


def classify_keypoints(
    predicted: np.ndarray,
    matches: np.ndarray,
    people: AnnotatedPeople,
    sigmas: np.ndarray,
    flip_indices: Sequence[int],
) -> np.ndarray:
    """Find the error type of every keypoint of matched people.

    A keypoint is compared with the labelled keypoints of the same index and
    of the mirrored index, of all people of the image. The most similar
    decides:

    - good: its own, with a similarity of at least 0.85
    - jitter: its own, with less
    - inversion: the mirrored one of the same person
    - swap: one of another person
    - miss: no keypoint has a similarity of at least 0.5

    Args:
        predicted (np.ndarray): (M, K, 2), (x, y).
        matches (np.ndarray): int (M,), index of the annotated person.
        people (AnnotatedPeople): All annotated people of the image.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.
        flip_indices (Sequence[int]): K, index of the mirrored keypoint.

    Returns:
        np.ndarray: int8 (M, K), index in ``KEYPOINT_TYPES``, or
        ``NOT_LABELLED`` where the person has no label.
    """
    own_labels = people.labelled[matches]
    if not len(predicted):
        return np.zeros(own_labels.shape, dtype=np.int8)
    flip = np.asarray(flip_indices)
    # (M, 2, G, K): similarity with own and mirrored keypoints
    similar = np.stack(
        [
            np.where(
                people.labelled[:, order],
                keypoint_similarity(
                    predicted[:, None] - people.keypoints[:, order],
                    people.areas,
                    sigmas,
                ),
                -1,
            )
            for order in (np.arange(len(flip)), flip)
        ],
        axis=1,
    )
    rows = np.arange(len(predicted))
    own = similar[rows, 0, matches]
    mirrored = similar[rows, 1, matches]
    best = similar.max(axis=(1, 2))
    # on a tie the own keypoint comes first, then the own person
    good, jitter, inversion, swap, miss = range(len(KEYPOINT_TYPES))
    types = np.full(own.shape, swap, dtype=np.int8)
    types[mirrored == best] = inversion
    mine = own == best
    types[mine] = jitter
    types[mine & (own >= GOOD)] = good
    types[best < NEAR] = miss
    types[~own_labels] = NOT_LABELLED
    return types


def classify_people(
    oks: np.ndarray, matches: np.ndarray, ignored: np.ndarray
) -> np.ndarray:
    """Find the type of every predicted person.

    - match: matched to an annotated person who counts
    - duplicate: similar to such a person who has another match
    - ignored: similar to a crowd, or to a person without labels
    - background: similar to nobody, a false positive

    Crowds are large, so that many predictions are similar to them; one that
    is more similar to a person than to the crowd is a duplicate.

    Args:
        oks (np.ndarray): (N, G), object keypoint similarity.
        matches (np.ndarray): int (N,), index of the annotated person, or -1,
            at a similarity of ``MATCH_OKS``.
        ignored (np.ndarray): bool (G,), who does not count.

    Returns:
        np.ndarray: int8 (N,), index in ``PERSON_TYPES``.
    """
    counted = oks[:, ~ignored].max(axis=1, initial=0)
    others = oks[:, ignored].max(axis=1, initial=0)
    types = np.full(len(oks), BACKGROUND, np.int8)
    types[others >= MATCH_OKS] = IGNORED
    types[(counted >= MATCH_OKS) & (counted > others)] = DUPLICATE
    types[np.isin(matches, np.flatnonzero(~ignored))] = MATCH
    return types
