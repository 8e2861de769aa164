"""The network that a complete file would hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from mmpose.models.backbones import HRNet
from torch import Tensor, nn

from ..layers import make_pyramid, make_scale_layers

_BRANCH = 'backbone.stage{}.0.branches'
# what only training needs
_BRANCHES = 'head.scale_layers'


def build_reference(state_dict: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Make the state dict of the HigherHRNet that a file seems to hold.

    The numbers of modules, blocks and channels are read from the tensors.
    Where some are missing, the result has them, so that a comparison tells
    whether a file is complete.

    Args:
        state_dict (Mapping[str, Tensor]): Tensors by our names.

    Returns:
        dict[str, Tensor]: all tensors of that network, without values (on
        the device ``meta``).

    Raises:
        ValueError: If it is no HRNet with the head of HigherHRNet.
    """
    try:
        extra = _read_hrnet(state_dict)
        pyramid = _read_pyramid(state_dict)
        with torch.device('meta'):
            model = nn.Module()
            model.backbone = HRNet(extra)
            model.head = nn.Module()
            layers = make_pyramid(**pyramid)
            model.head.final_layers, model.head.deconv_layers = layers
            if _count(state_dict, _BRANCHES):
                model.head.scale_layers = make_scale_layers(
                    **_read_branches(state_dict, pyramid)
                )
    except (KeyError, IndexError, ValueError) as error:
        raise ValueError(
            'this is no HRNet with the head of HigherHRNet, or tensors are '
            f'missing that tell its size ({error})'
        ) from error
    return model.state_dict()


def _count(state_dict: Mapping[str, Tensor], prefix: str) -> int:
    """Count the parts ``{prefix}.0``, ``{prefix}.1``, ... to the last."""
    start = f'{prefix}.'
    parts = {
        n[len(start) :].split('.')[0]
        for n in state_dict
        if n.startswith(start)
    }
    return max((int(p) for p in parts if p.isdecimal()), default=-1) + 1


def _read_hrnet(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    """Read the argument ``extra`` of mmpose's HRNet."""
    stem = 'backbone.layer1'
    extra = {
        'stage1': {
            'num_modules': 1,
            'num_branches': 1,
            'block': 'BOTTLENECK',
            'num_blocks': (_count(state_dict, stem),),
            'num_channels': (len(state_dict[f'{stem}.0.conv1.weight']),),
        }
    }
    for stage in (2, 3, 4):
        branch = _BRANCH.format(stage)
        branches = range(_count(state_dict, branch))
        extra[f'stage{stage}'] = {
            'num_modules': _count(state_dict, f'backbone.stage{stage}'),
            'num_branches': len(branches),
            'block': 'BASIC',
            'num_blocks': tuple(
                _count(state_dict, f'{branch}.{b}') for b in branches
            ),
            'num_channels': tuple(
                len(state_dict[f'{branch}.{b}.0.conv1.weight'])
                for b in branches
            ),
        }
    return extra


def _read_pyramid(state_dict: Mapping[str, Tensor]) -> dict[str, Any]:
    """Read the arguments of the head's layers."""
    final, deconv = 'head.final_layers', 'head.deconv_layers'
    levels = range(_count(state_dict, final))
    weights = [state_dict[f'{final}.{level}.weight'] for level in levels]
    options: dict[str, Any] = {}
    concat = []
    if _count(state_dict, deconv):
        first = state_dict[f'{deconv}.0.0.0.weight']
        # what a deconvolution sees beside the features of its level
        concat = [
            len(state_dict[f'{deconv}.{level}.0.0.weight']) - width
            for level, width in enumerate(w.shape[1] for w in weights[:-1])
        ]
        options = {
            'out_channels': first.shape[1],
            'kernel_size': first.shape[2],
            'num_blocks': _count(state_dict, f'{deconv}.0') - 1,
            'norm_cfg': {'type': 'BN'},
        }
    return {
        'in_channels': weights[0].shape[1],
        'level_channels': [len(weight) for weight in weights],
        'concat_channels': concat,
        'final_kernel': weights[0].shape[2],
        'deconv': options,
    }


def _read_branches(
    state_dict: Mapping[str, Tensor], pyramid: Mapping[str, Any]
) -> dict[str, Any]:
    """Read the arguments of the branches of training."""
    more = len(pyramid['level_channels']) - 1
    width = pyramid['deconv'].get('out_channels')
    last = state_dict[f'{_BRANCHES}.0.3.weight']
    return {
        'channels': [pyramid['in_channels'], *[width] * more],
        'num_keypoints': last.shape[0],
        'kernel_size': last.shape[2],
        'norm_cfg': {'type': 'BN'},
    }
