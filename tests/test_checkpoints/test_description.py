"""What a file holds is told by its names and shapes."""

import json
from pathlib import Path

import pytest
import torch
from checkpoint_files import ORIGINS, build, imagenet, randomise

from higherhrnet_plugin.checkpoints import describe_weights

NAMES = json.loads(
    (
        Path(__file__).parents[1] / 'data/golden_small/state_dict_names.json'
    ).read_text()
)


@pytest.mark.parametrize(
    ('name', 'width', 'k', 'data_set', 'million'),
    [
        ('w32_coco', 32, 17, 'COCO', 28.6),
        ('w32_640_coco', 32, 17, 'COCO', 28.6),
        ('w48_coco', 48, 17, 'COCO', 63.8),
        ('w32_crowdpose', 32, 14, 'CrowdPose or AIC', 28.6),
        ('w48_crowdpose', 48, 14, 'CrowdPose or AIC', 63.8),
    ],
)
def test_official_files(name, width, k, data_set, million):
    listed = {key: torch.empty(s, device='meta') for key, s in NAMES[name]}
    found = describe_weights({f'1.{key}': v for key, v in listed.items()})
    # millions of parameters as published, to one digit
    assert round(found.num_parameters / 1e6, 1) == million
    assert found[:6] == ('official', width, k, k, 2, data_set)
    assert found.summary == (
        f'HigherHRNet-W{width} for {k} keypoints ({data_set})'
    )


@pytest.mark.parametrize('origin', ORIGINS)
def test_origins(origin):
    content = ORIGINS[origin](randomise(build(5, 8)))
    found = describe_weights(content.get('state_dict', content))
    name = {'official': 'official', 'mmpose': 'MMPose 0.x', 'plugin': 'plugin'}
    assert found.origin == name[origin.split('-')[0]]
    assert (found.width, found.num_keypoints) == (8, 5)
    assert found.summary == 'HigherHRNet-W8 for 5 keypoints'


def test_backbones():
    found = describe_weights(imagenet())
    assert found.origin == 'ImageNet backbone'
    assert (found.width, found.num_keypoints, found.num_levels) == (4, None, 0)
    assert found.summary == 'an HRNet-W4 of ImageNet without a pose head'
    bare = build(3).backbone.state_dict()
    assert describe_weights(bare).origin is None
    assert describe_weights(bare).summary == (
        'an HRNet-W4 without a pose head'
    )


@pytest.mark.parametrize(
    ('head', 'k', 'tags', 'levels', 'words'),
    [
        (dict(num_deconvs=0), None, None, 1, 'with 1 level'),
        (dict(num_deconvs=2), 17, 17, 3, '17 keypoints (COCO) with 3 levels'),
        (dict(tag_levels=(0, 1)), None, None, 2, 'with 2 levels'),
        (dict(tag_per_keypoint=False), 17, 1, 2, 'for 17 keypoints (COCO)'),
        (dict(tag_levels=(1,), tag_dim=2), 17, 34, 2, '17 keypoints (COCO)'),
    ],
)
def test_heads(head, k, tags, levels, words):
    found = describe_weights(build(17, head=head).state_dict())
    assert (found.num_keypoints, found.tag_channels) == (k, tags)
    assert found.num_levels == levels
    assert found.summary.endswith(words)


def test_whole_body():
    found = describe_weights(build(133).state_dict())
    assert found.data_set == 'COCO-WholeBody'


@pytest.mark.parametrize(
    'strange',
    [
        {},
        {3: torch.ones(1), None: 4},
        {'state_dict': {'a': torch.ones(1)}},
        {'head.final_layers.0.weight': torch.tensor(1.0)},
        {'final_layers.0.weight': 'text', 'stage4': torch.ones(3)},
        {
            'head.final_layers.0.bias': 1,
            'keypoint_head.final_layers.0.bias': 2,
        },
        {'stage4.0.branches.0.0.conv1.weight': torch.tensor(1)},
    ],
    ids=lambda strange: '-'.join(map(str, strange)) or 'empty',
)
def test_strange_dicts_do_not_crash(strange):
    found = describe_weights(strange)
    assert found.num_keypoints is None
    assert found.width is None
    assert found.data_set is None
    assert isinstance(found.summary, str)


def test_colliding_names_do_not_crash():
    found = describe_weights(
        {
            'head.final_layers.0.bias': torch.ones(1),
            'keypoint_head.final_layers.0.bias': torch.ones(1),
        }
    )
    assert found.num_levels == 0
    assert found.num_parameters == 2
