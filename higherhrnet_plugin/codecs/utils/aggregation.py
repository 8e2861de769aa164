"""Aggregation of network outputs over levels, flips and scales.

Note:
    - B: images, K: keypoints, L: tags of a keypoint
    - (h, w): size of a map, (H, W): size of the aggregated maps

Source: HigherHRNet, section 3.4, and ``get_multi_stage_outputs`` and
``aggregate_results`` in ``lib/core/inference.py`` of the official code; with
UDP, of MMPose 0.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import torch
import torch.nn.functional as F
from torch import Tensor

LevelOutput = tuple[Tensor, Optional[Tensor]]


def map_shape(maps: Tensor) -> tuple[int, int]:
    """Return (h, w) of maps (..., h, w)."""
    return maps.shape[-2], maps.shape[-1]


def resize_maps(
    maps: Tensor, shape: tuple[int, int], use_udp: bool = False
) -> Tensor:
    """Resize maps bilinearly.

    Args:
        maps (Tensor): (B, C, h, w).
        shape (tuple[int, int]): (H, W).
        use_udp (bool): Align the centres of the outermost cells, instead of
            the borders of the maps. Defaults to False.

    Returns:
        Tensor: (B, C, H, W), the input itself when nothing changes.
    """
    if map_shape(maps) == tuple(shape):
        return maps
    return F.interpolate(
        maps, size=tuple(shape), mode='bilinear', align_corners=use_udp
    )


def unflip_maps(
    maps: Tensor, flip_indices: Optional[Sequence[int]], num_keypoints: int
) -> Tensor:
    """Mirror maps of a mirrored image back.

    Args:
        maps (Tensor): (B, L*K, h, w), L outer; heatmaps have L = 1.
        flip_indices (Sequence[int], optional): K indices of the keypoints
            that take each other's place; None keeps the channels, as for
            tags that all keypoints share.
        num_keypoints (int): K.

    Returns:
        Tensor: (B, L*K, h, w) in the layout of the image that was not
        mirrored.
    """
    maps = maps.flip(-1)
    if flip_indices is None:
        return maps
    groups = maps.unflatten(1, (-1, num_keypoints))
    return groups[:, :, list(flip_indices)].flatten(1, 2)


def merge_levels(
    levels: Sequence[LevelOutput],
    heatmap_levels: Optional[Sequence[int]] = None,
    use_udp: bool = False,
) -> tuple[Tensor, list[Tensor]]:
    """Enlarge all levels to the last and average their heatmaps.

    Args:
        levels (Sequence[tuple[Tensor, Tensor | None]]): heatmaps (B, K, h, w)
            and tags (B, L*K, h, w) or None of each level.
        heatmap_levels (Sequence[int], optional): Levels to average. Defaults
            to all.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        tuple[Tensor, list[Tensor]]: heatmaps (B, K, H, W) and the tags of
        every level that has some, each (B, L*K, H, W).
    """
    shape = map_shape(levels[-1][0])
    chosen = range(len(levels)) if heatmap_levels is None else heatmap_levels
    heatmaps = torch.stack(
        [resize_maps(levels[i][0], shape, use_udp) for i in chosen]
    ).sum(0)
    tags = [resize_maps(t, shape, use_udp) for _, t in levels if t is not None]
    return heatmaps / len(chosen), tags
