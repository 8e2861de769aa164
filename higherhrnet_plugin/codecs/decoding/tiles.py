"""Division of maps into tiles, to look at parts of them only.

Note:
    - C: maps, Q: tiles that are read, (H, W): size of the maps
    - (th, tw): size of a tile
"""

from __future__ import annotations

from typing import Callable, NamedTuple

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view
from torch import Tensor


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
        """Number of all tiles."""
        return len(self.ys) * len(self.xs)

    def corners(self, numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return y and x of the first cell of tiles, given by number."""
        row, column = np.divmod(numbers, len(self.xs))
        return self.ys[row], self.xs[column]

    def read(
        self, maps: np.ndarray, channels: np.ndarray, numbers: np.ndarray
    ) -> np.ndarray:
        """Copy tiles of maps.

        Args:
            maps (np.ndarray): float32 (C, H, W).
            channels (np.ndarray): int (...), which maps.
            numbers (np.ndarray): int (...), which tiles of them.

        Returns:
            np.ndarray: float32 (..., th, tw).
        """
        ys, xs = self.corners(numbers)
        return sliding_window_view(maps, self.shape, (1, 2))[channels, ys, xs]  # type: ignore[call-overload]


def make_tiles(shape: tuple[int, int], side: int = 8) -> Tiles:
    """Divide maps into tiles.

    Args:
        shape (tuple[int, int]): (H, W).
        side (int): Side of a tile in cells; smaller maps are one tile.
            Defaults to 8.

    Returns:
        Tiles: the division.
    """
    sides = [min(side, size) for size in shape]
    ys, xs = (
        np.minimum(np.arange(0, size, s), size - s)
        for size, s in zip(shape, sides)
    )
    return Tiles(ys, xs, (sides[0], sides[1]))


def reduce_tiles(
    maps: np.ndarray, tiles: Tiles, op: Callable[[Tensor, int], Tensor]
) -> np.ndarray:
    """Reduce every tile to one number.

    Args:
        maps (np.ndarray): float32 (C, H, W).
        tiles (Tiles): The division.
        op (Callable): ``torch.amin`` or ``torch.amax``.

    Returns:
        np.ndarray: float32 (C, tiles).
    """
    # several times faster than numpy's
    found = torch.from_numpy(maps)
    for dim, starts in ((1, tiles.ys), (2, tiles.xs)):
        size = tiles.shape[dim - 1]
        whole = found.shape[dim] // size
        parts = found.narrow(dim, 0, whole * size)
        reduced = op(parts.unflatten(dim, (whole, size)), dim + 1)
        if len(starts) > whole:
            last = found.narrow(dim, found.shape[dim] - size, size)
            rest = op(last, dim).unsqueeze(dim)
            reduced = torch.cat((reduced, rest), dim)
        found = reduced
    return found.flatten(1).numpy()
