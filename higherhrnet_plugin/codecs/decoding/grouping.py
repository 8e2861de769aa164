"""Grouping of keypoint candidates to people by their tags.

Note:
    - K: keypoints, M: candidates of a keypoint, L: tags of a candidate
    - G: people begun so far

Source: associative embedding (Newell et al., NeurIPS 2017) and
``match_by_tag`` in ``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Callable, NamedTuple, Optional

import numpy as np

from .assignment import assign, assign_closest

# an added column that is never cheaper than a person
_NEVER = 1e10
# a distance at which nothing is matched, and whose cost is below that
_FAR = 1e6


class Candidates(NamedTuple):
    """Candidates of one keypoint, highest first.

    Attributes:
        positions (np.ndarray): (M, 2), x and y.
        scores (np.ndarray): float32 (M,).
        tags (np.ndarray): float32 (M, L).
    """

    positions: np.ndarray
    scores: np.ndarray
    tags: np.ndarray


def match_cost(
    scores: np.ndarray,
    tags: np.ndarray,
    group_tags: np.ndarray,
    apart: Optional[np.ndarray] = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Compare candidates with people.

    Args:
        scores (np.ndarray): float32 (M,).
        tags (np.ndarray): float32 (M, L).
        group_tags (np.ndarray): float32 (G, L), mean tags of the people.
        apart (np.ndarray, optional): bool (M, G), pairs that must not match.

    Returns:
        tuple[np.ndarray, np.ndarray]:
        - cost: float64 (M, max(M, G)), rounded distance * 100 - score
        - distance: float64 (M, G), Euclidean
    """
    difference = tags.astype(np.float64)[:, None] - group_tags[None]
    distance = np.linalg.norm(difference, ord=2, axis=2)
    if apart is not None:
        distance = np.where(apart, _FAR, distance)
    cost = np.round(distance) * 100 - scores.astype(np.float64)[:, None]
    missing = len(scores) - len(group_tags)
    if missing > 0:
        padding = np.full((len(scores), missing), _NEVER)
        cost = np.concatenate((cost, padding), axis=1)
    return cost, distance


def match_official(
    candidates: Candidates,
    group_tags: np.ndarray,
    tag_thr: float,
    apart: Optional[np.ndarray] = None,
) -> list[int]:
    """Choose a person for every candidate by the official cost.

    Args:
        candidates (Candidates): Candidates of one keypoint.
        group_tags (np.ndarray): float32 (G, L), mean tags of the people.
        tag_thr (float): A candidate joins a person below this distance.
        apart (np.ndarray, optional): bool (M, G), pairs that must not match.

    Returns:
        list[int]: the person of every candidate, or -1.
    """
    cost, distance = match_cost(
        candidates.scores, candidates.tags, group_tags, apart
    )
    return _accept(assign(cost), distance, tag_thr)


def match_closest(
    candidates: Candidates,
    group_tags: np.ndarray,
    tag_thr: float,
    apart: Optional[np.ndarray] = None,
) -> list[int]:
    """Choose a person for every candidate by the distance itself.

    Arguments and result as in :func:`match_official`.
    """
    _, distance = match_cost(
        candidates.scores, candidates.tags, group_tags, apart
    )
    return _accept(assign_closest(distance, tag_thr), distance, tag_thr)


def _accept(
    columns: Sequence[int], distance: np.ndarray, tag_thr: float
) -> list[int]:
    """Keep the columns of rows (M, G) that are close enough, or else -1."""
    near = (distance < tag_thr).tolist()
    people = distance.shape[1]
    return [
        column if column < people and row[column] else -1
        for row, column in zip(near, columns)
    ]


def too_far(
    positions: np.ndarray, rows: np.ndarray, max_distance: float
) -> np.ndarray:
    """Tell which points are far from all keypoints of a person.

    Args:
        positions (np.ndarray): (M, 2), (x, y).
        rows (np.ndarray): (G, K, 3 or more), x, y and score of people.
        max_distance (float): To the nearest keypoint of the person.

    Returns:
        np.ndarray: bool (M, G).
    """
    offsets = positions[:, None, None] - rows[None, :, :, :2]
    distances = np.linalg.norm(offsets, axis=-1)
    distances = np.where(rows[..., 2] > 0, distances, np.inf)
    return distances.min(axis=-1) > max_distance


MATCHES: dict[str, Callable[..., list[int]]] = {
    'munkres': match_official,
    'distance': match_closest,
}


class _Person:
    """A person that grows, with room for K tags in the order of arrival."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.rows = np.zeros(shape, np.float32)
        self.tags = np.empty((shape[0], shape[1] - 3), np.float32)
        self.count = 0

    def put(self, k: int, row: np.ndarray) -> None:
        """Set keypoint k to (x, y, score, tags)."""
        self.rows[k] = row
        self.tags[self.count] = row[3:]
        self.count += 1

    def mean_tag(self) -> np.ndarray:
        """Average the tags; sums them as ``np.mean`` of a list does."""
        return np.add.reduce(self.tags[: self.count], axis=0) / np.float32(
            self.count
        )


def group_by_tag(
    candidates: Sequence[Candidates],
    keypoint_order: Sequence[int],
    tag_thr: float,
    max_groups: int,
    assignment: str = 'munkres',
    keep_equal_tags: bool = False,
    max_distance: Optional[float] = None,
) -> np.ndarray:
    """Group candidates to people, keypoint by keypoint.

    People are known by the first tag of the candidate that began them, as in
    the official code: a later person with an equal tag takes the place,
    unless ``keep_equal_tags``.

    Args:
        candidates (Sequence[Candidates]): One entry for each of K keypoints.
        keypoint_order (Sequence[int]): The order of the K keypoints.
        tag_thr (float): A candidate joins a person below this distance.
        max_groups (int): Candidates are compared with the first so many
            people; there may be more.
        assignment (str): 'munkres', :func:`match_official`, or 'distance',
            :func:`match_closest`. Defaults to 'munkres'.
        keep_equal_tags (bool): Let people with equal tags be several.
            Defaults to False.
        max_distance (float, optional): A candidate joins a person only within
            this distance of one of its keypoints. Defaults to None, any
            distance.

    Returns:
        np.ndarray: float32 (G, K, 3 + L), x, y, score and tags; zeros where
        a keypoint is missing. People in the order in which they began.
    """
    people: dict[Hashable, _Person] = {}
    shape = (len(candidates), 3 + candidates[0].tags.shape[1])
    for k in keypoint_order:
        own = candidates[k]
        if not len(own.scores):
            continue
        rows = np.column_stack((*own.positions.T, own.scores, own.tags))
        rows = rows.astype(np.float32)
        chosen = [-1] * len(rows)
        known = list(people.values())[:max_groups]
        if known:
            means = np.stack([person.mean_tag() for person in known])
            apart = None
            if max_distance is not None:
                placed = np.stack([person.rows for person in known])
                apart = too_far(own.positions, placed, max_distance)
            chosen = MATCHES[assignment](own, means, tag_thr, apart)
        for row, tag, match in zip(rows, own.tags, chosen):
            if match >= 0:
                known[match].put(k, row)
                continue
            name = len(people) if keep_equal_tags else tag[0]
            person = people.setdefault(name, _Person(shape))
            person.count = 0
            person.put(k, row)
    if not people:
        return np.zeros((0, *shape), dtype=np.float32)
    return np.stack([person.rows for person in people.values()])
