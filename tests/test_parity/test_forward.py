"""Network outputs equal those of the official network."""

import json
import zlib

import numpy as np
import pytest
import torch
from mmengine.runner import load_checkpoint
from mmpose.registry import MODELS

from higherhrnet_plugin import convert_state_dict


def official_weights(shapes, seed):
    """Make the tensors of the official state dict from their names."""
    weights = {}
    for name, shape in shapes:
        rng = np.random.RandomState((zlib.crc32(name.encode()) + seed) % 2**32)
        x = rng.standard_normal(shape).astype(np.float32)
        if name.endswith('num_batches_tracked'):
            value = np.array(7)
        elif name.endswith('running_var'):
            value = 1 + 0.1 * np.abs(x)
        elif name.endswith(('running_mean', 'bias')):
            value = 0.1 * x
        elif len(shape) == 1:
            value = 0.5 + 0.05 * x
        else:
            value = x * np.float32(np.sqrt(1 / np.prod(shape[1:])))
        weights[name] = torch.from_numpy(np.asarray(value))
    return weights


def build(width, k):
    channels = [width * 2**i for i in range(4)]

    def stage(branches, modules):
        return dict(
            num_modules=modules,
            num_branches=branches,
            block='BASIC',
            num_blocks=(4,) * branches,
            num_channels=tuple(channels[:branches]),
        )

    backbone = dict(
        type='HRNet',
        in_channels=3,
        extra=dict(
            stage1=dict(
                num_modules=1,
                num_branches=1,
                block='BOTTLENECK',
                num_blocks=(4,),
                num_channels=(64,),
            ),
            stage2=stage(2, 1),
            stage3=stage(3, 4),
            stage4=stage(4, 3),
        ),
    )
    head = dict(
        type='HigherHRNetHead',
        in_channels=width,
        deconv_channels=32 if width == 32 else 48,
        num_keypoints=k,
    )
    return MODELS.build(
        dict(type='BottomupPoseEstimator', backbone=backbone, head=head)
    ).eval()


@pytest.mark.parametrize(
    ('name', 'width', 'k'),
    [('w32_coco', 32, 17), ('w32_crowdpose', 32, 14), ('w48_coco', 48, 17)],
)
def test_outputs_equal_official(golden, name, width, k):
    if not (golden.folder / f'forward_{name}.npz').exists():
        pytest.skip(f'no figures of {name} in {golden.folder.name}')
    data = golden.arrays(f'forward_{name}')
    shapes = json.loads((golden.folder / 'state_dict_names.json').read_text())[
        name
    ]
    weights = official_weights(shapes, golden.seed)
    model = build(width, k)
    model.load_state_dict(convert_state_dict(weights), strict=True)
    with torch.no_grad():
        levels = model(torch.from_numpy(data['input']), None)
    for i, (heatmaps, tags) in enumerate(levels):
        ours = heatmaps if tags is None else torch.cat((heatmaps, tags), 1)
        official = data[f'output{i}']
        error = np.abs(ours.numpy() - official).max()
        assert error < 1e-4 * np.abs(official).max()


def test_names_of_mmpose_0x_load(tmp_path):
    model = build(32, 17)
    expected = {
        name: torch.full_like(value, i % 7)
        for i, (name, value) in enumerate(model.state_dict().items())
    }
    old = {
        f'keypoint_{name}' if name.startswith('head.') else name: value
        for name, value in expected.items()
    }
    torch.save({'state_dict': old}, tmp_path / 'old.pth')
    load_checkpoint(model, str(tmp_path / 'old.pth'), strict=True)
    for name, value in model.state_dict().items():
        assert torch.equal(value, expected[name])
