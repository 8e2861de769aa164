"""The keypoints of a config: names, mirrored pairs and skeleton.

Note:
    - N: people, K: keypoints
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from ..datasets.coco_repair.names import name_words
from .choice import Choice

_SIDES = {'left', 'right'}
# as tools number keypoints that have no names
_MADE_UP = re.compile(
    r'((key)?point|kpt?|joint|landmark)?[ _-]?\d+', re.IGNORECASE
)


def choose_names(names: Sequence[str], num_keypoints: int) -> Choice:
    """Name the keypoints.

    Args:
        names (Sequence[str]): Those of the file, K or none.
        num_keypoints (int): K.

    Returns:
        Choice: list of K different names.
    """
    if not names:
        made = [f'keypoint_{i}' for i in range(num_keypoints)]
        return Choice('keypoints', made, 'the file names none')
    counts = Counter(names)
    made = [
        name if counts[name] == 1 else f'{name}_{i}'
        for i, name in enumerate(names)
    ]
    # a made one may be that of another keypoint
    while len(set(made)) < len(made):
        again = Counter(made)
        made = [
            name if again[name] == 1 else f'{name}_{i}'
            for i, name in enumerate(made)
        ]
    twice = sorted(name for name, count in counts.items() if count > 1)
    reason = 'names of the file'
    if twice:
        reason += f'; {", ".join(twice)} came twice and got numbers'
    return Choice('keypoints', made, reason)


def choose_flip_pairs(
    keypoints: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    rows: Sequence[dict[str, Any]],
    are_told: bool = False,
) -> Choice:
    """State the pairs that change places in a mirror.

    Args:
        keypoints (Sequence[str]): K names.
        pairs (Sequence[tuple[int, int]]): Indices of mirrored keypoints.
        rows (Sequence[dict]): What ``compare_flips`` found for each pair.
        are_told (bool): Whether a user has given the pairs. Defaults to
            False: they are guessed by names.

    Returns:
        Choice: list of pairs of names.
    """
    named = [(keypoints[a], keypoints[b]) for a, b in pairs]
    if not pairs:
        return Choice('flip_pairs', named, 'no names of left and right ones')
    known = [row for row in rows if row['agreement'] is not None]
    if len(pairs) == 1:
        checked = 'one pair alone cannot be checked: look at drawings'
    elif not known:
        checked = 'nobody shows two pairs, so that they cannot be checked'
    else:
        share = min(row['agreement'] for row in known)
        people = min(row['people'] for row in known)
        checked = (
            f'on at least {share:.0%} of {people} people each lies as the '
            'other pairs do'
        )
    source = 'they were given' if are_told else 'left and right in names'
    return Choice('flip_pairs', named, f'{source}; {checked}')


def choose_flip(
    given: Sequence[str],
    pairs: Sequence[tuple[int, int]],
    num_keypoints: int,
    are_told: bool = False,
) -> Choice:
    """Decide whether mirrored images are trained on and tested.

    Args:
        given (Sequence[str]): Names of the file, K or none.
        pairs (Sequence[tuple[int, int]]): Indices of mirrored keypoints.
        num_keypoints (int): K.
        are_told (bool): Whether a user has given the pairs. Defaults to
            False: they are guessed by names.

    Returns:
        Choice: whether to.
    """
    paired = {i for pair in pairs for i in pair}
    alone = [
        name
        for i, name in enumerate(given)
        if i not in paired and _SIDES & set(name_words(name))
    ]
    if are_told:
        return Choice('flip', True, 'the pairs were given')
    if alone:
        return Choice(
            'flip', False, f'{", ".join(alone)} lack the one opposite'
        )
    if pairs:
        return Choice('flip', True, 'left and right are known')
    if num_keypoints != 1 and all(map(_MADE_UP.fullmatch, given)):
        return Choice(
            'flip',
            False,
            'without names nobody knows what a mirror exchanges; if you '
            'know, give --flip-pairs',
        )
    return Choice('flip', True, 'no keypoint has a side')


def choose_skeleton(
    keypoints: Sequence[str],
    links: Sequence[tuple[int, int]],
    people: np.ndarray,
) -> Choice:
    """Join keypoints, for drawings and for the order of grouping.

    Args:
        keypoints (Sequence[str]): K names.
        links (Sequence[tuple[int, int]]): Indices that the file joins.
        people (np.ndarray): float (N, K, 3), (x, y) in image pixels and
            visibility.

    Returns:
        Choice: list of pairs of names.
    """
    links = [(a, b) for a, b in links if a != b]
    reason = 'links of the file'
    if not links:
        links = join_nearest(people)
        reason = 'the file has none: those that lie near to each other'
    if not links:
        reason = 'nothing to join'
    named = [(keypoints[a], keypoints[b]) for a, b in links]
    return Choice('skeleton', named, reason)


def join_nearest(people: np.ndarray) -> list[tuple[int, int]]:
    """Find the tree of shortest links.

    Args:
        people (np.ndarray): float (N, K, 3), (x, y) in image pixels and
            visibility.

    Returns:
        list[tuple[int, int]]: indices of keypoints that are joined; K - 1
        links if every keypoint was seen beside another one.
    """
    k = people.shape[1]
    lengths = np.zeros((k, k))
    seen = people[..., 2] > 0
    for a in range(k):
        for b in range(a + 1, k):
            both = seen[:, a] & seen[:, b]
            offsets = people[both, a, :2] - people[both, b, :2]
            if len(offsets):
                length = np.median(np.hypot(*offsets.T))
                # 0 stands for no link
                lengths[a, b] = max(length, 1e-6)
    tree = minimum_spanning_tree(lengths)
    return [(int(a), int(b)) for a, b in zip(*tree.nonzero())]
