"""Division of maps into tiles, to look at parts of them only.

Note:
    - C: maps, Q: tiles that are read, T: all tiles
    - (H, W): size of the maps, (th, tw): size of a tile
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

# `predict` with flip at 512x512, of 15 and of 30 people, in ms: 8 took 107 and
# 230, 16 took 76 and 134, 32 took 77 and 153
SIDE = 16


class Tiles(NamedTuple):
    """Tiles of one size that cover a map, in reading order.

    The last of a row or column reaches back over the one before it, where
    the map is no multiple of the tile.

    Attributes:
        ys (np.ndarray): int, where the rows of tiles begin.
        xs (np.ndarray): int, where the columns of tiles begin.
        shape (tuple[int, int]): (th, tw).
    """

    ys: np.ndarray
    xs: np.ndarray
    shape: tuple[int, int]

    @property
    def number(self) -> int:
        """Number of all tiles, T."""
        return len(self.ys) * len(self.xs)

    def corners(self, tiles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return y and x of the first cell of tiles, given by number."""
        row, column = np.divmod(tiles, len(self.xs))
        return self.ys[row], self.xs[column]

    def read(
        self, maps: np.ndarray, channels: np.ndarray, tiles: np.ndarray
    ) -> np.ndarray:
        """Copy tiles of maps.

        Args:
            maps (np.ndarray): float32 (C, H, W).
            channels (np.ndarray): int (..., Q), which maps.
            tiles (np.ndarray): int (Q,), which tiles of them.

        Returns:
            np.ndarray: float32 (..., Q, th * tw).
        """
        ys, xs = self.corners(tiles)
        windows = sliding_window_view(maps, self.shape, (1, 2))  # type: ignore[call-overload]
        area = self.shape[0] * self.shape[1]
        return windows[channels, ys, xs].reshape(*channels.shape, area)


def make_tiles(shape: tuple[int, int]) -> Tiles:
    """Divide maps into tiles of ``SIDE``; smaller maps are one tile.

    Args:
        shape (tuple[int, int]): (H, W).

    Returns:
        Tiles: the division.
    """
    height, width = (min(SIDE, size) for size in shape)
    ys, xs = (
        np.minimum(np.arange(0, size, SIDE), max(size - SIDE, 0))
        for size in shape
    )
    return Tiles(ys, xs, (height, width))


def reduce_tiles(maps: np.ndarray, op: np.ufunc) -> np.ndarray:
    """Reduce every tile to one number.

    The last tile of a row or column gives only its cells that are in no tile
    before it.

    Args:
        maps (np.ndarray): float32 (C, H, W).
        op (np.ufunc): ``np.minimum`` or ``np.maximum``.

    Returns:
        np.ndarray: float32 (C, T).
    """
    for _ in range(2):
        # row by row; as a reduction along an axis it takes twice as long
        reduced = maps[:, ::SIDE].copy()
        for i in range(1, SIDE):
            rows = maps[:, i::SIDE]
            held = reduced[:, : rows.shape[1]]
            op(held, rows, out=held)
        maps = reduced.swapaxes(1, 2)
    return maps.reshape(len(maps), -1)
