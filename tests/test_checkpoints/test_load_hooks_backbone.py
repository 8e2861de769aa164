"""A backbone starts from files of every origin, strictly."""

import pytest
import torch
from checkpoint_files import (
    ORIGINS,
    build,
    collect_log,
    hrnet,
    imagenet,
    official,
    randomise,
    same,
)
from mmpose.registry import MODELS


@pytest.fixture
def log():
    with collect_log() as lines:
        yield lines


def start(file, **options):
    """Initialise a model whose backbone starts from a file."""
    backbone = dict(
        options.pop('backbone', None) or hrnet(),
        init_cfg=dict(type='Pretrained', checkpoint=file),
    )
    model = build(3, backbone=backbone, **options)
    model.init_weights()
    return model


@pytest.mark.parametrize('origin', ORIGINS)
def test_backbone_of_pose_networks(save, log, origin):
    expected = randomise(build(17))
    model = start(save(ORIGINS[origin](expected)))
    ours = {f'backbone.{n}': v for n, v in model.backbone.state_dict().items()}
    assert same(ours, {n: expected[n] for n in ours})
    head = len(expected) - len(ours)
    line = f'no use for {head} tensors of the file, which is harmless: head ('
    assert len([text for text in log if line in text]) == 1


@pytest.mark.parametrize('prefix', ['', 'module.', '1.', 'backbone.'])
@pytest.mark.parametrize('nested', [False, True])
def test_backbone_of_a_classifier(save, log, prefix, nested):
    weights = imagenet()
    content = {prefix + name: value for name, value in weights.items()}
    model = start(save({'state_dict': content} if nested else content))
    found = model.backbone.state_dict()
    assert same(found, {name: weights[name] for name in found})
    (line,) = [text for text in log if 'has no use for' in text]
    assert 'classifier (2)' in line
    assert f'{len(weights) - len(found)} tensors' in line
    # a backbone that keeps all resolutions wants their fusion
    model = start(save(content), backbone=hrnet(multiscale_output=True))
    found = model.backbone.state_dict()
    assert len(found) == len(weights) - 8
    assert same(found, {name: weights[name] for name in found})


def test_backbone_by_prefix_and_another_backbone(save):
    expected = randomise(build(17))
    backbone = hrnet()
    backbone['init_cfg'] = dict(
        type='Pretrained', checkpoint=save(expected), prefix='backbone.'
    )
    model = build(3, backbone=backbone)
    model.init_weights()
    found = model.backbone.state_dict()
    assert same(found, {n: expected[f'backbone.{n}'] for n in found})

    resnet = dict(type='ResNet', depth=18, out_indices=(0,))
    file = randomise(MODELS.build(resnet))
    content = {**file, 'fc.weight': torch.ones(2, 2), 'fc.bias': torch.ones(2)}
    model = start(save(content), backbone=resnet, head=dict(in_channels=64))
    assert same(model.backbone.state_dict(), file)


def test_backbone_that_does_not_fit(save):
    wide = save(official(build(17, 6).state_dict()))
    words = 'Take a file of W4, or a config with an HRNet of W6'
    with pytest.raises(ValueError, match=words):
        start(wide)
    with pytest.raises(ValueError, match=words):
        start(save(imagenet(width=6)))
    incomplete = imagenet()
    del incomplete['stage2.0.branches.0.0.conv1.weight']
    with pytest.raises(
        ValueError, match=r'1 missing: backbone\.stage2\.0\.branches'
    ):
        start(save(incomplete))
    start(save(incomplete), strict_load=False)
