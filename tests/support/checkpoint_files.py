"""Small networks, and their weights as files of every origin."""

import contextlib
import logging
import pickle
from collections import OrderedDict
from pathlib import Path

import torch
from mmengine.logging import MMLogger
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from torch import nn

import higherhrnet_plugin  # noqa: F401


def hrnet(width=4, **options):
    """Configure an HRNet with two modules in its last stage."""
    channels = tuple(width * (i + 1) for i in range(4))

    def stage(branches, modules=1):
        return dict(
            num_modules=modules,
            num_branches=branches,
            block='BASIC',
            num_blocks=(1,) * branches,
            num_channels=channels[:branches],
        )

    stage1 = dict(stage(1), block='BOTTLENECK', num_channels=(4,))
    extra = dict(
        stage1=stage1,
        stage2=stage(2),
        stage3=stage(3),
        stage4=dict(stage(4, 2), **options),
    )
    return dict(type='HRNet', extra=extra)


def config(k=17, width=4, backbone=None, head=None, **options):
    """Configure a small estimator."""
    return dict(
        type='MultiScaleBottomupPoseEstimator',
        backbone=backbone or hrnet(width),
        head=dict(
            type='HigherHRNetHead',
            **{
                'in_channels': width,
                'num_keypoints': k,
                'num_blocks': 1,
                **(head or {}),
            },
        ),
        data_preprocessor=dict(type='PoseDataPreprocessor'),
        **options,
    )


def build(*args, **options):
    """Build a small estimator as mmengine leaves it: not initialised."""
    with DefaultScope.overwrite_default_scope('mmpose'):
        return MODELS.build(config(*args, **options))


def randomise(model, seed=0):
    """Fill every tensor of a model with other values; return a copy."""
    generator = torch.Generator().manual_seed(seed)
    for i, value in enumerate(model.state_dict().values()):
        if value.is_floating_point():
            value.copy_(torch.rand(value.shape, generator=generator) + 0.5)
        else:
            value.fill_(i + seed)
    return {name: v.clone() for name, v in model.state_dict().items()}


def official(weights):
    """Name our tensors as officially."""
    return {name.split('.', 1)[1]: value for name, value in weights.items()}


def mmpose_0x(weights):
    """Name our tensors as MMPose 0.x."""
    return {
        f'keypoint_{name}' if name.startswith('head.') else name: value
        for name, value in weights.items()
    }


def below(prefix, weights):
    """Put names below a prefix."""
    return {prefix + name: value for name, value in weights.items()}


# what a file of each origin contains, made of our tensors
ORIGINS = {
    'official': official,
    'official-fp16': lambda w: below('1.', official(w)),
    'official-parallel': lambda w: below('module.', official(w)),
    'official-parallel-fp16': lambda w: below('module.1.', official(w)),
    'official-fp16-parallel': lambda w: below('1.module.', official(w)),
    'official-training': lambda w: {
        'epoch': 3,
        'model': 'pose_higher_hrnet',
        'state_dict': below('module.', official(w)),
        'best_state_dict': official(w),
        'perf': 0.5,
        'optimizer': {'state': {}, 'param_groups': []},
    },
    'mmpose-0x': lambda w: {
        'meta': {'epoch': 300},
        'state_dict': OrderedDict(mmpose_0x(w)),
    },
    'mmpose-0x-parallel': lambda w: below('module.', mmpose_0x(w)),
    'plugin': lambda w: {'meta': {}, 'state_dict': dict(w)},
    'plugin-plain': dict,
    'plugin-parallel': lambda w: below('module.', w),
}


def imagenet(seed=0, width=4):
    """Make weights of a classifier with the same backbone, by bare names."""
    backbone = MODELS.build(hrnet(width, multiscale_output=True))
    weights = randomise(backbone, seed)
    classifier = nn.ModuleDict(
        {
            'incre_modules': nn.ModuleList([nn.Conv2d(4, 8, 1)]),
            'downsamp_modules': nn.ModuleList([nn.Conv2d(8, 8, 3)]),
            'final_layer': nn.Sequential(nn.Conv2d(8, 8, 1)),
            'classifier': nn.Linear(8, 10),
        }
    )
    return {**weights, **classifier.state_dict()}


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self):
        return Path.touch, (self.trace,)


def write_bomb(path, trace):
    """Write a checkpoint that would run code; return its path."""
    weights = {'backbone.conv1.weight': torch.ones(1), 'meta': Bomb(trace)}
    torch.save({'state_dict': weights}, path, pickle_module=pickle)
    return path


def same(ours, expected):
    """Tell whether two state dicts hold the same bits."""
    return ours.keys() == expected.keys() and all(
        torch.equal(value, expected[name]) for name, value in ours.items()
    )


@contextlib.contextmanager
def collect_log():
    """Collect the messages that mmengine logs."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = MMLogger.get_current_instance()
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
