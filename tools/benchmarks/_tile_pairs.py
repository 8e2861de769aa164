"""Do two tiles agree: on where a person is, and on its tags.

Note:
    - people of neighbouring tiles are pairs; each belongs to the annotated
      person that it is most similar to
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from higherhrnet_plugin.inference import Predictor
from higherhrnet_plugin.structures.oks import keypoint_similarity
from higherhrnet_plugin.structures.people import People
from higherhrnet_plugin.structures.tile_merging import SAME_PERSON
from higherhrnet_plugin.structures.tiles import place_tiles

# image pixels of a tile, and of their steps, as with `pixels=2` at 128
SIDE, UNIT, OVERLAP = 256, 64, 0.25
# keypoints that both have
COMMON = ((1, 1), (2, 3), (4, 17))


class Pair(NamedTuple):
    """Two people of different tiles with keypoints in common.

    Attributes:
        same (bool): Whether they belong to one annotated person.
        common (int): Keypoints that both have.
        oks (float): Of these keypoints, by the size of the larger person.
        tags (float): How far their tags are apart.
    """

    same: bool
    common: int
    oks: float
    tags: float


class TileViews(NamedTuple):
    """The people of the tiles of an image.

    Attributes:
        size (tuple[int, int]): (w, h) of the image.
        boxes (np.ndarray): int (T, 4), of the tiles.
        people (list[People]): Of each, in pixels of the image.
    """

    size: tuple[int, int]
    boxes: np.ndarray
    people: list[People]


def look(predictor: Predictor, image: np.ndarray) -> TileViews:
    """Find the people of tiles, and do not merge them.

    Args:
        predictor (Predictor): Without tiles.
        image (np.ndarray): uint8 (H, W, 3), BGR.

    Returns:
        TileViews: the people.
    """
    size = image.shape[1], image.shape[0]
    boxes = place_tiles(size, (SIDE, SIDE), OVERLAP, UNIT)
    found = []
    for x1, y1, x2, y2 in boxes.tolist():
        people = predictor(np.ascontiguousarray(image[y1:y2, x1:x2]))
        moved = people.keypoints + np.float32([x1, y1])
        found.append(people._replace(keypoints=moved))
    return TileViews(size, boxes, found)


def pair_rows(
    views: Sequence[TileViews],
    content: dict[str, Any],
    sigmas: Sequence[float],
) -> list[dict[str, Any]]:
    """Compare all pairs of people of tiles that overlap.

    Args:
        views (Sequence[TileViews]): Of each image.
        content (dict): Of a COCO file of them, with ids from 1.
        sigmas (Sequence[float]): Tolerances of the keypoints.

    Returns:
        list[dict]: a row for every range of ``COMMON``.
    """
    truth = defaultdict(list)
    for annotation in content['annotations']:
        if annotation['num_keypoints']:
            truth[annotation['image_id']].append(annotation)
    tolerances = np.array(sigmas)
    pairs: list[Pair] = []
    for image_id, (_, boxes, people) in enumerate(views, 1):
        owners = [_find_owners(p, truth[image_id], tolerances) for p in people]
        for i, j in combinations(range(len(boxes)), 2):
            low = np.maximum(boxes[i], boxes[j])[:2]
            if (low < np.minimum(boxes[i], boxes[j])[2:]).all():
                one, other = ((people[n], owners[n]) for n in (i, j))
                pairs += _compare(one, other, tolerances)
    return [_summary(pairs, low, high) for low, high in COMMON]


def _find_owners(
    people: People, truth: Sequence[dict[str, Any]], sigmas: np.ndarray
) -> list[int]:
    """Return the annotated person of everybody, -1 for nobody."""
    owners = []
    for points, found in zip(people.keypoints, people.found):
        best, owner = 0.5, -1
        for g, annotation in enumerate(truth):
            rows = np.reshape(annotation['keypoints'], (-1, 3))
            both = found & (rows[:, 2] > 0)
            if both.any():
                area = np.array(float(annotation['area']))
                offsets = points - rows[:, :2]
                oks = keypoint_similarity(offsets, area, sigmas)[both].mean()
                best, owner = (oks, g) if oks > best else (best, owner)
        owners.append(owner)
    return owners


def _compare(
    one: tuple[People, list[int]],
    other: tuple[People, list[int]],
    sigmas: np.ndarray,
) -> Iterator[Pair]:
    """Compare everybody of a tile with everybody of another."""
    (a, owners), (b, others) = one, other
    for i, j in np.ndindex(len(owners), len(others)):
        both = a.found[i] & b.found[j]
        if owners[i] < 0 or others[j] < 0 or not both.any():
            continue
        sides = [
            np.ptp(p.keypoints[n][p.found[n]], axis=0).max()
            for p, n in ((a, i), (b, j))
        ]
        area = np.array((max(sides) / 2) ** 2)
        offsets = a.keypoints[i] - b.keypoints[j]
        oks = keypoint_similarity(offsets, area, sigmas)[both].mean()
        tags = np.abs(a.tags[i] - b.tags[j]).max()
        yield Pair(owners[i] == others[j], int(both.sum()), oks, tags)


def _summary(pairs: Sequence[Pair], low: int, high: int) -> dict[str, Any]:
    """Describe the pairs with so many keypoints in common."""
    chosen = [p for p in pairs if low <= p.common <= high]
    same, others = ([p for p in chosen if p.same == s] for s in (True, False))
    return {
        'keypoints in common': f'{low} to {high}' if high > low else str(low),
        'pairs of one person': len(same),
        'below the threshold, %': 100
        * np.mean([p.oks < SAME_PERSON for p in same]).item(),
        'tags apart, median': np.median([p.tags for p in same]).item(),
        'pairs of two people': len(others),
        'above it, %': 100
        * np.mean([p.oks >= SAME_PERSON for p in others]).item(),
        'their tags apart, median': np.median([p.tags for p in others]).item(),
    }
