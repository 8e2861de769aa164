"""What kind of error a predicted keypoint, or person, is.

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

from ..structures.annotated_people import AnnotatedPeople

# a prediction with less similarity is no prediction of that person
MATCH_OKS = 0.1
# from the first similarity on a keypoint is near, from the second on good
NEAR, GOOD = 0.5, 0.85

KEYPOINT_KINDS = ('good', 'jitter', 'inversion', 'swap', 'miss')
NOT_LABELLED = -1
PERSON_KINDS = ('match', 'duplicate', 'background', 'ignored')


def keypoint_similarity(
    points: np.ndarray,
    targets: np.ndarray,
    areas: np.ndarray,
    sigmas: np.ndarray,
) -> np.ndarray:
    """Compute the part that each keypoint has in OKS.

    Args:
        points (np.ndarray): (..., K, 2), (x, y).
        targets (np.ndarray): (..., K, 2), (x, y).
        areas (np.ndarray): (...,), of the annotated people in square pixels.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.

    Returns:
        np.ndarray: float64 (..., K) in [0, 1]; broken coordinates have 0.
    """
    squares = np.square(np.asarray(points, np.float64) - targets).sum(-1)
    tolerances = 2 * np.square(2 * np.asarray(sigmas, np.float64))
    areas = np.asarray(areas, np.float64)[..., None] + np.spacing(1)
    scaled = squares / (tolerances * areas)
    return np.exp(-np.where(np.isfinite(scaled), scaled, np.inf))


def keypoint_kinds(
    predicted: np.ndarray,
    matches: np.ndarray,
    people: AnnotatedPeople,
    sigmas: np.ndarray,
    flip_indices: Sequence[int],
) -> np.ndarray:
    """Name the error of every keypoint of matched people.

    A keypoint is compared with the labelled keypoints of its own kind and of
    the mirrored kind, of all people of the image. The most similar decides:

    - good: its own, similarity of at least 0.85
    - jitter: its own, below 0.85
    - inversion: the mirrored one of the same person
    - swap: one of another person
    - miss: none has a similarity of at least 0.5

    Args:
        predicted (np.ndarray): (M, K, 2), (x, y).
        matches (np.ndarray): int (M,), index of the annotated person.
        people (AnnotatedPeople): All annotated people of the image.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.
        flip_indices (Sequence[int]): K, index of the mirrored keypoint.

    Returns:
        np.ndarray: int8 (M, K), index in ``KEYPOINT_KINDS``, or
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
                    predicted[:, None],
                    people.keypoints[:, order],
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
    # on a tie the own keypoint is right, then the own person
    kinds = np.full(own.shape, KEYPOINT_KINDS.index('swap'), dtype=np.int8)
    kinds[mirrored == best] = KEYPOINT_KINDS.index('inversion')
    mine = own == best
    kinds[mine] = KEYPOINT_KINDS.index('jitter')
    kinds[mine & (own >= GOOD)] = KEYPOINT_KINDS.index('good')
    kinds[best < NEAR] = KEYPOINT_KINDS.index('miss')
    kinds[~own_labels] = NOT_LABELLED
    return kinds


def person_kinds(
    oks: np.ndarray, matches: np.ndarray, ignored: np.ndarray
) -> np.ndarray:
    """Name what every predicted person is.

    - match: of an annotated person who counts
    - duplicate: of such a person who is matched already
    - ignored: of a crowd, or of a person without labels
    - background: of nobody, a false person

    A crowd is large, and much is similar to it; a duplicate that is more
    similar to a person than to the crowd stays one.

    Args:
        oks (np.ndarray): (N, G), object keypoint similarity.
        matches (np.ndarray): int (N,), index of the annotated person, or -1,
            at a similarity of ``MATCH_OKS``.
        ignored (np.ndarray): bool (G,), who does not count.

    Returns:
        np.ndarray: int8 (N,), index in ``PERSON_KINDS``.
    """
    counted = oks[:, ~ignored].max(axis=1, initial=0)
    others = oks[:, ignored].max(axis=1, initial=0)
    kinds = np.full(len(oks), PERSON_KINDS.index('background'), np.int8)
    kinds[others >= MATCH_OKS] = PERSON_KINDS.index('ignored')
    again = (counted >= MATCH_OKS) & (counted > others)
    kinds[again] = PERSON_KINDS.index('duplicate')
    matched = np.isin(matches, np.flatnonzero(~ignored))
    kinds[matched] = PERSON_KINDS.index('match')
    return kinds
