"""Heat and tags of tiles that were looked at, kept for the next look.

Note:
    - K: keypoints, L: tags of a keypoint, P: looks, n: cells of a tile
    - fitness of a cell: heatmap - round(tag distance)
"""

from __future__ import annotations

from typing import Union

import numpy as np

from .bounds import rounded_distance
from .tags import FullTags, LevelTags

Tags = Union[FullTags, LevelTags]


class SeenTiles:
    """Tiles of one image, each read from the maps once.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (FullTags | LevelTags): Finite tags of the same image.
    """

    def __init__(self, heatmaps: np.ndarray, tags: Tags) -> None:
        self.heatmaps = heatmaps
        self.tags = tags
        height, width = tags.tiles.shape
        empty = np.empty((0, height * width), np.float32)
        # heat, and then every tag
        self.cells = [empty] * (1 + tags.dim)
        self.count = 0
        self.places = np.full(len(heatmaps) * tags.tiles.number, -1)

    def slots(self, kinds: np.ndarray, numbers: np.ndarray) -> np.ndarray:
        """Read tiles that are not known yet.

        Args:
            kinds (np.ndarray): int (P,), the keypoints.
            numbers (np.ndarray): int (P,), the tiles.

        Returns:
            np.ndarray: int (P,), where they are kept.
        """
        keys = kinds * self.tags.tiles.number + numbers
        missing = keys[self.places[keys] < 0]
        if len(missing):
            self._read(np.unique(missing))
        return self.places[keys]

    def fitness(self, slots: np.ndarray, wanted: np.ndarray) -> np.ndarray:
        """Compute the fitness of all cells of tiles.

        Args:
            slots (np.ndarray): int (P,), the tiles.
            wanted (np.ndarray): float32 (P, L), tags of the people.

        Returns:
            np.ndarray: float32 (P, n).
        """
        heat, *tags = (cells.take(slots, axis=0) for cells in self.cells)
        for tag, own in zip(tags, wanted.T):
            tag -= own[:, None]
        return heat - rounded_distance(tags)

    def _read(self, keys: np.ndarray) -> None:
        """Read tiles, given by keypoint * tiles + number."""
        kinds, numbers = np.divmod(keys, self.tags.tiles.number)
        heat = self.tags.tiles.read(self.heatmaps, kinds, numbers)
        tags = self.tags.read_tiles(kinds, numbers)
        new = [m.reshape(len(keys), -1) for m in (heat, *tags.swapaxes(0, 1))]
        end = self.count + len(keys)
        if end > len(self.cells[0]):
            # twice the room, so that tiles are seldom moved
            room = np.empty((end, new[0].shape[1]), np.float32)
            old = [cells[: self.count] for cells in self.cells]
            self.cells = [np.concatenate((cells, room)) for cells in old]
        for cells, values in zip(self.cells, new):
            cells[self.count : end] = values
        self.places[keys] = np.arange(self.count, end)
        self.count = end
