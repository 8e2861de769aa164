"""Layers that estimate how wide targets should be, in training alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import build_norm_layer
from torch import nn


def make_scale_layers(
    channels: Sequence[int],
    num_keypoints: int,
    kernel_size: int,
    norm_cfg: dict[str, Any],
) -> nn.ModuleList:
    """Make the branch of every level.

    Source: scale-adaptive heatmap regression (Luo et al., CVPR 2021), section
    3.2. Parameters are named as below ``conv_scale_layers`` of its files.

    Args:
        channels (Sequence[int]): Channels of the features (B, C, h, w) of
            every level.
        num_keypoints (int): K, channels of the output (B, K, h, w).
        kernel_size (int): Of the depthwise convolution, odd.
        norm_cfg (dict): Normalisation layer.

    Returns:
        nn.ModuleList: one branch for each level.

    Raises:
        ValueError: If the kernel size is not odd, or the normalisation does
            not take K channels.
    """
    check_scale_kernel(kernel_size)
    return nn.ModuleList(
        nn.Sequential(
            nn.Conv2d(width, num_keypoints, 1),
            _make_norm(norm_cfg, num_keypoints),
            nn.ReLU(inplace=True),
            nn.Conv2d(
                num_keypoints,
                num_keypoints,
                kernel_size,
                padding=kernel_size // 2,
                groups=num_keypoints,
            ),
        )
        for width in channels
    )


def check_scale_kernel(kernel_size: int) -> None:
    """Check the kernel of the branches.

    Args:
        kernel_size (int): ``scale_kernel`` of the head.

    Raises:
        ValueError: If it is not odd.
    """
    if not (kernel_size >= 1 and kernel_size % 2 == 1):
        raise ValueError(
            f'`scale_kernel` must be odd and positive, got {kernel_size}'
        )


def _make_norm(norm_cfg: dict[str, Any], num_keypoints: int) -> nn.Module:
    """Make the normalisation of K channels."""
    try:
        layer: nn.Module = build_norm_layer(norm_cfg, num_keypoints)[1]
    except ValueError as error:
        raise ValueError(
            f'`norm_cfg` {dict(norm_cfg)} of the head does not fit its '
            "`scale_layers`, the branch of `sigma='learned'`, which has one "
            f'channel for each of {num_keypoints} keypoints: {error}; use '
            "dict(type='BN'), or a number of groups that divides both"
        ) from error
    return layer


def start_at_zero(layers: nn.ModuleList) -> None:
    """Let the branches begin with 0 everywhere, the plain targets.

    Args:
        layers (nn.ModuleList): Of :func:`make_scale_layers`, changed.
    """
    for branch in layers:
        *_, last = branch.children()
        for parameter in last.parameters():
            nn.init.zeros_(parameter)
