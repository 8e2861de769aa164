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
from typing import NamedTuple, Optional

import torch
import torch.nn.functional as F
from torch import Tensor

LevelOutput = tuple[Tensor, Optional[Tensor]]
Outputs = Sequence[Sequence[Sequence[LevelOutput]]]


class TagSource(NamedTuple):
    """Tags of a level as the network gives them, and the way to the image.

    Attributes:
        maps (Tensor): (B, L*K, h, w), L outer, or (B, L, h, w) when shared.
        last (tuple[int, int]): (h, w) of the last level, to which the tags
            are enlarged first.
        mirrored (bool): Whether they show the mirrored image.
        swap (Sequence[int], optional): K indices of the keypoints that take
            each other's place; None keeps the channels.
    """

    maps: Tensor
    last: tuple[int, int]
    mirrored: bool = False
    swap: Optional[Sequence[int]] = None


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


def unflip_maps(maps: Tensor, swap: Optional[Sequence[int]]) -> Tensor:
    """Mirror maps of a mirrored image back.

    Args:
        maps (Tensor): (B, L*K, h, w), L outer; heatmaps have L = 1.
        swap (Sequence[int], optional): K indices of the keypoints that take
            each other's place; None keeps the channels, as for tags that
            all keypoints share.

    Returns:
        Tensor: (B, L*K, h, w) in the layout of the image that was not
        mirrored.
    """
    return swap_channels(maps, swap).flip(-1)


def swap_channels(maps: Tensor, swap: Optional[Sequence[int]]) -> Tensor:
    """Exchange keypoints, without a move of cells, as `unflip_maps` does."""
    if swap is None:
        return maps
    groups = maps.unflatten(1, (-1, len(swap)))
    return groups[:, :, list(swap)].flatten(1, 2)


def merge_levels(
    levels: Sequence[LevelOutput],
    heatmap_levels: Optional[Sequence[int]] = None,
    use_udp: bool = False,
) -> tuple[Tensor, list[TagSource]]:
    """Enlarge all levels to the last and average their heatmaps.

    Args:
        levels (Sequence[tuple[Tensor, Tensor | None]]): heatmaps (B, K, h, w)
            and tags (B, L*K, h, w) or None of each level.
        heatmap_levels (Sequence[int], optional): Levels to average. Defaults
            to all.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        tuple[Tensor, list[TagSource]]: heatmaps (B, K, H, W) and the tags of
        every level that has some, not enlarged yet.
    """
    shape = map_shape(levels[-1][0])
    chosen = range(len(levels)) if heatmap_levels is None else heatmap_levels
    resized = [resize_maps(levels[i][0], shape, use_udp) for i in chosen]
    tags = [TagSource(t, shape) for _, t in levels if t is not None]
    if len(resized) == 1:
        return resized[0], tags
    return sum(resized[2:], resized[0] + resized[1]).div_(len(resized)), tags


def merge_flips(
    flips: Sequence[Sequence[LevelOutput]],
    flip_indices: Optional[Sequence[int]],
    heatmap_levels: Optional[Sequence[int]] = None,
    tag_per_keypoint: bool = True,
    use_udp: bool = False,
) -> tuple[Tensor, list[TagSource]]:
    """Average heatmaps over levels and flips, and collect all tags.

    Args:
        flips (Sequence): Levels of the plain image and, with a flip test, of
            the mirrored one, as in :func:`merge_levels`.
        flip_indices (Sequence[int], optional): K indices of mirrored
            keypoints; needed with a flip test.
        heatmap_levels (Sequence[int], optional): Levels to average.
        tag_per_keypoint (bool): Whether mirrored tags are exchanged, too.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        tuple[Tensor, list[TagSource]]: heatmaps (B, K, H, W) and tags, plain
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
    mirrored = unflip_maps(mirrored, flip_indices)
    swap = flip_indices if tag_per_keypoint else None
    tags += [s._replace(mirrored=True, swap=swap) for s in sources]
    return (heatmaps + mirrored).div_(2), tags


def enlarge_tags(
    source: TagSource, shape: tuple[int, int], use_udp: bool = False
) -> Tensor:
    """Bring the tags of a level to the image, by way of the last level.

    Args:
        source (TagSource): The tags.
        shape (tuple[int, int]): (H, W).
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        Tensor: (B, L*K, H, W), or (B, L, H, W) when shared.
    """
    tags = resize_maps(source.maps, source.last, use_udp)
    if source.mirrored:
        tags = unflip_maps(tags, source.swap)
    return resize_maps(tags, shape, use_udp)


def axis_weights(
    size: int,
    last: int,
    final: int,
    mirrored: bool = False,
    use_udp: bool = False,
) -> Tensor:
    """Return what :func:`enlarge_tags` does along one axis, as a matrix.

    Args:
        size (int): Cells of the level, h or w.
        last (int): Cells of the last level.
        final (int): Cells of the aggregated maps, H or W.
        mirrored (bool): Whether the axis is mirrored back. Defaults to False.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        Tensor: float32 (final, size); enlarged = weights @ tags.
    """
    unit = torch.eye(size)[None, None]
    maps = resize_maps(unit, (size, last), use_udp)
    # mirrored maps need no other treatment than plain ones along an axis
    maps = maps.flip(-1) if mirrored else maps
    return resize_maps(maps, (size, final), use_udp)[0, 0].T.contiguous()
