"""Statistics that tell before training whether a data set is sound.

All functions take the content of a COCO file as
:func:`higherhrnet_plugin.datasets.coco_repair.repair_coco` leaves it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np

from .names import name_words

# smaller people fill less than 8 x 8 cells of a map of stride 4; it is also
# where COCO's "small" ends
SMALL_SIDE = 32.0


def stack_people(
    content: Mapping[str, Any], fields: Iterable[str] = ('keypoints',)
) -> np.ndarray:
    """Collect the keypoints of all people who are no crowd.

    Args:
        content (Mapping): Content of the annotation file.
        fields (Iterable[str]): Lists that hold keypoints.

    Returns:
        np.ndarray: float (N, K, 3), (x, y) in image pixels and visibility.
    """
    people = [
        list(chain.from_iterable(a[name] for name in fields))
        for a in content.get('annotations', ())
        if not a['iscrowd']
    ]
    if not people:
        return np.zeros((0, 0, 3))
    return np.array(people, dtype=float).reshape(len(people), -1, 3)


def count_people(content: Mapping[str, Any]) -> dict[int, int]:
    """Count images by how many labelled people they show.

    Args:
        content (Mapping): Content of the annotation file.

    Returns:
        dict[int, int]: number of people to number of images, in order.
    """
    people = Counter(
        a['image_id']
        for a in content.get('annotations', ())
        if a['num_keypoints'] > 0 and not a['iscrowd']
    )
    counts = Counter(people[image['id']] for image in content['images'])
    return dict(sorted(counts.items()))


def count_visibility(people: np.ndarray) -> np.ndarray:
    """Count visibilities of every keypoint among labelled people.

    Args:
        people (np.ndarray): float (N, K, 3).

    Returns:
        np.ndarray: int (K, 3), how often each is not labelled, hidden and
        visible.
    """
    values = people[(people[..., 2] > 0).any(axis=1), :, 2]
    return np.stack([(values == v).sum(axis=0) for v in range(3)], axis=-1)


def measure_sizes(
    content: Mapping[str, Any], input_size: int
) -> dict[str, float]:
    """Measure labelled people in pixels of the network's input.

    The shorter side of an image is brought to the input size, as in test.

    Args:
        content (Mapping): Content of the annotation file.
        input_size (int): Shorter side of the network's input in pixels.

    Returns:
        dict[str, float]: ``people``, their number; ``median_height`` in
        input pixels; ``small_share``, the share in [0, 1] of those whose area
        is below 32^2 input pixels; ``low_share``, of those whose box is lower
        than 32 input pixels. Without people there is only their number.
    """
    scales = {
        image['id']: input_size / min(image['width'], image['height'])
        for image in content['images']
    }
    rows = [
        (a['area'] * scale**2, a['bbox'][3] * scale)
        for a in content.get('annotations', ())
        if a['num_keypoints'] > 0 and not a['iscrowd']
        for scale in [scales[a['image_id']]]
    ]
    if not rows:
        return {'people': 0}
    areas, heights = np.array(rows).T
    return {
        'people': len(rows),
        'median_height': float(np.median(heights)),
        'small_share': float((areas < SMALL_SIDE**2).mean()),
        'low_share': float((heights < SMALL_SIDE).mean()),
    }


def compare_flips(
    people: np.ndarray, pairs: Sequence[tuple[int, int]]
) -> list[dict[str, Any]]:
    """Check that mirrored keypoints are not confused.

    On one person, the left points of all pairs mostly lie on the same side of
    their right points. A pair whose two points are swapped, or which is no
    pair, lies against the others.

    Args:
        people (np.ndarray): float (N, K, 3), (x, y) in image pixels and
            visibility.
        pairs (Sequence[tuple[int, int]]): Indices of mirrored keypoints, the
            left one first, or always the right one.

    Returns:
        list[dict]: for every pair ``pair``; ``people``, how many can be
        compared with another pair; ``left_share``, how often the first point
        lies left of the second; ``agreement``, how often that is so for most
        other pairs of the same person, too (both in [0, 1], None without
        people); ``suspicious``, whether the agreement is below one half by
        more than two standard deviations of tossed coins.
    """
    labelled = people[..., 2] > 0
    sides = np.zeros((len(people), len(pairs)))
    for i, (a, b) in enumerate(pairs):
        both = labelled[:, a] & labelled[:, b]
        sides[both, i] = np.sign(people[both, b, 0] - people[both, a, 0])
    found = []
    for i, pair in enumerate(pairs):
        own = sides[:, i]
        others = np.sign(np.delete(sides, i, axis=1).sum(axis=1))
        compared = (own != 0) & (others != 0)
        number = int(compared.sum())
        same = own[compared] == others[compared]
        agreement = float(same.mean()) if number else None
        known = own[own != 0]
        found.append(
            {
                'pair': list(pair),
                'people': number,
                'left_share': float((known > 0).mean())
                if len(known)
                else None,
                'agreement': agreement,
                'suspicious': agreement is not None
                and agreement < 0.5 - 1 / number**0.5,
            }
        )
    return found


def guess_flip_pairs(names: Sequence[str]) -> list[tuple[int, int]]:
    """Find mirrored keypoints by their names.

    Args:
        names (Sequence[str]): Names of the K keypoints, such as 'left_eye',
            'eye-left' or 'L_Eye'.

    Returns:
        list[tuple[int, int]]: indices of pairs, the left one first.
    """
    swaps = {'left': 'right'}
    index = {name_words(name): i for i, name in enumerate(names)}
    pairs = []
    for words, i in index.items():
        mirrored = tuple(swaps.get(word, word) for word in words)
        if mirrored != words and mirrored in index:
            pairs.append((i, index[mirrored]))
    return pairs
