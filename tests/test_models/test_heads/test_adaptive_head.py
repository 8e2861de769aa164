"""Switches of the head: what they add, and that they add nothing to a test."""

import pytest
import torch
from helpers import codec_config, flip_indices, packed_samples
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample

from higherhrnet_plugin.models.heads import head_options
from higherhrnet_plugin.models.heads.heatmap_losses import read_tag_scales

LEARNED = dict(heatmap_loss=dict(sigma='learned'))
TAGS = dict(
    tag_dim=4,
    heatmap_loss=dict(sigma='tags', weight='coupled'),
    tag_loss=dict(scale_weight=1e-4),
)


def build(seed=0, **options):
    torch.manual_seed(seed)
    head = MODELS.build(
        dict(
            type='HigherHRNetHead',
            in_channels=4,
            num_keypoints=3,
            num_blocks=1,
            **options,
        )
    )
    head.init_weights()
    return head


def features(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, 4, 8, 8, generator=generator)


def samples(counts=(2, 1), **options):
    codec = codec_config(**options)
    packed = packed_samples(counts, 3, codec)
    for sample, n in zip(packed, counts):
        labels = sample.gt_instance_labels
        labels.person_scales = torch.linspace(0.1, 0.9, n)
    return packed


@pytest.mark.parametrize('options', [LEARNED, TAGS], ids=['learned', 'tags'])
@pytest.mark.parametrize('counts', [(2, 3), (0, 0), (0, 1)], ids=str)
@pytest.mark.parametrize('on_device', [False, True])
def test_losses_are_named_and_finite(options, counts, on_device):
    head = build(**options)
    found = head.loss(features(), samples(counts, on_device=on_device))
    names = {'loss_heatmap_0', 'loss_heatmap_1', 'loss_pull', 'loss_push'}
    if options is LEARNED:
        names |= {'loss_sigma_0', 'loss_sigma_1'}
    else:
        names |= {'loss_scale'}
    assert set(found) == names
    sum(found.values()).backward()
    for value in [*found.values(), *(p.grad for p in head.parameters())]:
        # no parameter is left out, as distributed training asks for
        assert value is not None
        assert value.isfinite().all()


def test_learned_widths_begin_as_drawn():
    head, plain = build(**LEARNED), build()
    shared = plain.state_dict().keys()
    own = head.state_dict()
    branch = own.keys() - shared
    assert branch == {
        f'scale_layers.{level}.{part}'
        for level in range(2)
        for part in (
            *('0.weight', '0.bias', '3.weight', '3.bias'),
            *('1.weight', '1.bias', '1.running_mean', '1.running_var'),
            '1.num_batches_tracked',
        )
    }
    assert own['scale_layers.0.3.weight'].shape == (3, 1, 9, 9)
    plain.load_state_dict({name: own[name] for name in shared})
    found = head.loss(features(), samples())
    expected = plain.loss(features(), samples())
    for name in expected:
        torch.testing.assert_close(found[name], expected[name])
    assert found['loss_sigma_0'] == found['loss_sigma_1'] == 0


@pytest.mark.parametrize('more', [[], [dict(type='Normal', layer='Conv2d')]])
@pytest.mark.parametrize('branches', [True, False])
def test_a_file_is_the_start_and_the_rest_begins_as_ever(
    tmp_path, branches, more
):
    file = build(**(LEARNED if branches else {}))
    for value in file.parameters():
        value.data.fill_(7)
    weights = tmp_path / 'head.pth'
    torch.save(file.state_dict(), weights)
    start = dict(type='Pretrained', checkpoint=str(weights))
    head = build(**LEARNED, tag_init_std=1.0, init_cfg=[start, *more])
    assert head.init_cfg == [start, *more]
    found = dict(head.named_parameters())
    for name in dict(file.named_parameters()):
        assert (found.pop(name) == 7).all(), name
    # of a file without branches
    for name, value in found.items():
        if name.endswith(('.3.weight', '.3.bias')):
            assert (value == 0).all(), name
    assert bool(found) is not branches


def test_a_second_start_changes_nothing():
    head = build(**LEARNED, tag_init_std=1.0)
    for value in head.parameters():
        value.data.fill_(7)
    head.init_weights()
    assert all((value == 7).all() for value in head.parameters())


def test_branches_learn():
    head = build(**LEARNED)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)
    start = {n: p.detach().clone() for n, p in head.named_parameters()}
    for _ in range(2):
        optimizer.zero_grad()
        sum(head.loss(features(), samples()).values()).backward()
        optimizer.step()
    still = {
        name
        for name, value in head.named_parameters()
        if torch.equal(start[name], value)
    }
    # a normalisation takes away what is added before it
    assert still <= {f'scale_layers.{level}.0.bias' for level in range(2)}
    assert head.loss(features(), samples())['loss_sigma_1'] > 0


def test_branches_do_not_run_in_a_test():
    head = build(**LEARNED).eval()
    for branch in head.scale_layers:
        branch.register_forward_hook(lambda *_: pytest.fail('it ran'))
    plain = build().eval()
    state = head.state_dict()
    plain.load_state_dict({n: state[n] for n in plain.state_dict()})
    for ours, theirs in zip(head(features()), plain(features())):
        assert torch.equal(ours[0], theirs[0])
    sample = PoseDataSample(
        metainfo=dict(input_size=(32, 32), flip_indices=flip_indices(3))
    )
    both = [features(1)[:1], features(2)[:1]]
    head.predict(both, [sample], test_cfg=dict(flip_test=True))
    with pytest.raises(pytest.fail.Exception, match='it ran'):
        head.loss(features(), samples())


@pytest.mark.parametrize('kernel', [1, 5])
def test_kernel_of_the_branch(kernel):
    head = build(scale_kernel=kernel, num_deconvs=2, **LEARNED)
    branches = []
    levels = head(features(), branches)
    assert [b.shape for b in branches] == [maps.shape for maps, _ in levels]
    with pytest.raises(ValueError, match=r'`scale_kernel`.*4'):
        build(scale_kernel=4, **LEARNED)


def test_a_normalisation_that_does_not_fit_the_branches():
    groups = dict(norm_cfg=dict(type='GN', num_groups=4))
    build(**groups)
    with pytest.raises(
        ValueError, match=r"`norm_cfg` .*'GN'.*`scale_layers`.* 3 keypoints"
    ):
        build(**groups, **LEARNED)


def test_the_next_level_may_see_heatmaps_alone():
    head = build(tag_dim=8, concat_tags=False).eval()
    assert head.deconv_layers[0][0][0].weight.shape[0] == 4 + 3
    usual = build(tag_dim=8)
    assert usual.deconv_layers[0][0][0].weight.shape[0] == 4 + 3 + 24
    with torch.no_grad():
        head.deconv_layers[0][0][0].weight.normal_()
        finest = head(features())[1][0]
        # tags change nothing, heatmaps do
        head.final_layers[0].bias[3:] += 1
        assert torch.equal(head(features())[1][0], finest)
        head.final_layers[0].bias[:3] += 1
        assert not torch.equal(head(features())[1][0], finest)


def test_scales_of_the_next_level_are_enlarged():
    head = build(**TAGS)
    outputs = head(features())
    coarse, fine = read_tag_scales(outputs, 3)
    assert coarse.shape == (2, 3, 8, 8)
    assert fine.shape == (2, 3, 16, 16)
    # halfway between the centres of two cells, a quarter of the way
    expected = 0.75 * coarse[..., 0, 0] + 0.25 * coarse[..., 0, 1]
    torch.testing.assert_close(fine[..., 0, 1], expected)
    assert not fine.requires_grad


def test_sizes_must_be_there():
    head = build(**TAGS)
    packed = samples()
    packed[1].gt_instance_labels.pop('person_scales')
    with pytest.raises(ValueError, match=r'`codec.person_scales=True`'):
        head.loss(features(), packed)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(heatmap_loss=dict(sigma='tags')), '`tag_dim` is 1; 8'),
        (
            dict(tag_loss=dict(scale_weight=1e-4)),
            '`scale_weight` .* is 0.0001, .*`tag_dim` 1 .*8',
        ),
    ],
    ids=['widths', 'scales'],
)
def test_sizes_that_tags_do_not_tell(options, words):
    with pytest.raises(ValueError, match=words):
        build(**options)


@pytest.mark.parametrize('scale_weight', [0, 1e-4])
def test_widths_by_tags_that_nothing_teaches(scale_weight, monkeypatch):
    told = []
    monkeypatch.setattr(
        head_options, 'print_log', lambda text, *more: told.append(text)
    )
    build(
        tag_dim=8,
        heatmap_loss=dict(sigma='tags'),
        tag_loss=dict(scale_weight=scale_weight),
    )
    assert len(told) == (scale_weight == 0)
    assert all('`scale_weight`' in text for text in told)
