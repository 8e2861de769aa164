"""Bounds of heat and tags in tiles, and in blocks of tiles.

Note:
    - K: keypoints, L: tags of a keypoint, Q: questions
    - G: K, or 1 where all keypoints share their tags
    - T: tiles, S: blocks of 4 x 4 tiles
    - fitness of a cell: heatmap - round(tag distance)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .tiles import Tiles

_SIDE = 4
# so many questions at a time stay in the cache
_CHUNK = 64


def rounded_distance(differences: Sequence[np.ndarray]) -> np.ndarray:
    """Round the length of differences.

    Every step keeps order, also in floating point, so that bounds of the
    differences give bounds of the result.

    Args:
        differences (Sequence[np.ndarray]): L float32 (Q, ...), overwritten.

    Returns:
        np.ndarray: float32 (Q, ...).
    """
    total, *rest = differences
    np.square(total, out=total)
    for other in rest:
        total += np.square(other, out=other)
    return np.rint(np.sqrt(total, out=total), out=total)


class Bounds(NamedTuple):
    """Highest heat, and lowest and highest tags, of parts of the maps.

    Attributes:
        heat (np.ndarray): float32 (K, ..., n), n parts.
        low (np.ndarray): float32 (G, ..., L, n).
        high (np.ndarray): float32 (G, ..., L, n).
    """

    heat: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def limits(self, wanted: np.ndarray, *index: np.ndarray) -> np.ndarray:
        """Bound the fitness for people.

        Args:
            wanted (np.ndarray): float32 (Q, L), tags of the people.
            *index (np.ndarray): int (Q,) each, keypoints and where to look.

        Returns:
            np.ndarray: float32 (Q, n), no cell of the parts is fitter.
        """
        kinds, *rest = index
        shared = (kinds * (len(self.low) > 1), *rest)
        wanted = wanted[:, :, None]
        gap = self.low[shared] - wanted
        np.maximum(gap, wanted - self.high[shared], out=gap)
        np.maximum(gap, 0, out=gap)
        return self.heat[index] - rounded_distance(gap.swapaxes(0, 1))


class BlockBounds:
    """Bounds of tiles, and of blocks of tiles.

    Args:
        tiles (Tiles): The division of the maps.
        heat (np.ndarray): float32 (K, T), highest heat of every tile.
        low (np.ndarray): float32 (G, L, T), lowest tags.
        high (np.ndarray): float32 (G, L, T), highest tags.
    """

    def __init__(
        self, tiles: Tiles, heat: np.ndarray, low: np.ndarray, high: np.ndarray
    ) -> None:
        self.numbers = _in_blocks(np.arange(tiles.number), tiles, 0)
        heat = _in_blocks(heat, tiles, -np.inf)
        low, high = (
            _in_blocks(low, tiles, np.inf),
            _in_blocks(high, tiles, -np.inf),
        )
        self.whole = Bounds(heat.max(-1), low.min(-1), high.max(-1))
        low, high = low.swapaxes(1, 2).copy(), high.swapaxes(1, 2).copy()
        self.parts = Bounds(heat, low, high)

    def of_blocks(self, kinds: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Bound the fitness in all blocks: (Q, S)."""
        return np.concatenate(
            [
                self.whole.limits(
                    wanted[i : i + _CHUNK], kinds[i : i + _CHUNK]
                )
                for i in range(0, len(kinds), _CHUNK)
            ]
        )

    def of_tiles(
        self, kinds: np.ndarray, wanted: np.ndarray, blocks: np.ndarray
    ) -> np.ndarray:
        """Bound the fitness in the tiles of a block each: (Q, 16)."""
        return self.parts.limits(wanted, kinds, blocks)


def _in_blocks(values: np.ndarray, tiles: Tiles, fill: float) -> np.ndarray:
    """Bring values of tiles (..., T) into blocks (..., S, 16)."""
    shape = len(tiles.ys), len(tiles.xs)
    lead = values.shape[:-1]
    grid = values.reshape(*lead, *shape)
    beyond = [(0, 0)] * len(lead) + [(0, -size % _SIDE) for size in shape]
    grid = np.pad(grid, beyond, constant_values=fill)
    rows, columns = (size // _SIDE for size in grid.shape[-2:])
    grid = grid.reshape(*lead, rows, _SIDE, columns, _SIDE)
    return grid.swapaxes(-3, -2).reshape(*lead, rows * columns, _SIDE**2)
