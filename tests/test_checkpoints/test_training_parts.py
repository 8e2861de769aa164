"""Files with branches that only training needs."""

import pytest
import torch
from checkpoint_files import build, official, randomise, same

from higherhrnet_plugin.checkpoints import (
    OutputLayout,
    WeightsError,
    convert_state_dict,
    describe_weights,
    match_weights,
    to_official_names,
    transfer_weights,
)
from higherhrnet_plugin.checkpoints.architecture import build_reference

LEARNED = dict(heatmap_loss=dict(sigma='learned'))
BRANCH = 'head.scale_layers.'


def published(weights):
    """Name tensors as SWAHR's files do: ``conv_scale_layers.{l}.{0,1,3}``."""
    return {
        name.replace('scale_layers.', 'conv_scale_layers.'): value
        for name, value in official(weights).items()
    }


@pytest.mark.parametrize('wrapped', ['', 'module.', 'module.1.'])
def test_published_names(wrapped):
    weights = randomise(build(head=LEARNED), 1)
    file = {wrapped + n: v for n, v in published(weights).items()}
    assert f'{wrapped}conv_scale_layers.1.3.weight' in file
    assert same(convert_state_dict(file), weights)
    model = build(head=LEARNED)
    model.load_state_dict(file)
    assert same(model.state_dict(), weights)
    assert to_official_names(weights).keys() == published(weights).keys()
    # a network without branches has no use for them
    plain = build()
    plain.load_state_dict(file)
    kept = {n: v for n, v in weights.items() if not n.startswith(BRANCH)}
    assert same(plain.state_dict(), kept)


def test_a_file_without_branches_does_not_fit_a_training_with():
    with pytest.raises(WeightsError, match=r'18 missing|missing: head.scale'):
        build(head=LEARNED).load_state_dict(randomise(build()))


@pytest.mark.parametrize(
    'head',
    [
        LEARNED,
        dict(LEARNED, num_deconvs=2, scale_kernel=3),
        dict(LEARNED, num_deconvs=0),
        dict(tag_dim=8, concat_tags=False),
        dict(concat_outputs=False),
    ],
    ids=str,
)
def test_a_complete_file_is_known_by_its_tensors(head):
    weights = randomise(build(head=head))
    match_weights(build_reference(weights), weights)
    lost = [n for n in weights if n.startswith('head.') and 'bias' in n][-1]
    del weights[lost]
    with pytest.raises(ValueError, match=lost):
        match_weights(build_reference(weights), weights)


def test_a_description_counts_keypoints_and_tags():
    found = describe_weights(published(randomise(build(head=LEARNED))))
    assert (found.num_keypoints, found.tag_channels) == (17, 17)
    assert found.num_levels == 2
    assert found.origin == 'official'
    found = describe_weights(randomise(build(head=dict(tag_dim=8))))
    assert (found.num_keypoints, found.tag_channels) == (17, 136)


@pytest.mark.parametrize('source', [{}, LEARNED], ids=['without', 'with'])
@pytest.mark.parametrize('target', [{}, LEARNED], ids=['none', 'some'])
def test_a_start_from_other_keypoints(source, target):
    old = randomise(build(5, head=source), 1)
    new = randomise(build(3, head=target), 2)
    layout = OutputLayout(3, 1, True, (0,), 2, True)
    result = transfer_weights(old, new, layout, [*'abcde'], [*'dxa'])
    assert result.state_dict.keys() == new.keys()
    branches = {n for n in new if n.startswith(BRANCH)}
    assert bool(branches) == bool(target)
    for name in branches:
        found, fresh = result.state_dict[name], new[name]
        if not source:
            assert torch.equal(found, fresh)
        elif fresh.ndim:
            expected = fresh.clone()
            expected[0], expected[2] = old[name][3], old[name][0]
            assert torch.equal(found, expected)
    assert set(result.kept) >= {n for n in new if n.startswith('backbone')}


def test_a_start_that_sees_heatmaps_alone():
    head = dict(tag_dim=2, concat_tags=False)
    old, new = (
        randomise(build(k, head=head), seed) for k, seed in ((5, 1), (3, 2))
    )
    layout = OutputLayout(3, 2, True, (0,), 2, True, concat_tags=False)
    result = transfer_weights(old, new, layout, [*'abcde'], [*'dxa'])
    name = 'head.deconv_layers.0.0.0.weight'
    expected = new[name].clone()
    expected[:4] = old[name][:4]
    expected[4], expected[6] = old[name][4 + 3], old[name][4]
    assert torch.equal(result.state_dict[name], expected)
    with pytest.raises(ValueError, match='more than 5 keypoints'):
        transfer_weights(old, new, layout._replace(concat_tags=True))
