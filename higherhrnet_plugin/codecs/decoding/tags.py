"""Tags of one image, read only where they are needed.

Note:
    - K: keypoints, L: tags of a keypoint, Q: questions
    - G: K, or 1 where all keypoints share their tags
    - (h, w): size of a level, (H, W): size of the aggregated maps
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.lib.stride_tricks import sliding_window_view

from .aggregation import TagSource, axis_weights, map_shape, swap_channels
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
        self.dim = len(maps) // groups
        self.tiles = make_tiles((maps.shape[1], maps.shape[2]))

    def channels(self, kinds: np.ndarray) -> np.ndarray:
        """Return the channels (Q, L) of keypoints (Q,)."""
        first = np.arange(0, len(self.maps), self.groups)
        return (kinds * (self.groups > 1))[:, None] + first

    def at(self, kinds: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Read single cells.

        Args:
            kinds (np.ndarray): int (Q,), keypoints.
            cells (np.ndarray): int (Q, 2), (x, y).

        Returns:
            np.ndarray: float32 (Q, L).
        """
        x, y = cells.T[:, :, None]
        return self.maps[self.channels(kinds), y, x]

    def read_tiles(self, kinds: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Read whole tiles.

        Args:
            kinds (np.ndarray): int (Q,), keypoints.
            numbers (np.ndarray): int (Q,), which of ``tiles``.

        Returns:
            np.ndarray: float32 (Q, L, th, tw), may be overwritten.
        """
        return self.tiles.read(
            self.maps, self.channels(kinds), numbers[:, None]
        )

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the lowest and highest tags of every tile.

        Returns:
            tuple[np.ndarray, np.ndarray]: two float32 (G, L, tiles).
        """
        shape = (-1, self.groups, self.tiles.number)
        low, high = (
            reduce_tiles(self.maps, self.tiles, op).reshape(shape)
            for op in (torch.amin, torch.amax)
        )
        return low.transpose(1, 0, 2), high.transpose(1, 0, 2)


# cells (Q, s) of a level behind stretches of t cells, and weights (Q, t, s)
Span = tuple[np.ndarray, np.ndarray]


class _Axis(NamedTuple):
    """Weights along one axis (final, size), and where they are not 0."""

    weights: np.ndarray
    first: np.ndarray
    end: np.ndarray

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
        first = np.minimum(self.first[starts], self.first[stops])
        end = np.maximum(self.end[starts], self.end[stops])
        size = int((end - first).max(initial=1))
        first = np.minimum(first, self.weights.shape[1] - size)
        cells = first[:, None] + np.arange(size)
        rows = starts[:, None] + np.arange(length)
        return cells, self.weights[rows[:, :, None], cells[:, None]]


def _make_axis(
    size: int, last: int, final: int, mirrored: bool, use_udp: bool
) -> _Axis:
    """Describe an axis; arguments as in :func:`axis_weights`."""
    weights = axis_weights(size, last, final, mirrored, use_udp).numpy()
    used = weights != 0
    first = used.argmax(axis=1)
    end = weights.shape[1] - used[:, ::-1].argmax(axis=1)
    return _Axis(weights, first, end)


class _Part(NamedTuple):
    """Tags of one level, axes y and x, and their spans in the tiles."""

    tags: FullTags
    axes: tuple[_Axis, _Axis]
    spans: tuple[Span, Span]


class LevelTags:
    """Tags at the size of the levels, enlarged only where they are read.

    Args:
        sources (Sequence[TagSource]): Tags of B images.
        image (int): Which of them.
        groups (int): G.
        shape (tuple[int, int]): (H, W).
        use_udp (bool): Align the centres of the outermost cells.
    """

    def __init__(
        self,
        sources: Sequence[TagSource],
        image: int,
        groups: int,
        shape: tuple[int, int],
        use_udp: bool,
    ) -> None:
        self.tiles = make_tiles(shape)
        self.parts = []
        for source in sources:
            maps = source.maps[image : image + 1].detach().float()
            tags = FullTags(
                swap_channels(maps, source.swap)[0].numpy(), groups
            )
            sizes = zip(map_shape(maps), source.last, shape)
            y, x = (
                _make_axis(*axis, flip, use_udp)
                for axis, flip in zip(sizes, (False, source.mirrored))
            )
            height, width = self.tiles.shape
            spans = (
                y.spans(self.tiles.ys, height),
                x.spans(self.tiles.xs, width),
            )
            self.parts.append(_Part(tags, (y, x), spans))
        self.dim = sum(part.tags.dim for part in self.parts)

    def at(self, kinds: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Read single cells; as :meth:`FullTags.at`."""
        read = []
        for tags, (y, x), _ in self.parts:
            spans = y.spans(cells[:, 1], 1), x.spans(cells[:, 0], 1)
            read.append(_enlarge(tags, kinds, *spans))
        return np.concatenate(read, axis=1)[..., 0, 0]

    def read_tiles(self, kinds: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Read whole tiles; as :meth:`FullTags.read_tiles`."""
        row, column = np.divmod(numbers, len(self.tiles.xs))
        read = []
        for tags, _, ((ys, above), (xs, left)) in self.parts:
            spans = (ys[row], above[row]), (xs[column], left[column])
            read.append(_enlarge(tags, kinds, *spans))
        return np.concatenate(read, axis=1)

    def enlarged(self) -> FullTags:
        """Enlarge all tags, for questions about most of their cells."""
        maps = [
            y.weights @ tags.maps @ x.weights.T
            for tags, (y, x), _ in self.parts
        ]
        return FullTags(np.concatenate(maps), self.parts[0].tags.groups)

    def bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Bound the tags of every tile; as :meth:`FullTags.bounds`."""
        low, high = (
            np.concatenate([_bound(part, op) for part in self.parts], axis=1)
            for op in (np.minimum, np.maximum)
        )
        # rounding may lead out of the range of the cells that are mixed
        slack = np.float32(1e-6) * np.maximum(-low, high)
        return low - slack, high + slack


def _enlarge(
    tags: FullTags, kinds: np.ndarray, rows: Span, columns: Span
) -> np.ndarray:
    """Enlarge parts of a level to (Q, L, t, t)."""
    (ys, above), (xs, left) = rows, columns
    windows = sliding_window_view(  # type: ignore[call-overload]
        tags.maps, (ys.shape[1], xs.shape[1]), (1, 2)
    )
    cells = windows[tags.channels(kinds), ys[:, :1], xs[:, :1]]
    return above[:, None] @ cells @ left.transpose(0, 2, 1)[:, None]


def _bound(part: _Part, op: np.ufunc) -> np.ndarray:
    """Reduce the cells behind every tile: (G, L, tiles)."""
    maps = part.tags.maps
    for axis, (cells, _) in zip((1, 2), part.spans):
        found = maps.take(cells[:, 0], axis=axis)
        for column in cells.T[1:]:
            op(found, maps.take(column, axis=axis), out=found)
        maps = found
    by_group = maps.reshape(-1, part.tags.groups, found[0].size)
    return by_group.transpose(1, 0, 2)
