"""Losses of heatmaps, whatever the width of their targets follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import torch.nn.functional as F
from torch import Tensor

from ..losses.adaptive import scales_from_tags
from ..losses.utils import at_least_float32

Level = tuple[Tensor, Optional[Tensor]]


def heatmap_losses(
    loss: Any,
    outputs: Sequence[Level],
    targets: Sequence[Tensor],
    masks: Sequence[Tensor],
    groups: int,
    branches: Optional[Sequence[Tensor]] = None,
) -> dict[str, Tensor]:
    """Compute and name the losses of the heatmaps of all levels.

    Args:
        loss (Any): The heatmap loss, with or without a ``sigma``.
        outputs (Sequence[tuple[Tensor, Tensor | None]]): heatmaps
            (B, K, h, w) and tags (B, L*G, h, w), L outer, or None, of every
            level.
        targets (Sequence[Tensor]): (B, K, h, w) of every level.
        masks (Sequence[Tensor]): (B, h, w) of every level.
        groups (int): G, keypoints with tags of their own, or 1.
        branches (Sequence[Tensor], optional): (B, K, h, w) of every level,
            what the head has learned of widths.

    Returns:
        dict[str, Tensor]: ``loss_heatmap_{level}``, and with branches
        ``loss_sigma_{level}``, scalars.
    """
    arguments = [heatmaps for heatmaps, _ in outputs], targets, masks
    if branches is not None:
        found = loss(*arguments, branches)
    elif getattr(loss, 'sigma', 'fixed') == 'tags':
        found = loss(*arguments, read_tag_scales(outputs, groups))
    else:
        found = loss(*arguments)
    named = {f'loss_heatmap_{i}': value for i, value in enumerate(found)}
    if branches is not None:
        held = loss.sigma_losses(branches, targets, masks)
        named.update({f'loss_sigma_{i}': v for i, v in enumerate(held)})
    return named


def read_tag_scales(outputs: Sequence[Level], groups: int) -> list[Tensor]:
    """Tell at every cell of every level how large a person seems.

    Args:
        outputs (Sequence[tuple[Tensor, Tensor | None]]): As in
            :func:`heatmap_losses`. The first tags are read.
        groups (int): G.

    Returns:
        list[Tensor]: float (B, G, h, w) of every level, in (0, 1), without
        gradient.
    """
    tags = next(tags for _, tags in outputs if tags is not None)
    scales = scales_from_tags(at_least_float32(tags), groups)
    return [
        F.interpolate(scales, maps.shape[2:], mode='bilinear')
        for maps, _ in outputs
    ]
