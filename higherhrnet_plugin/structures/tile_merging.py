"""People of overlapping tiles, each once.

Two people of different tiles are one if the keypoints that both have agree.
Of each person the version is kept whose tile shows most of it, and keypoints
that this tile cannot show come from the others.

Note:
    - T: tiles, N: people of all tiles, K: keypoints
    - points are (x, y), boxes (x1, y1, x2, y2), all in image pixels
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from .boxes import keypoint_boxes
from .oks import keypoint_similarity
from .people import People
from .tiles import BORDER, trusted_boxes

# OKS of the keypoints that both have, from which two people are one. Measured
# on the mosaics of docs/tiles.md: of pairs with 4 common keypoints or more
# that are one person 2.7 % lie below it, of those that are two 0.09 % above;
# from 0.2 to 0.5 AP is the same to 0.005, and the higher, the more come twice.
SAME_PERSON = 0.3


class _Views(NamedTuple):
    """All people of all tiles, one after the other.

    Attributes:
        people (People): N of them.
        tiles (np.ndarray): int (N,), where each was found.
        safe (np.ndarray): bool (N, K), found away from the cuts of the tile.
        areas (np.ndarray): float64 (N,), square pixels.
    """

    people: People
    tiles: np.ndarray
    safe: np.ndarray
    areas: np.ndarray


def merge_tiles(
    found: Sequence[People],
    boxes: np.ndarray,
    image_size: tuple[int, int],
    sigmas: np.ndarray,
) -> People:
    """Merge the people of tiles.

    Args:
        found (Sequence[People]): Those of each of T tiles.
        boxes (np.ndarray): (T, 4), of the tiles; the whole image may be one.
        image_size (tuple[int, int]): (w, h) of the image.
        sigmas (np.ndarray): (K,), tolerances of the keypoints.

    Returns:
        People: each once, with the score of the version that is kept, in
        the order of the tiles; without tags (N, 0), as those of two tiles
        cannot be compared.
    """
    trusted = trusted_boxes(boxes, image_size)
    views = _gather(found, trusted)
    scores, shown = views.people.scores, views.safe.sum(axis=1)
    groups = [
        sorted(group, key=lambda n: (-shown[n], -scores[n], n))
        for group in _group(views, boxes, sigmas)
    ]
    number = views.people.found.sum(axis=1)
    # what lies mostly beside cuts is seen well by a neighbour, who says
    # otherwise
    kept = [g for g in groups if 2 * shown[g[0]] >= max(number[g[0]], 1)]
    people = _complete(views, sorted(kept), trusted)
    return people._replace(tags=people.tags[:, :0])


def fits_a_tile(people: People, tile_size: tuple[int, int]) -> np.ndarray:
    """Tell who is small enough for a tile, wherever this lies.

    Args:
        people (People): N of them, in image pixels.
        tile_size (tuple[int, int]): (w, h) of a tile in image pixels.

    Returns:
        np.ndarray: bool (N,), whether the keypoints found would have room
        away from the cuts.
    """
    corners = keypoint_boxes(people.keypoints, people.found)
    room = (1 - 2 * BORDER) * np.array(tile_size)
    return (corners[:, 2:] - corners[:, :2] <= room).all(axis=1)


def _gather(found: Sequence[People], trusted: np.ndarray) -> _Views:
    """Put the people of all tiles together."""
    people = People(
        np.concatenate([p.keypoints for p in found]),
        np.concatenate([p.keypoint_scores for p in found]),
        np.concatenate([p.scores for p in found]),
        np.concatenate([p.found for p in found]),
        np.concatenate([p.tags for p in found]),
    )
    tiles = np.repeat(np.arange(len(found)), [len(p.scores) for p in found])
    corners = keypoint_boxes(people.keypoints, people.found).astype(float)
    # of the longer side alone, as people who are cut, or seen from the side,
    # have the tolerances of others
    longer = (corners[:, 2:] - corners[:, :2]).max(axis=1, initial=0)
    inside = _inside(people.keypoints, trusted[tiles])
    return _Views(people, tiles, people.found & inside, (longer / 2) ** 2)


def _inside(points: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Tell which points (N, K, 2) lie in the boxes (N, 4) of their people."""
    low, high = boxes[:, None, :2], boxes[:, None, 2:]
    return ((points >= low) & (points <= high)).all(axis=2)


def _group(
    views: _Views, boxes: np.ndarray, sigmas: np.ndarray
) -> list[list[int]]:
    """Group the versions of each person, the most similar ones first.

    Two that were found in one tile share a group only if they have no
    keypoint in common, as parts of one person may.
    """
    number = len(views.tiles)
    groups = [[n] for n in range(number)]
    owners = list(range(number))
    found = views.people.found
    claims = [{t: found[n]} for n, t in enumerate(views.tiles.tolist())]
    for i, j in _similar_pairs(views, boxes, sigmas):
        a, b = sorted((owners[i], owners[j]))
        one, other = claims[a], claims[b]
        common = one.keys() & other.keys()
        if a == b or any((one[t] & other[t]).any() for t in common):
            continue
        for tile, joints in other.items():
            one[tile] = one[tile] | joints if tile in one else joints
        for n in groups[b]:
            owners[n] = a
        groups[a] += groups[b]
        groups[b] = []
    return [group for group in groups if group]


def _similar_pairs(
    views: _Views, boxes: np.ndarray, sigmas: np.ndarray
) -> Iterator[tuple[int, int]]:
    """List pairs of people who may be one, the most similar ones first."""
    members = [np.flatnonzero(views.tiles == t) for t in range(len(boxes))]
    low = np.maximum(boxes[:, None, :2], boxes[:, :2])
    high = np.minimum(boxes[:, None, 2:], boxes[:, 2:])
    peopled = np.array([len(m) > 0 for m in members])
    near = (low < high).all(axis=2) & peopled & peopled[:, None]
    rows: list[tuple[float, int, int]] = []
    for a, b in np.argwhere(np.triu(near, 1)):
        oks = _compare(views, members[a], members[b], sigmas)
        for i, j in np.argwhere(oks >= SAME_PERSON):
            pair = int(members[a][i]), int(members[b][j])
            rows.append((-float(oks[i, j]), *pair))
    for _, i, j in sorted(rows):
        yield i, j


def _compare(
    views: _Views, some: np.ndarray, others: np.ndarray, sigmas: np.ndarray
) -> np.ndarray:
    """Compute the OKS of the keypoints that both people of a pair have.

    Args:
        views (_Views): All people.
        some (np.ndarray): int (A,), people of a tile.
        others (np.ndarray): int (B,), people of another.
        sigmas (np.ndarray): (K,), tolerances of the keypoints.

    Returns:
        np.ndarray: float64 (A, B) in [0, 1], by the size of the larger of the
        two; 0 where they have no keypoint in common.
    """
    points, found = views.people.keypoints, views.people.found
    offsets = points[some, None] - points[None, others]
    areas = np.maximum(views.areas[some, None], views.areas[others])
    both = found[some, None] & found[others]
    similar = keypoint_similarity(offsets, areas, sigmas)
    return (similar * both).sum(axis=2) / np.maximum(both.sum(axis=2), 1)


def _complete(
    views: _Views, groups: Sequence[Sequence[int]], trusted: np.ndarray
) -> People:
    """Take the first of each group, and what it lacks from the others.

    Args:
        views (_Views): All people.
        groups (Sequence[Sequence[int]]): Versions of each person, the one
            that is kept first.
        trusted (np.ndarray): (T, 4), where the tiles show people well.

    Returns:
        People: one of each group.
    """
    first = np.array([group[0] for group in groups], dtype=np.int64)
    every = views.people
    kept = every.choose(first)
    safe = views.safe[first]
    for g, group in enumerate(groups):
        shown = trusted[views.tiles[group[:1]]]
        for n in group[1:]:
            # what its tile shows well and does not find is not there
            beyond = ~_inside(every.keypoints[n : n + 1], shown)[0]
            better = views.safe[n] & ~safe[g]
            more = every.found[n] & ~kept.found[g]
            taken = (better | more) & beyond
            kept.keypoints[g, taken] = every.keypoints[n, taken]
            kept.keypoint_scores[g, taken] = every.keypoint_scores[n, taken]
            kept.found[g] |= taken
            safe[g] |= taken & views.safe[n]
    return kept
