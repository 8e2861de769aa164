"""Look-up of the keypoints that people lack.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
    - Q: missing keypoints, (H, W): size of the maps, (th, tw): of a tile
    - fitness of a cell: heatmap - round(tag distance)

Source: ``HeatmapParser.refine`` in ``lib/core/group.py`` of the official
code.
"""

from __future__ import annotations

from typing import Callable, Optional

import numpy as np
import torch

from .bounds import BlockBounds
from .seen_tiles import SeenTiles, Tags
from .tiles import reduce_tiles

Search = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

# bounds the memory for all blocks of so many questions
_QUESTIONS = 2048
# so many tiles at a time stay in the processor's cache
_TILES_AT_ONCE = 512
# blocks are looked at in turns, as the finds of one spare many of the next;
# the aim is so many turns of at least and at most so many blocks
_TURNS, _LEAST, _MOST = 8, 512, 4096


class _Best:
    """Best fitness found so far for each of Q questions, and its cell."""

    def __init__(self, count: int) -> None:
        self.values = np.full(count, -np.inf, np.float32)
        # the least fitness is no better in any cell
        self.cells = np.full(count, -1)

    def can_rise(
        self, rows: np.ndarray, limits: np.ndarray, first: np.ndarray
    ) -> np.ndarray:
        """Tell where a place of given limit and first cell may be better."""
        values = self.values[rows]
        # a tie is won by the first cell in reading order
        tied = (limits == values) & (first < self.cells[rows])
        return tied | (limits > values)

    def keep(
        self, rows: np.ndarray, values: np.ndarray, cells: np.ndarray
    ) -> None:
        """Take finds, several for a question too, if they are better."""
        better = np.flatnonzero(self.can_rise(rows, values, cells))
        order = better[np.lexsort((-cells[better], values[better]))]
        # of several finds, the last is the best and stays
        self.values[rows[order]] = values[order]
        self.cells[rows[order]] = cells[order]


class BestCells:
    """Find the cells of one image that suit people best.

    Tiles whose highest heat and closest tags cannot beat the best cell so far
    are not looked at.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (FullTags | LevelTags): Finite tags of the same image.
    """

    def __init__(self, heatmaps: np.ndarray, tags: Tags) -> None:
        self.heatmaps = heatmaps
        self.tags = tags
        heat = reduce_tiles(heatmaps, tags.tiles, torch.amax)
        self.bounds = BlockBounds(tags.tiles, heat, *tags.bounds())
        y, x = tags.tiles.corners(self.bounds.numbers)
        # y * W + x of the first cell of every tile of a block
        self.first = y * heatmaps.shape[2] + x

    def __call__(
        self, kinds: np.ndarray, person_tags: np.ndarray
    ) -> np.ndarray:
        """Answer questions.

        Args:
            kinds (np.ndarray): int (Q,), the keypoints.
            person_tags (np.ndarray): float32 (Q, L), tags of the people.

        Returns:
            np.ndarray: int64 (Q, 2), (x, y) of the cell with the highest
            fitness, the first in reading order.
        """
        # people who lack the same keypoint look at the same tiles
        order = np.argsort(kinds, kind='stable')
        found = np.empty(len(kinds), dtype=np.int64)
        for i in range(0, len(kinds), _QUESTIONS):
            some = order[i : i + _QUESTIONS]
            found[some] = self._search(kinds[some], person_tags[some])
        y, x = np.divmod(found, self.heatmaps.shape[2])
        return np.stack((x, y), axis=1)

    def _search(self, kinds: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Find y * W + x of some questions."""
        limits = self.bounds.of_blocks(kinds, wanted)
        search = _Search(self, kinds, wanted)
        rows, blocks = np.arange(len(kinds)), limits.argmax(axis=1)
        search.look_into(rows, blocks)
        limits[rows, blocks] = -np.inf
        first = self.first[:, 0]
        open_ = search.best.can_rise(rows[:, None], limits, first)
        rows, blocks = np.nonzero(open_)
        order = np.argsort(-limits[open_])
        rows, blocks = rows[order], blocks[order]
        step = min(max(len(rows) // _TURNS, _LEAST), _MOST)
        for i in range(0, len(rows), step):
            some, where = rows[i : i + step], blocks[i : i + step]
            open_ = search.best.can_rise(
                some, limits[some, where], first[where]
            )
            search.look_into(some[open_], where[open_])
        # tags so far away that no tile has a finite fitness
        return np.maximum(search.best.cells, 0)


class _Search:
    """Search for the best cells of Q questions.

    Args:
        maps (BestCells): Maps and their bounds.
        kinds (np.ndarray): int (Q,), the keypoints.
        wanted (np.ndarray): float32 (Q, L), tags of the people.
    """

    def __init__(
        self, maps: BestCells, kinds: np.ndarray, wanted: np.ndarray
    ) -> None:
        self.maps = maps
        self.kinds = kinds
        self.wanted = wanted
        self.best = _Best(len(kinds))
        self.seen = SeenTiles(maps.heatmaps, maps.tags)

    def look_into(self, rows: np.ndarray, blocks: np.ndarray) -> None:
        """Look at the tiles of blocks: the best first, then what is left.

        Args:
            rows (np.ndarray): int (P,), questions.
            blocks (np.ndarray): int (P,), where to look for each.
        """
        limits = self.maps.bounds.of_tiles(
            self.kinds[rows], self.wanted[rows], blocks
        )
        pairs = np.arange(len(rows)), limits.argmax(axis=1)
        self._look(rows, blocks, pairs[1], limits[pairs])
        limits[pairs] = -np.inf
        first = self.maps.first[blocks]
        open_ = self.best.can_rise(rows[:, None], limits, first)
        who, tiles = np.nonzero(open_)
        self._look(rows[who], blocks[who], tiles, limits[open_])

    def _look(
        self,
        rows: np.ndarray,
        blocks: np.ndarray,
        tiles: np.ndarray,
        limits: np.ndarray,
    ) -> None:
        """Keep the best cells of tiles (P,) of blocks for questions."""
        numbers = self.maps.bounds.numbers[blocks, tiles]
        first = self.maps.first[blocks, tiles]
        kinds = self.kinds[rows]
        slots = self.seen.slots(kinds, numbers)
        _, width = self.maps.tags.tiles.shape
        for i in range(0, len(rows), _TILES_AT_ONCE):
            at = np.arange(i, min(i + _TILES_AT_ONCE, len(rows)))
            if i:
                at = at[self.best.can_rise(rows[at], limits[at], first[at])]
            fitness = self.seen.fitness(slots[at], self.wanted[rows[at]])
            place = fitness.argmax(axis=1)
            values = fitness[np.arange(len(at)), place]
            down, right = np.divmod(place, width)
            cells = first[at] + down * self.maps.heatmaps.shape[2] + right
            self.best.keep(rows[at], values, cells)


def fill_missing(
    people: np.ndarray, search: Search, reach: Optional[float] = None
) -> np.ndarray:
    """Look up the keypoints that people lack in the maps.

    Args:
        people (np.ndarray): float32 (N, K, 3 + L), positions, scores, tags.
        search (Callable): Takes keypoints int (Q,) and tags float32 (Q, L)
            of the people that lack them to positions (Q, 2) and values (Q,)
            of the cells that suit best.
        reach (float, optional): A cell is taken only within this distance of
            a keypoint that the person has. Defaults to None, any distance.

    Returns:
        np.ndarray: float32 (N, K, 3 + L); a keypoint without a score has
        position and value of the cell, where that is above 0.
    """
    people = people.copy()
    found = people[..., 2] > 0
    n, k = np.nonzero(people[..., 2] == 0)
    if not len(n):
        return people
    # as a mean of a list, whose order of summation is part of the result
    tags = np.stack(
        [
            np.mean(list(person[mine, 3:]), axis=0)
            for person, mine in zip(people, found)
        ]
    )
    positions, values = search(k, tags[n])
    right = values > 0
    if reach is not None:
        ways = np.linalg.norm(positions[:, None] - people[n, :, :2], axis=2)
        right &= np.where(found[n], ways, np.inf).min(axis=1) <= reach
    n, k = n[right], k[right]
    people[n, k, :2], people[n, k, 2] = positions[right], values[right]
    return people
