"""Doubling of the resolution, with the modules named as officially."""

from __future__ import annotations

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
