"""Tags of one image, read only where they are needed.

Note:
    - K: keypoints, L: tags of a keypoint, Q: queries, T: tiles
    - G: K, or 1 where all keypoints share their tags
    - (h, w): size of a level, (H, W): size of the aggregated maps
    - (th, tw): size of a tile
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Union

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from .tiles import make_tiles, reduce_tiles


class FullTags:
    """Tags at the size of the aggregated maps.

    Args:
        maps (np.ndarray): float32 (L*G, H, W), L outer.
        groups (int): G.
    """

    def __init__(self, maps: np.ndarray, groups: int) -> None:
        self.maps = maps
        self.groups = groups
        self.tiles = make_tiles((maps.shape[1], maps.shape[2]))

    def channels(self, ids: np.ndarray) -> np.ndarray:
        """Return the channels (L, Q) of keypoints (Q,)."""
        first = np.arange(0, len(self.maps), self.groups)
        return first[:, None] + ids * (self.groups > 1)

    def at(self, ids: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Read single cells.

        Args:
            ids (np.ndarray): int (Q,), keypoints.
            cells (np.ndarray): int (Q, 2), (x, y).

        Returns:
            np.ndarray: float32 (Q, L).
        """
        x, y = cells.T
        return self.maps[self.channels(ids), y, x].T

    def read_tiles(self, ids: np.ndarray, tiles: np.ndarray) -> np.ndarray:
        """Read whole tiles.

        Args:
            ids (np.ndarray): int (Q,), keypoints.
            tiles (np.ndarray): int (Q,), which of ``tiles``.

        Returns:
            np.ndarray: float32 (L, Q, th * tw).
        """
        return self.tiles.read(self.maps, self.channels(ids), tiles)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and highest tags of every tile.

        Returns:
            tuple[np.ndarray, np.ndarray]: two float32 (G, L, T).
        """
        low, high = (
            reduce_tiles(self.maps, op).reshape(
                -1, self.groups, self.tiles.number
            )
            for op in (np.minimum, np.maximum)
        )
        return low.swapaxes(0, 1), high.swapaxes(0, 1)


class TagLevel(NamedTuple):
    """Tags of one level, and the weights that enlarge them.

    Attributes:
        maps (np.ndarray): float32 (L*G, h, w), L outer.
        rows (np.ndarray): float32 (H, h); enlarged = rows @ maps @ columns.T.
        columns (np.ndarray): float32 (W, w).
    """

    maps: np.ndarray
    rows: np.ndarray
    columns: np.ndarray


# cells (Q, s) of a level behind stretches of t cells, and weights (Q, t, s)
Span = tuple[np.ndarray, np.ndarray]


class _Axis:
    """Where the weights (final, size) along one axis are not 0."""

    def __init__(self, weights: np.ndarray) -> None:
        used = weights != 0
        self.weights = weights
        self.first = used.argmax(axis=1)
        self.end = weights.shape[1] - used[:, ::-1].argmax(axis=1)

    def spans(self, starts: np.ndarray, length: int) -> Span:
        """Find the cells behind stretches of the enlarged axis.

        Args:
            starts (np.ndarray): int (Q,), where the stretches begin.
            length (int): Cells of each of them, t.

        Returns:
            tuple[np.ndarray, np.ndarray]: int (Q, s), the cells of the
            level, and float32 (Q, t, s), their weights.
        """
        stops = starts + length - 1
        # a mirrored axis runs backwards
        first = np.minimum(self.first[starts], self.first[stops])
        end = np.maximum(self.end[starts], self.end[stops])
        size = int((end - first).max(initial=1))
        first = np.minimum(first, self.weights.shape[1] - size)
        cells = first[:, None] + np.arange(size)
        rows = starts[:, None] + np.arange(length)
        return cells, self.weights[rows[:, :, None], cells[:, None]]


class _Level:
    """Tags of one level, with the spans behind all tiles."""

    def __init__(
        self, level: TagLevel, groups: int, shape: tuple[int, int]
    ) -> None:
        tiles = make_tiles(shape)
        self.tags = FullTags(level.maps, groups)
        self.rows, self.columns = _Axis(level.rows), _Axis(level.columns)
        self.ys = self.rows.spans(tiles.ys, tiles.shape[0])
        self.xs = self.columns.spans(tiles.xs, tiles.shape[1])

    def enlarge(
        self, ids: np.ndarray, rows: Span, columns: Span
    ) -> np.ndarray:
        """Enlarge parts of the level to (L, Q, t, t)."""
        (ys, above), (xs, left) = rows, columns
        windows = sliding_window_view(  # type: ignore[call-overload]
            self.tags.maps, (ys.shape[1], xs.shape[1]), (1, 2)
        )
        cells = windows[self.tags.channels(ids), ys[:, 0], xs[:, 0]]
        return above @ cells @ left.swapaxes(1, 2)

    def bound(self, op: np.ufunc) -> np.ndarray:
        """Reduce the cells behind every tile to (G, L, T)."""
        maps = self.tags.maps
        for axis, (cells, _) in enumerate((self.ys, self.xs), 1):
            reduced = maps.take(cells[:, 0], axis=axis)
            for column in cells.T[1:]:
                op(reduced, maps.take(column, axis=axis), out=reduced)
            maps = reduced
        by_group = maps.reshape(-1, self.tags.groups, maps[0].size)
        return by_group.swapaxes(0, 1)


class LevelTags:
    """Tags at the size of the levels, enlarged only where they are read.

    Args:
        levels (Sequence[TagLevel]): Tags of one image.
        groups (int): G.
        shape (tuple[int, int]): (H, W).
    """

    def __init__(
        self, levels: Sequence[TagLevel], groups: int, shape: tuple[int, int]
    ) -> None:
        self.groups = groups
        self.tiles = make_tiles(shape)
        self.levels = [_Level(level, groups, shape) for level in levels]

    def at(self, ids: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Read single cells; as :meth:`FullTags.at`."""
        x, y = cells.T
        read = [
            level.enlarge(
                ids, level.rows.spans(y, 1), level.columns.spans(x, 1)
            )
            for level in self.levels
        ]
        return np.concatenate(read)[..., 0, 0].T

    def read_tiles(self, ids: np.ndarray, tiles: np.ndarray) -> np.ndarray:
        """Read whole tiles; as :meth:`FullTags.read_tiles`."""
        row, column = np.divmod(tiles, len(self.tiles.xs))
        read = []
        for level in self.levels:
            (ys, above), (xs, left) = level.ys, level.xs
            rows, columns = (ys[row], above[row]), (xs[column], left[column])
            read.append(level.enlarge(ids, rows, columns))
        enlarged = read[0] if len(read) == 1 else np.concatenate(read)
        return enlarged.reshape(*enlarged.shape[:2], -1)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Bound the tags of every tile; as :meth:`FullTags.bounds`."""
        low, high = (
            np.concatenate([level.bound(op) for level in self.levels], axis=1)
            for op in (np.minimum, np.maximum)
        )
        # rounding may lead out of the range of the cells that are mixed
        slack = np.float32(1e-6) * np.maximum(-low, high)
        return low - slack, high + slack


Tags = Union[FullTags, LevelTags]
