"""Enlarging of network outputs to the aggregated maps, and mirroring back.

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

from .tags import TagLevel


class TagSource(NamedTuple):
    """Tags of a level as the network gives them, and how to enlarge them.

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
    """Swap the channels of left and right keypoints, cells unchanged."""
    if swap is None:
        return maps
    groups = maps.unflatten(1, (-1, len(swap)))
    return groups[:, :, list(swap)].flatten(1, 2)


def enlarge_tags(
    source: TagSource, shape: tuple[int, int], use_udp: bool = False
) -> Tensor:
    """Enlarge the tags of a level to the image, through the last level.

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


def read_tag_levels(
    sources: Sequence[TagSource], shape: tuple[int, int], use_udp: bool
) -> list[list[TagLevel]]:
    """Bring the tags of a batch to numpy, without enlarging them.

    Args:
        sources (Sequence[TagSource]): Tags of B images in main memory.
        shape (tuple[int, int]): (H, W).
        use_udp (bool): As in :func:`resize_maps`.

    Returns:
        list[list[TagLevel]]: of every image the tags of each level.
    """
    levels = []
    for maps, last, mirrored, swap in sources:
        height, width = map_shape(maps)
        weights = (
            axis_weights(height, last[0], shape[0], False, use_udp).numpy(),
            axis_weights(width, last[1], shape[1], mirrored, use_udp).numpy(),
        )
        tags = swap_channels(maps.detach().float(), swap).numpy()
        levels.append([TagLevel(tag, *weights) for tag in tags])
    return [list(image) for image in zip(*levels)]
