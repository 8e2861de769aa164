"""Peaks and best cells of the maps of one image in main memory.

Note:
    - K: keypoints, L: tags of a keypoint, P: points
    - (H, W): size of the maps, r: radius of a window around a point
"""

from __future__ import annotations

from typing import NamedTuple, Optional

import numpy as np

from .filling import best_cells
from .offsets import read_windows
from .peaks import top_peaks
from .tags import Tags


class Points(NamedTuple):
    """Cells of the maps, and what is known of them.

    Attributes:
        ids (np.ndarray): int (P,), the keypoints.
        cells (np.ndarray): int (P, 2), (x, y).
        scores (np.ndarray): float32 (P,), heat.
        windows (np.ndarray): float32 (P, 2r + 1, 2r + 1), heat around.
        tags (np.ndarray): float32 (P, L), or (P, 0) where they are not read.
    """

    ids: np.ndarray
    cells: np.ndarray
    scores: np.ndarray
    windows: np.ndarray
    tags: np.ndarray


def highest(points: Points, count: Optional[int]) -> Points:
    """Keep the points with the highest scores, in their order.

    Args:
        points (Points): P points.
        count (int, optional): How many; None keeps all.

    Returns:
        Points: at most ``count`` points.
    """
    if count is None or len(points.scores) <= count:
        return points
    best = np.argsort(-points.scores, kind='stable')[:count]
    return Points(*(values[np.sort(best)] for values in points))


class HostMaps:
    """Maps of one image as numpy arrays.

    Args:
        heatmaps (np.ndarray): float32 (K, H, W), finite and contiguous.
        tags (FullTags | LevelTags): Finite tags of the same image.
        radius (int): r.
        mirrored (bool): Whether windows mirror the maps at their border.
    """

    def __init__(
        self, heatmaps: np.ndarray, tags: Tags, radius: int, mirrored: bool
    ) -> None:
        self.heatmaps = heatmaps
        self.tags = tags
        self.around = np.arange(-radius, radius + 1)
        self.mirrored = mirrored

    @property
    def shape(self) -> tuple[int, int, int]:
        """(K, H, W)."""
        k, height, width = self.heatmaps.shape
        return k, height, width

    def peaks(
        self, kernel: int, max_candidates: int, score_thr: float
    ) -> Points:
        """Find the highest peaks, as :func:`~.peaks.top_peaks`.

        Args:
            kernel (int): Side of the window of the peak search, odd.
            max_candidates (int): At most so many of one keypoint.
            score_thr (float): A peak is above it.

        Returns:
            Points: the peaks with their tags, highest first within a
            keypoint.
        """
        ids, cells = top_peaks(
            self.heatmaps, kernel, max_candidates, score_thr
        )
        points = self._points(ids, cells)
        return points._replace(tags=self.tags.at(ids, cells))

    def best_cells(self, ids: np.ndarray, tags: np.ndarray) -> Points:
        """Find the cells that suit people best.

        Args:
            ids (np.ndarray): int (P,), keypoints they lack.
            tags (np.ndarray): float32 (P, L), tags of the people.

        Returns:
            Points: the cell with the highest heatmap - round(tag distance)
            of each, the first in reading order.
        """
        cells = best_cells(self.heatmaps, self.tags, ids, tags)
        return self._points(ids, cells)

    def _points(self, ids: np.ndarray, cells: np.ndarray) -> Points:
        """Describe cells."""
        windows = read_windows(
            self.heatmaps, ids, cells, self.around, self.mirrored
        )
        middle = len(self.around) // 2
        none = np.zeros((len(ids), 0), np.float32)
        return Points(ids, cells, windows[:, middle, middle], windows, none)
