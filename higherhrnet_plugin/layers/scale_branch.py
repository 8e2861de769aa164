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
        ValueError: If the kernel size is not odd.
    """
    if kernel_size < 1 or kernel_size % 2 == 0:
        raise ValueError(
            f'`scale_kernel` must be odd and positive, got {kernel_size}'
        )
    return nn.ModuleList(
        nn.Sequential(
            nn.Conv2d(width, num_keypoints, 1),
            build_norm_layer(norm_cfg, num_keypoints)[1],
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


def start_at_zero(layers: nn.ModuleList) -> None:
    """Let the branches begin with 0 everywhere, the plain targets.

    Args:
        layers (nn.ModuleList): Of :func:`make_scale_layers`, changed.
    """
    for branch in layers:
        *_, last = branch.children()
        for parameter in last.parameters():
            nn.init.zeros_(parameter)
