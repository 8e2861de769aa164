"""Merging of network outputs over levels and flips.

Note:
    - B: images, K: keypoints, L: tags of a keypoint
    - (h, w): size of a map, (H, W): size of the aggregated maps

Source: HigherHRNet, section 3.4, and ``get_multi_stage_outputs`` in
``lib/core/inference.py`` of the official code; with UDP, of MMPose 0.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

from .resizing import (
    Maps,
    TagSource,
    map_shape,
    resize_maps,
    shift_maps,
    unflip_maps,
)

LevelOutput = tuple[Maps, Optional[Maps]]
Outputs = Sequence[Sequence[Sequence[LevelOutput]]]


def merge_levels(
    levels: Sequence[LevelOutput],
    heatmap_levels: Optional[Sequence[int]] = None,
    use_udp: bool = False,
) -> tuple[Any, list[TagSource]]:
    """Enlarge all levels to the last and average their heatmaps.

    Args:
        levels (Sequence[tuple[Maps, Maps | None]]): heatmaps (B, K, h, w)
            and tags (B, L*K, h, w) or None of each level.
        heatmap_levels (Sequence[int], optional): Levels to average. Defaults
            to all.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        tuple[Maps, list[TagSource]]: heatmaps (B, K, H, W) and the tags of
        every level that has some, not enlarged yet.
    """
    shape = map_shape(levels[-1][0])
    chosen = range(len(levels)) if heatmap_levels is None else heatmap_levels
    resized = [resize_maps(levels[i][0], shape, use_udp) for i in chosen]
    tags = [TagSource(t, shape) for _, t in levels if t is not None]
    if len(resized) == 1:
        return resized[0], tags
    total = sum(resized[2:], resized[0] + resized[1])
    total /= len(resized)
    return total, tags


def merge_flips(
    flips: Sequence[Sequence[LevelOutput]],
    flip_indices: Optional[Sequence[int]],
    heatmap_levels: Optional[Sequence[int]] = None,
    tag_per_keypoint: bool = True,
    use_udp: bool = False,
    shift: float = 0.0,
) -> tuple[Any, list[TagSource]]:
    """Average heatmaps over levels and flips, and collect all tags.

    Args:
        flips (Sequence): Levels of the plain image and, with a flip test, of
            the mirrored one, as in :func:`merge_levels`.
        flip_indices (Sequence[int], optional): K indices of mirrored
            keypoints; needed with a flip test.
        heatmap_levels (Sequence[int], optional): Levels to average.
        tag_per_keypoint (bool): Whether mirrored tags are exchanged, too.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.
        shift (float): Cells of the last level by which maps move to the left
            once they are mirrored back. Defaults to 0.

    Returns:
        tuple[Maps, list[TagSource]]: heatmaps (B, K, H, W) and tags, plain
        levels first.

    Raises:
        ValueError: If ``flip_indices`` is missing.
    """
    heatmaps, tags = merge_levels(flips[0], heatmap_levels, use_udp)
    if len(flips) == 1:
        return heatmaps, tags
    if flip_indices is None:
        raise ValueError(
            '`flip_indices` is needed with a flip test; the data set '
            "gives it from `swap` of its metainfo's keypoints"
        )
    mirrored, sources = merge_levels(flips[1], heatmap_levels, use_udp)
    mirrored = shift_maps(unflip_maps(mirrored, flip_indices), shift)
    swap = flip_indices if tag_per_keypoint else None
    tags += [
        s._replace(mirrored=True, swap=swap, shift=shift) for s in sources
    ]
    total = heatmaps + mirrored
    total /= 2
    return total, tags
