"""Enlarging of network outputs to the aggregated maps, and mirroring back.

Note:
    - B: images, K: keypoints, L: tags of a keypoint
    - (h, w): size of a map, (H, W): size of the aggregated maps
    - Maps: tensors, or arrays of numpy, which need no torch

Source: HigherHRNet, section 3.4, and ``get_multi_stage_outputs`` and
``aggregate_results`` in ``lib/core/inference.py`` of the official code; with
UDP, of MMPose 0.x.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import numpy as np

from .array_resizing import resize_array
from .tags import TagLevel

# tensors or arrays; which of them is told at run time
Maps = Any


class TagSource(NamedTuple):
    """Tags of a level as the network gives them, and how to enlarge them.

    Attributes:
        maps (Maps): (B, L*K, h, w), L outer, or (B, L, h, w) when shared.
        last (tuple[int, int]): (h, w) of the last level, to which the tags
            are enlarged first.
        mirrored (bool): Whether they show the mirrored image.
        swap (Sequence[int], optional): K indices of the keypoints that take
            each other's place; None keeps the channels.
        shift (float): Cells of the last level by which they move to the
            left once they are mirrored back.
    """

    maps: Any
    last: tuple[int, int]
    mirrored: bool = False
    swap: Optional[Sequence[int]] = None
    shift: float = 0.0


def map_shape(maps: Maps) -> tuple[int, int]:
    """Return (h, w) of maps (..., h, w)."""
    return maps.shape[-2], maps.shape[-1]


def on_host(maps: Maps) -> bool:
    """Tell whether maps are in main memory."""
    return isinstance(maps, np.ndarray) or maps.device.type == 'cpu'


def to_array(maps: Maps) -> np.ndarray:
    """Bring maps to numpy, float32."""
    if isinstance(maps, np.ndarray):
        return maps.astype(np.float32, copy=False)
    return maps.detach().float().cpu().numpy()


def resize_maps(
    maps: Any, shape: tuple[int, int], use_udp: bool = False
) -> Any:
    """Resize maps bilinearly.

    Args:
        maps (Maps): (B, C, h, w).
        shape (tuple[int, int]): (H, W).
        use_udp (bool): Align the centres of the outermost cells, instead of
            the borders of the maps. Defaults to False.

    Returns:
        Maps: (B, C, H, W), the input itself when nothing changes.
    """
    if map_shape(maps) == tuple(shape):
        return maps
    if isinstance(maps, np.ndarray):
        return resize_array(maps, shape, use_udp)
    # late, as arrays do without
    import torch.nn.functional as F

    return F.interpolate(
        maps, size=tuple(shape), mode='bilinear', align_corners=use_udp
    )


def mean_maps(maps: Sequence[Any]) -> Any:
    """Average maps of one shape.

    Args:
        maps (Sequence[Maps]): S times (B, C, h, w).

    Returns:
        Maps: (B, C, h, w).
    """
    if isinstance(maps[0], np.ndarray):
        return np.mean(maps, axis=0, dtype=np.float32)
    import torch

    return torch.stack(list(maps)).mean(0)


def join_channels(maps: Sequence[Any]) -> Any:
    """Put the channels of maps of one size behind one another.

    Args:
        maps (Sequence[Maps]): (B, C_i, h, w).

    Returns:
        Maps: (B, sum of C_i, h, w).
    """
    if isinstance(maps[0], np.ndarray):
        return np.concatenate(maps, axis=1)
    import torch

    return torch.cat(list(maps), dim=1)


def unflip_maps(maps: Any, swap: Optional[Sequence[int]]) -> Any:
    """Mirror maps of a mirrored image back.

    Args:
        maps (Maps): (B, L*K, h, w), L outer; heatmaps have L = 1.
        swap (Sequence[int], optional): K indices of the keypoints that take
            each other's place; None keeps the channels, as for tags that
            all keypoints share.

    Returns:
        Maps: (B, L*K, h, w) in the layout of the image that was not
        mirrored.
    """
    maps = swap_channels(maps, swap)
    if isinstance(maps, np.ndarray):
        return np.ascontiguousarray(maps[..., ::-1])
    return maps.flip(-1)


def shift_maps(maps: Any, cells: float) -> Any:
    """Move maps to the left by part of a cell, linearly.

    Args:
        maps (Maps): (..., h, w).
        cells (float): How far, in [0, 1].

    Returns:
        Maps: (..., h, w), cell i is ``(1 - cells) * maps[i] + cells *
        maps[i + 1]``; the last one stays. The input itself for 0.
    """
    if not cells:
        return maps
    moved = maps * (1 - cells)
    moved[..., :-1] += maps[..., 1:] * cells
    moved[..., -1] += maps[..., -1] * cells
    return moved


def swap_channels(maps: Any, swap: Optional[Sequence[int]]) -> Any:
    """Swap the channels of left and right keypoints, cells unchanged."""
    if swap is None:
        return maps
    batch, channels, height, width = maps.shape
    shape = batch, channels // len(swap), len(swap), height, width
    return maps.reshape(shape)[:, :, list(swap)].reshape(maps.shape)


def enlarge_tags(
    source: TagSource, shape: tuple[int, int], use_udp: bool = False
) -> Any:
    """Enlarge the tags of a level to the image, through the last level.

    Args:
        source (TagSource): The tags.
        shape (tuple[int, int]): (H, W).
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.

    Returns:
        Maps: (B, L*K, H, W), or (B, L, H, W) when shared.
    """
    tags = resize_maps(source.maps, source.last, use_udp)
    if source.mirrored:
        tags = shift_maps(unflip_maps(tags, source.swap), source.shift)
    return resize_maps(tags, shape, use_udp)


def axis_weights(
    size: int,
    last: int,
    final: int,
    mirrored: bool = False,
    use_udp: bool = False,
    by_torch: bool = True,
    shift: float = 0.0,
) -> np.ndarray:
    """Return what :func:`enlarge_tags` does along one axis, as a matrix.

    Args:
        size (int): Cells of the level, h or w.
        last (int): Cells of the last level.
        final (int): Cells of the aggregated maps, H or W.
        mirrored (bool): Whether the axis is mirrored back. Defaults to False.
        use_udp (bool): As in :func:`resize_maps`. Defaults to False.
        by_torch (bool): Whether as with tensors, or with arrays, whose
            weights may differ in the last bit. Defaults to True.
        shift (float): As in :class:`TagSource`. Defaults to 0.

    Returns:
        np.ndarray: float32 (final, size); enlarged = weights @ tags.
    """
    unit: Any = np.eye(size, dtype=np.float32)[None, None]
    if by_torch:
        import torch

        unit = torch.from_numpy(unit)
    maps = resize_maps(unit, (size, last), use_udp)
    # mirrored maps need no other treatment than plain ones along an axis
    maps = shift_maps(unflip_maps(maps, None), shift) if mirrored else maps
    maps = resize_maps(maps, (size, final), use_udp)
    return np.ascontiguousarray(to_array(maps)[0, 0].T)


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
    for maps, last, mirrored, swap, shift in sources:
        height, width = map_shape(maps)
        how = use_udp, not isinstance(maps, np.ndarray)
        weights = (
            axis_weights(height, last[0], shape[0], False, *how),
            axis_weights(width, last[1], shape[1], mirrored, *how, shift),
        )
        tags = swap_channels(to_array(maps), swap)
        levels.append([TagLevel(tag, *weights) for tag in tags])
    return [list(image) for image in zip(*levels)]
