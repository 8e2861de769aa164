"""Names of all origins become ours, and official again."""

import json
from pathlib import Path

import pytest
import torch
from checkpoint_files import ORIGINS, build, imagenet, official, randomise
from mmengine.config import Config
from mmengine.registry import DefaultScope
from mmpose.registry import MODELS
from small_configs import ROOT

from higherhrnet_plugin.checkpoints import (
    convert_state_dict,
    select_backbone,
    to_official_names,
)

NAMES = json.loads(
    (
        Path(__file__).parents[1] / 'data/golden_small/state_dict_names.json'
    ).read_text()
)
CONFIGS = {
    'w32_coco': 'coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512',
    'w32_640_coco': 'coco/ae_higherhrnet-w32_8xb16-300e_coco-640x640',
    'w48_coco': 'coco/ae_higherhrnet-w48_8xb16-300e_coco-640x640',
    'w32_crowdpose': (
        'crowdpose/ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512'
    ),
    'w48_crowdpose': (
        'crowdpose/ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640'
    ),
}


def shapes(state_dict):
    return {name: list(value.shape) for name, value in state_dict.items()}


def test_every_official_list_has_a_config():
    assert CONFIGS.keys() == NAMES.keys()


@pytest.mark.parametrize('name', NAMES)
def test_official_files_fit_the_shipped_configs(name):
    folder = ROOT / 'configs/body_2d_keypoint/associative_embedding'
    cfg = Config.fromfile(folder / f'{CONFIGS[name]}.py')
    scope = DefaultScope.overwrite_default_scope('mmpose')
    with scope, torch.device('meta'):
        model = MODELS.build(cfg.model)
    ours = model.state_dict()
    listed = {key: torch.empty(s, device='meta') for key, s in NAMES[name]}
    assert len(listed) == 1810
    assert shapes(convert_state_dict(listed)) == shapes(ours)
    assert shapes(to_official_names(ours)) == dict(map(tuple, NAMES[name]))


@pytest.mark.parametrize('origin', ORIGINS)
def test_every_origin_becomes_ours(origin):
    ours = randomise(build(3))
    content = ORIGINS[origin](ours)
    source = content.get('state_dict', content)
    before = dict(source)
    converted = convert_state_dict(source)
    assert converted.keys() == ours.keys()
    assert all(converted[name] is value for name, value in ours.items())
    assert dict(source) == before


def test_official_names_are_the_inverse():
    ours = randomise(build(3))
    theirs = to_official_names(ours)
    assert theirs == official(ours)
    assert convert_state_dict(theirs) == ours
    with pytest.raises(ValueError, match=r'neck\.conv\.weight'):
        to_official_names({**ours, 'neck.conv.weight': torch.ones(1)})
    with pytest.raises(ValueError, match=r'head\.fc\.weight'):
        to_official_names({'head.fc.weight': torch.ones(1)})


def test_a_prefix_of_some_names_is_no_wrapper():
    mixed = {'1.weight': torch.ones(1), '0.weight': torch.ones(1)}
    assert list(convert_state_dict(mixed)) == [
        'backbone.1.weight',
        'backbone.0.weight',
    ]
    assert convert_state_dict({}) == {}


def test_names_that_collide_or_are_no_text_are_refused():
    twice = {
        'backbone.a': 0,
        'keypoint_head.final_layers.0.bias': torch.ones(1),
        'head.final_layers.0.bias': torch.ones(1),
    }
    with pytest.raises(ValueError, match='mixes names of several origins'):
        convert_state_dict(twice)
    with pytest.raises(ValueError, match='one is 5'):
        convert_state_dict({5: torch.ones(1)})


def test_half_precision_is_kept():
    half = {'1.conv1.weight': torch.ones(2, dtype=torch.float16)}
    (value,) = convert_state_dict(half).values()
    assert value.dtype == torch.float16


@pytest.mark.parametrize('prefix', ['', 'module.', '1.', 'backbone.'])
def test_backbone_of_a_classifier(prefix):
    file = imagenet()
    backbone = build(3).backbone.state_dict()
    kept, ignored = select_backbone(
        {prefix + name: value for name, value in file.items()}, backbone
    )
    assert kept.keys() == backbone.keys()
    assert all(kept[name] is file[name] for name in kept)
    fused = [n for n in file if n.startswith('stage4.1.fuse_layers.')]
    surplus = [n for n in fused if n not in backbone]
    assert len(surplus) > 20
    assert ignored == {
        'stage4.1.fuse_layers': len(surplus),
        'incre_modules': 2,
        'downsamp_modules': 2,
        'final_layer': 2,
        'classifier': 2,
    }


def test_backbone_of_a_pose_network_and_unknown_tensors():
    weights = randomise(build(3))
    names = [n.split('.', 1)[1] for n in weights if n.startswith('backbone')]
    head = len(weights) - len(names)
    file = {**official(weights), 'stage5.weight': torch.ones(1)}
    kept, ignored = select_backbone(file, names)
    assert ignored == {'head': head}
    # only what is known to be harmless is left out
    assert kept.keys() == {*names, 'stage5.weight'}
    # a missing fusion is not called surplus
    lacks = [n for n in names if 'stage4.1.fuse_layers' not in n]
    kept, ignored = select_backbone(file, lacks)
    assert kept.keys() == {*names, 'stage5.weight'}
