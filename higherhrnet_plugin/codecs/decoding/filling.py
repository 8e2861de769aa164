"""Look-up of the keypoints that people lack.

Every missing keypoint is a query: the cell of its heatmap with the highest
fitness, which is heatmap - round(tag distance). Most cells are never looked
at: the highest heat and the range of the tags in a tile bound the fitness in
it, and a tile is read only where the bound exceeds the best cell so far.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
    - G: K, or 1 where all keypoints share their tags
    - Q: queries, P: pairs of a query and a tile, T: tiles

Source: ``HeatmapParser.refine`` in ``lib/core/group.py`` of the official
code.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, Optional

import numpy as np

from .tags import Tags
from .tiles import reduce_tiles

LookUp = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

# noise with 283 people at 512x512: 653 ms, 714 with 64, 1128 with 4096
_QUERIES_AT_ONCE = 512
# 30 people there: 122 ms, 131 with 256, 129 with 4096
_PAIRS_AT_ONCE = 1024
# the best pairs spare many of the rest: 136 ms, 149 with all pairs in one turn
_GROWTH = 4


def best_cells(
    heatmaps: np.ndarray, tags: Tags, ids: np.ndarray, wanted: np.ndarray
) -> np.ndarray:
    """Find the cells of one image that suit people best.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (FullTags | LevelTags): Finite tags of the same image.
        ids (np.ndarray): int (Q,), the keypoints that are looked up.
        wanted (np.ndarray): float32 (Q, L), tags of the people.

    Returns:
        np.ndarray: int64 (Q, 2), (x, y) of the cell with the highest
        fitness, the first in reading order.
    """
    highest = reduce_tiles(heatmaps, np.maximum)
    lowest_tags, highest_tags = tags.bounds()
    places = np.empty(len(ids), dtype=np.int64)
    # people who lack the same keypoint look at the same tiles
    order = np.argsort(ids, kind='stable')
    for i in range(0, len(ids), _QUERIES_AT_ONCE):
        some = order[i : i + _QUERIES_AT_ONCE]
        limits = _bound_fitness(
            highest, lowest_tags, highest_tags, ids[some], wanted[some]
        )
        search = _Search(heatmaps, tags, ids[some], wanted[some])
        places[some] = search.run(limits)
    y, x = np.divmod(places, heatmaps.shape[2])
    return np.stack((x, y), axis=1)


def _rounded_distance(differences: Sequence[np.ndarray]) -> np.ndarray:
    """Round the length of differences, L float32 (...), overwritten.

    Every step keeps order, also in floating point, so that bounds of the
    differences give bounds of the result.
    """
    total, *rest = differences
    np.square(total, out=total)
    for other in rest:
        total += np.square(other, out=other)
    return np.rint(np.sqrt(total, out=total), out=total)


def _bound_fitness(
    heat: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    ids: np.ndarray,
    wanted: np.ndarray,
) -> np.ndarray:
    """Bound the fitness in all tiles (Q, T), by heat (K, T) and tags."""
    limits = np.empty((len(ids), heat.shape[1]), np.float32)
    for k in np.unique(ids):
        rows = np.flatnonzero(ids == k)
        own = wanted[rows].T[:, :, None]
        # (L, 1, T), lowest and highest tags
        least, most = (
            bound[k * (len(bound) > 1), :, None] for bound in (low, high)
        )
        gaps = np.maximum(least - own, own - most)
        np.maximum(gaps, 0, out=gaps)
        limits[rows] = heat[k] - _rounded_distance(gaps)
    return limits


class _Search:
    """Search for the best cells of Q queries.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W).
        tags (FullTags | LevelTags): Tags of the same image.
        ids (np.ndarray): int (Q,), the keypoints.
        wanted (np.ndarray): float32 (Q, L), tags of the people.
    """

    def __init__(
        self,
        heatmaps: np.ndarray,
        tags: Tags,
        ids: np.ndarray,
        wanted: np.ndarray,
    ) -> None:
        self.heatmaps = heatmaps
        self.tags = tags
        self.ids = ids
        self.wanted = wanted
        y, x = tags.tiles.corners(np.arange(tags.tiles.number))
        # y * W + x of the first cell of every tile
        self.first = y * heatmaps.shape[2] + x
        # the least fitness is no better in any cell
        self.values = np.full(len(ids), -np.inf, np.float32)
        self.cells = np.full(len(ids), -1)

    def run(self, limits: np.ndarray) -> np.ndarray:
        """Look at the most promising tile of each query, then at others.

        Args:
            limits (np.ndarray): float32 (Q, T), no cell of a tile is fitter;
                overwritten.

        Returns:
            np.ndarray: int64 (Q,), y * W + x of the best cells.
        """
        rows, tiles = np.arange(len(limits)), limits.argmax(axis=1)
        self._look(rows, tiles, limits[rows, tiles])
        limits[rows, tiles] = -np.inf
        pairs = np.flatnonzero(limits >= self.values[:, None])
        left = limits.ravel()[pairs]
        order = np.argsort(-left)
        rows, tiles = np.divmod(pairs[order], limits.shape[1])
        left, turn = left[order], len(limits)
        while len(rows):
            turn *= _GROWTH
            self._look(rows[:turn], tiles[:turn], left[:turn])
            rows, tiles, left = rows[turn:], tiles[turn:], left[turn:]
            open_ = self._is_better(rows, left, self.first[tiles])
            rows, tiles, left = rows[open_], tiles[open_], left[open_]
        # tags so far away that no tile has a finite fitness
        return np.maximum(self.cells, 0)

    def _look(
        self, rows: np.ndarray, tiles: np.ndarray, limits: np.ndarray
    ) -> None:
        """Read the tiles of pairs (P,) that may still hold a better cell."""
        for i in range(0, len(rows), _PAIRS_AT_ONCE):
            part = slice(i, i + _PAIRS_AT_ONCE)
            row, tile = rows[part], tiles[part]
            open_ = self._is_better(row, limits[part], self.first[tile])
            if open_.any():
                self._keep_best(row[open_], tile[open_])

    def _is_better(
        self, rows: np.ndarray, values: np.ndarray, cells: np.ndarray
    ) -> np.ndarray:
        """Compare values (P,) and their cells with the best so far."""
        best = self.values[rows]
        # a tie is won by the first cell in reading order
        tied = (values == best) & (cells < self.cells[rows])
        return tied | (values > best)

    def _keep_best(self, rows: np.ndarray, tiles: np.ndarray) -> None:
        """Keep the best cells of the tiles of pairs (P,)."""
        grid = self.tags.tiles
        # a tile is read once for all people who lack the same keypoint
        keys, inverse = np.unique(
            self.ids[rows] * grid.number + tiles, return_inverse=True
        )
        ids, read = np.divmod(keys, grid.number)
        heat = grid.read(self.heatmaps, ids, read).take(inverse, axis=0)
        gaps = []
        for tag, own in zip(self.tags.read_tiles(ids, read), self.wanted.T):
            gaps.append(tag.take(inverse, axis=0))
            gaps[-1] -= own[rows, None]
        heat -= _rounded_distance(gaps)
        place = heat.argmax(axis=1)
        values = heat[np.arange(len(rows)), place]
        down, right = np.divmod(place, grid.shape[1])
        cells = self.first[tiles] + down * self.heatmaps.shape[2] + right
        better = np.flatnonzero(self._is_better(rows, values, cells))
        order = better[np.lexsort((-cells[better], values[better]))]
        # of several of one query, the last is the best and stays
        self.values[rows[order]] = values[order]
        self.cells[rows[order]] = cells[order]


def fill_missing(
    people: np.ndarray,
    look_up: LookUp,
    max_distance: Optional[float] = None,
) -> np.ndarray:
    """Look up the keypoints that people lack in the maps.

    Args:
        people (np.ndarray): float32 (N, K, 3 + L), positions, scores, tags.
        look_up (Callable): Takes keypoints int (Q,) and tags float32 (Q, L)
            of the people that lack them to positions (Q, 2) and values (Q,)
            of the cells that suit best.
        max_distance (float, optional): A cell is taken only within this
            distance of a keypoint that the person has. Defaults to None, any
            distance.

    Returns:
        np.ndarray: float32 (N, K, 3 + L); a keypoint without a score has
        position and value of the cell, where that is above 0.
    """
    people = people.copy()
    has = people[..., 2] > 0
    n, k = np.nonzero(people[..., 2] == 0)
    if not len(n):
        return people
    # as a mean of a list, whose order of summation is part of the result
    tags = np.stack(
        [
            np.mean(list(person[own, 3:]), axis=0)
            for person, own in zip(people, has)
        ]
    )
    positions, values = look_up(k, tags[n])
    taken = values > 0
    if max_distance is not None:
        offsets = positions[:, None] - people[n, :, :2]
        distances = np.linalg.norm(offsets, axis=2)
        nearest = np.where(has[n], distances, np.inf).min(axis=1)
        taken &= nearest <= max_distance
    n, k = n[taken], k[taken]
    people[n, k, :2], people[n, k, 2] = positions[taken], values[taken]
    return people
