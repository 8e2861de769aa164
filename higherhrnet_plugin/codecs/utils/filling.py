"""Look-up of the keypoints that people lack.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
    - Q: missing keypoints, (H, W): size of the maps, (th, tw): of a tile
    - fitness of a cell: heatmap - round(tag distance)

Source: ``HeatmapParser.refine`` in ``lib/core/group.py`` of the official
code.
"""

from __future__ import annotations

from typing import Callable, Optional, Union

import numpy as np
import torch

from .bounds import BlockBounds, rounded_distance
from .tag_maps import FullTags, LevelTags
from .tiles import reduce_tiles

Tags = Union[FullTags, LevelTags]
Search = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, ...]]

# so many blocks at a time stay in the cache
_BLOCKS_AT_ONCE = 256
# bounds the memory for all tiles of so many questions
_QUESTIONS = 1024


class _Best:
    """Best fitness found so far for each of Q questions, and its cell."""

    def __init__(self, count: int, none: int) -> None:
        self.values = np.full(count, -np.inf, np.float32)
        self.cells = np.full(count, none)

    def can_rise(
        self, rows: np.ndarray, limits: np.ndarray, first: np.ndarray
    ) -> np.ndarray:
        """Tell where a place of given limit and first cell may be better."""
        values = self.values[rows]
        # a tie is won by the first cell in reading order
        tied = (limits == values) & (limits > -np.inf)
        return (limits > values) | (tied & (first < self.cells[rows]))

    def keep(
        self, rows: np.ndarray, values: np.ndarray, cells: np.ndarray
    ) -> None:
        """Take finds, several for a question too, if they are better."""
        order = np.lexsort((-cells, values))
        order = order[self.can_rise(rows, values, cells)[order]]
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
        self.tiles = tags.tiles
        heat = reduce_tiles(heatmaps, self.tiles, torch.amax)
        self.bounds = BlockBounds(self.tiles, heat, *tags.bounds())

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
        parts = (
            slice(i, i + _QUESTIONS) for i in range(0, len(kinds), _QUESTIONS)
        )
        found = [self._search(kinds[at], person_tags[at]) for at in parts]
        y, x = np.divmod(np.concatenate(found), self.heatmaps.shape[2])
        return np.stack((x, y), axis=1)

    def _search(self, kinds: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Find y * W + x of some questions."""
        limits = self.bounds.of_blocks(kinds, wanted)
        best = _Best(len(kinds), self.heatmaps[0].size)
        rows, parts = np.arange(len(kinds)), 1
        while len(rows):
            # the best block of all, and then of every row of blocks
            left = limits[rows].reshape(len(rows), parts, -1)
            blocks = left.argmax(axis=2)
            limit = np.take_along_axis(left, blocks[..., None], 2)[..., 0]
            blocks += np.arange(parts) * left.shape[2]
            first = self._first_cell(self.bounds.numbers[blocks, 0])
            open_, part = np.nonzero(
                best.can_rise(rows[:, None], limit, first)
            )
            who, which = rows[open_], blocks[open_, part]
            limits[who, which] = -np.inf
            for i in range(0, len(who), _BLOCKS_AT_ONCE):
                at = slice(i, i + _BLOCKS_AT_ONCE)
                self._look_into(kinds, wanted, best, who[at], which[at])
            rows, parts = np.unique(who), self.bounds.rows
        # tags so far away that no tile has a finite fitness
        return np.where(best.values > -np.inf, best.cells, 0)

    def _look_into(
        self,
        kinds: np.ndarray,
        wanted: np.ndarray,
        best: _Best,
        rows: np.ndarray,
        blocks: np.ndarray,
    ) -> None:
        """Look at the tiles of blocks: the best first, then what is left."""
        limits = self.bounds.of_tiles(kinds[rows], wanted[rows], blocks)
        numbers = self.bounds.numbers[blocks]
        first = self._first_cell(numbers)
        everyone = np.arange(len(rows))
        pairs: tuple[np.ndarray, ...] = (everyone, limits.argmax(axis=1))
        while len(pairs[0]):
            at, tiles = rows[pairs[0]], numbers[pairs]
            best.keep(at, *self._look(kinds[at], wanted[at], tiles))
            limits[pairs] = -np.inf
            pairs = np.nonzero(best.can_rise(rows[:, None], limits, first))

    def _first_cell(self, tiles: np.ndarray) -> np.ndarray:
        """Return y * W + x of the first cell of tiles."""
        y, x = self.tiles.corners(tiles)
        return y * self.heatmaps.shape[2] + x

    def _look(
        self, kinds: np.ndarray, wanted: np.ndarray, numbers: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Find the highest fitness (Q,) in tiles, and its y * W + x."""
        heat = self.tiles.read(self.heatmaps, kinds, numbers)
        tags = self.tags.read_tiles(kinds, numbers)
        fitness = heat - rounded_distance(tags - wanted[:, :, None, None])
        flat = fitness.reshape(len(kinds), -1)
        place = flat.argmax(axis=1)
        down, right = np.divmod(place, self.tiles.shape[1])
        y, x = self.tiles.corners(numbers)
        cells = (y + down) * self.heatmaps.shape[2] + x + right
        return flat[np.arange(len(kinds)), place], cells


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
