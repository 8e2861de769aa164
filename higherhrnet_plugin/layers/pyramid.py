"""Layers of the pyramid, with the modules named as officially."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import build_norm_layer
from mmpose.models.backbones.resnet import BasicBlock
from torch import nn

# kernel -> (padding, output padding) that give exactly twice the size
_PADDING = {4: (1, 0), 3: (1, 1), 2: (0, 0)}


def make_deconv_block(
    in_channels: int,
    out_channels: int,
    kernel_size: int,
    num_blocks: int,
    norm_cfg: dict[str, Any],
    with_cp: bool = False,
) -> nn.Sequential:
    """Make a transposed convolution (x2) followed by residual blocks.

    Parameter names equal those below ``deconv_layers.{i}`` of the official
    ``PoseHigherResolutionNet`` (``lib/models/pose_higher_hrnet.py``).

    Args:
        in_channels (int): Channels of the input (B, C, h, w).
        out_channels (int): Channels of the output (B, C', 2h, 2w).
        kernel_size (int): 2, 3 or 4.
        num_blocks (int): Residual blocks after it.
        norm_cfg (dict): Normalisation layer.
        with_cp (bool): Recompute the blocks in the backward pass to save
            memory. Defaults to False.

    Returns:
        nn.Sequential: the layers.

    Raises:
        ValueError: If the kernel size is none of the three.
    """
    if kernel_size not in _PADDING:
        raise ValueError(
            f'`deconv_kernel` must be one of {sorted(_PADDING)}, got '
            f'{kernel_size}'
        )
    padding, output_padding = _PADDING[kernel_size]
    upsample = nn.Sequential(
        nn.ConvTranspose2d(
            in_channels,
            out_channels,
            kernel_size,
            stride=2,
            padding=padding,
            output_padding=output_padding,
            bias=False,
        ),
        build_norm_layer(norm_cfg, out_channels)[1],
        nn.ReLU(inplace=True),
    )
    blocks = [
        nn.Sequential(
            BasicBlock(
                out_channels, out_channels, norm_cfg=norm_cfg, with_cp=with_cp
            )
        )
        for _ in range(num_blocks)
    ]
    return nn.Sequential(upsample, *blocks)


def make_pyramid(
    in_channels: int,
    level_channels: Sequence[int],
    concat_channels: Sequence[int],
    final_kernel: int,
    deconv: dict[str, Any],
) -> tuple[nn.ModuleList, nn.ModuleList]:
    """Make the layers of all levels.

    Args:
        in_channels (int): Channels of the feature map (B, C, h, w).
        level_channels (Sequence[int]): Output channels of every level.
        concat_channels (Sequence[int]): How many outputs of a level the
            deconvolution after it sees beside the features, for every level
            but the last.
        final_kernel (int): Kernel of the last convolution of a level, 1 or 3.
        deconv (dict): Arguments of :func:`make_deconv_block` but the first.

    Returns:
        tuple[nn.ModuleList, nn.ModuleList]: the last convolution of every
        level, and the deconvolution before every level but the first.

    Raises:
        ValueError: If ``final_kernel`` is neither 1 nor 3.
    """
    if final_kernel not in (1, 3):
        raise ValueError(f'`final_kernel` is 1 or 3, got {final_kernel}')
    final_layers, deconv_layers = nn.ModuleList(), nn.ModuleList()
    channels = in_channels
    for level, out_channels in enumerate(level_channels):
        if level:
            channels += concat_channels[level - 1]
            deconv_layers.append(make_deconv_block(channels, **deconv))
            channels = deconv['out_channels']
        final_layers.append(
            nn.Conv2d(
                channels,
                out_channels,
                final_kernel,
                padding=final_kernel // 2,
            )
        )
    return final_layers, deconv_layers
