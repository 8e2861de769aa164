"""Aggregation of the outputs of all levels, flips and scales."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np

from ...structures.sizes import size_ratio
from .merging import Outputs, merge_flips
from .resizing import (
    TagSource,
    enlarge_tags,
    join_channels,
    map_shape,
    mean_maps,
    resize_maps,
)


class Aggregator:
    """Merge levels, flips and scales.

    Note:
        - B: images, K: keypoints
        - L: tags of a keypoint (tag dimension x levels with tags x flips)
        - (h, w): size of a network output, (H, W): of the aggregated maps
        - Maps: tensors, or arrays of numpy

    Source: HigherHRNet, section 3.4; ``lib/core/inference.py`` of the
    official code.

    Args:
        tag_per_keypoint (bool): Whether each keypoint has its own tag map,
            or all share one.
        heatmap_levels (Sequence[int], optional): Levels whose heatmaps are
            averaged; None for all.
        use_udp (bool): Align maps at the centres of their outermost cells.
        align_flip (bool): Mirror maps back as :class:`.BottomupRandomFlip`
            mirrors keypoints, from x to W - 1 - x in the pixels of each
            scale, instead of reversing their cells, which leads to W - x.
            UDP does so anyhow.

    Raises:
        ValueError: If ``heatmap_levels`` are none.
    """

    def __init__(
        self,
        tag_per_keypoint: bool,
        heatmap_levels: Optional[Sequence[int]],
        use_udp: bool,
        align_flip: bool,
    ) -> None:
        self.tag_per_keypoint = tag_per_keypoint
        self.heatmap_levels = heatmap_levels
        self.use_udp = use_udp
        self.align_flip = align_flip

    @property
    def heatmap_levels(self) -> Optional[Sequence[int]]:
        """Sequence[int] | None: levels whose heatmaps are averaged."""
        return self._heatmap_levels

    @heatmap_levels.setter
    def heatmap_levels(self, levels: Optional[Sequence[int]]) -> None:
        if levels is not None and not len(levels):
            raise ValueError(
                f'`heatmap_levels` is {list(levels)}, but people are found in '
                'the heatmaps of at least one level; None takes all'
            )
        self._heatmap_levels = levels

    def aggregate(
        self,
        outputs: Outputs,
        scales: Sequence[float] = (1,),
        base_size: Optional[tuple[int, int]] = None,
        flip_indices: Optional[Sequence[int]] = None,
        project_to_image: bool = True,
    ) -> tuple[Any, Any]:
        """Merge levels, flips and scales.

        Args:
            outputs (Sequence): ``outputs[scale][flip][level]``, heatmaps
                (B, K, h, w) and tags (B, L*K, h, w) or None, as the head
                gives them; ``outputs[scale]`` holds the plain image and, with
                a flip test, the mirrored one, not yet mirrored back.
            scales (Sequence[float]): Test scale of each entry of
                ``outputs``. Defaults to the one scale 1.
            base_size (tuple[int, int], optional): (W, H) of the input of
                scale 1; needed for ``project_to_image``.
            flip_indices (Sequence[int], optional): K indices of mirrored
                keypoints; needed with a flip test.
            project_to_image (bool): Enlarge all maps to ``base_size``, or
                else to the last level of the largest scale. Defaults to True.

        Returns:
            tuple[Maps, Maps]: heatmaps (B, K, H, W) and tags
            (B, L*K, H, W), L outer (plain levels, then mirrored ones).

        Raises:
            ValueError: If an argument is missing or does not fit.
        """
        heatmaps, sources = self._merge(
            outputs, scales, base_size, flip_indices, project_to_image
        )
        return heatmaps, self._enlarge(sources, map_shape(heatmaps))

    def pixels_per_cell(
        self, shape: tuple[int, int], base_size: tuple[int, int]
    ) -> np.ndarray:
        """Return the scale from aggregated maps to the input of scale 1.

        Args:
            shape (tuple[int, int]): (H, W).
            base_size (tuple[int, int]): (w, h) of the input.

        Returns:
            np.ndarray: float32 (2,), factors of x and y.
        """
        ratio = size_ratio(base_size, shape[::-1], self.use_udp)
        return ratio.astype(np.float32)

    def _merge(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: Optional[tuple[int, int]],
        flip_indices: Optional[Sequence[int]],
        project_to_image: bool,
    ) -> tuple[Any, list[TagSource]]:
        """Merge heatmaps (B, K, H, W), and collect tags as they are."""
        self._check_outputs(outputs, scales, base_size, project_to_image)
        shape: Optional[tuple[int, int]] = None
        if project_to_image and base_size is not None:
            shape = base_size[1], base_size[0]
        shift = 0.0
        if self.align_flip and len(outputs[0]) > 1 and not self.use_udp:
            shift = _cells_per_pixel(outputs, scales, base_size)
        totals: list[Any] = []
        tags: list[TagSource] = []
        for i in sorted(range(len(scales)), key=lambda i: -scales[i]):
            heatmaps, sources = merge_flips(
                outputs[i],
                flip_indices,
                self.heatmap_levels,
                self.tag_per_keypoint,
                self.use_udp,
                shift,
            )
            if shape is None:
                shape = map_shape(heatmaps)
            totals.append(resize_maps(heatmaps, shape, self.use_udp))
            if len(scales) == 1 or scales[i] == 1:
                tags += sources
        if not tags:
            raise ValueError(
                'no level gives tags; set `tag_levels` of the head, or have '
                f'scale 1 among the test scales, which are {list(scales)}'
            )
        if len(totals) == 1:
            return totals[0], tags
        return mean_maps(totals), tags

    def _enlarge(
        self, sources: Sequence[TagSource], shape: tuple[int, int]
    ) -> Any:
        """Enlarge all tags to (B, L*K, H, W)."""
        return join_channels(
            [enlarge_tags(s, shape, self.use_udp) for s in sources]
        )

    def _check_outputs(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: Optional[tuple[int, int]],
        project_to_image: bool,
    ) -> None:
        """Raise ValueError where the arguments of aggregate do not fit."""
        if len(outputs) != len(scales) or not scales:
            raise ValueError(
                f'got outputs of {len(outputs)} scales for the scales '
                f'{list(scales)}'
            )
        if project_to_image and base_size is None:
            raise ValueError('`project_to_image` needs `base_size` (w, h)')
        levels = len(outputs[0][0])
        chosen = self.heatmap_levels
        if chosen is not None and not set(chosen) <= set(range(levels)):
            raise ValueError(
                f'`heatmap_levels` {list(chosen)} names a level that is not '
                f'there; the head gives {levels} levels'
            )


def _cells_per_pixel(
    outputs: Outputs,
    scales: Sequence[float],
    base_size: Optional[tuple[int, int]],
) -> float:
    """Divide the width of the last level by that of its input.

    It is the same at every scale, as all inputs run through one network.
    """
    if base_size is None or 1 not in scales:
        raise ValueError(
            '`align_flip` needs `base_size` (w, h) and outputs of scale 1, '
            f'got {base_size} and the scales {list(scales)}'
        )
    heatmaps, _ = outputs[list(scales).index(1)][0][-1]
    return map_shape(heatmaps)[1] / base_size[0]
