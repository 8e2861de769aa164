"""Grouping of keypoint candidates to people by their tags.

Note:
    - K: keypoints, M: candidates of a keypoint, L: tags of a candidate
    - G: people found so far

Source: associative embedding (Newell et al., NeurIPS 2017) and
``match_by_tag`` in ``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from munkres import Munkres

Candidates = tuple[np.ndarray, np.ndarray, np.ndarray]

# an added column that is never cheaper than a person
_NEVER = 1e10


def assign(cost: np.ndarray) -> list[tuple[int, int]]:
    """Solve the assignment problem with the Munkres algorithm.

    The rounded distances of the official cost coincide often, so the optimum
    is seldom unique and the tie-break of this very solver is part of the
    result. The solver begins with the first minimum of every row; where these
    lie in different columns it ends there, too, and need not be run.

    Args:
        cost (np.ndarray): (M, G) with M <= G, or padded to it.

    Returns:
        list[tuple[int, int]]: (row, column) of every row.
    """
    best = cost.argmin(axis=1).tolist()
    if len(set(best)) == len(best):
        return list(enumerate(best))
    return Munkres().compute(cost.tolist())


def match_cost(
    scores: np.ndarray, tags: np.ndarray, group_tags: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Compare candidates with people.

    Args:
        scores (np.ndarray): float32 (M,).
        tags (np.ndarray): float32 (M, L).
        group_tags (np.ndarray): float32 (G, L), mean tags of the people.

    Returns:
        tuple[np.ndarray, np.ndarray]:
        - cost: float64 (M, max(M, G)), rounded distance * 100 - score
        - distance: float64 (M, G), Euclidean
    """
    difference = tags.astype(np.float64)[:, None] - group_tags[None]
    distance = np.linalg.norm(difference, ord=2, axis=2)
    cost = np.round(distance) * 100 - scores.astype(np.float64)[:, None]
    missing = len(scores) - len(group_tags)
    if missing > 0:
        padding = np.full((len(scores), missing), _NEVER)
        cost = np.concatenate((cost, padding), axis=1)
    return cost, distance


def group_by_tag(
    candidates: Sequence[Candidates],
    keypoint_order: Sequence[int],
    tag_thr: float,
    max_groups: int,
) -> np.ndarray:
    """Group candidates to people, keypoint by keypoint.

    People are known by the first tag of the candidate that began them, as in
    the official code: a later person with an equal tag takes the place.

    Args:
        candidates (Sequence[tuple]): K entries of
            :func:`~.candidates.top_candidates`.
        keypoint_order (Sequence[int]): The order of the K keypoints.
        tag_thr (float): A candidate joins a person below this distance.
        max_groups (int): Candidates are compared with the first so many
            people; more may be found.

    Returns:
        np.ndarray: float32 (G, K, 3), x and y in cells and score; zeros
        where a keypoint is missing. People in the order they were found.
    """
    people: dict[Hashable, np.ndarray] = {}
    members: dict[Hashable, list[np.ndarray]] = {}
    shape = (len(candidates), 3)

    def begin(k: int, joint: np.ndarray, tag: np.ndarray) -> None:
        people.setdefault(tag[0], np.zeros(shape, np.float32))[k] = joint
        members[tag[0]] = [tag]

    for k in keypoint_order:
        cells, scores, tags = candidates[k]
        joints = np.concatenate((cells, scores[:, None]), axis=1)
        keys = list(people)[:max_groups]
        if not len(scores):
            continue
        if not keys:
            for joint, tag in zip(joints, tags):
                begin(k, joint, tag)
            continue
        means = np.array([np.mean(members[key], axis=0) for key in keys])
        cost, distance = match_cost(scores, tags, means)
        for row, column in assign(cost):
            if column < len(keys) and distance[row, column] < tag_thr:
                people[keys[column]][k] = joints[row]
                members[keys[column]].append(tags[row])
            else:
                begin(k, joints[row], tags[row])
    if not people:
        return np.zeros((0, *shape), dtype=np.float32)
    return np.stack(list(people.values()))
