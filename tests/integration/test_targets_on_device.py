"""Heatmaps drawn by the head train as those of the data pipeline do."""

import copy

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from helpers import codec_config, pack, packed_samples, random_people
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import MODELS
from small_configs import CONFIGS, TINY, load_small

import higherhrnet_plugin  # noqa: F401
from higherhrnet_plugin.models.heads import training_targets

UDP = next(path for path in CONFIGS if 'w32_udp-8xb24' in path.name)


def train_once(cfg, on_device):
    """Train one step with the config's own pipeline, loader and model.

    Returns the losses, the gradients and the packed samples.
    """
    cfg = copy.deepcopy(cfg)
    # the one switch
    cfg.train_dataloader.dataset.codec.on_device = on_device
    init_default_scope('mmpose')
    torch.manual_seed(0)
    np.random.seed(0)
    model = MODELS.build(cfg.model).train()
    model.init_weights()
    loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
    batch = next(iter(loader))
    batch = model.data_preprocessor(batch, training=True)
    losses = model(**batch, mode='loss')
    total, _ = model.parse_losses(losses)
    total.backward()
    return (
        {name: loss.detach() for name, loss in losses.items()},
        {name: p.grad for name, p in model.named_parameters()},
        batch['data_samples'],
    )


@pytest.mark.parametrize('path', [TINY, UDP], ids=['cells', 'udp'])
def test_a_train_step_is_the_same(path, tmp_path):
    people = write_data_set(tmp_path, people=(2, 1, 4))
    cfg = load_small(path, people, tmp_path / 'work')
    if path is UDP:
        # HRNet-W32 is too slow for a test
        cfg.model.backbone = load_small(TINY, people, tmp_path).model.backbone
        cfg.model.head.in_channels = 24
    plain, gradients, samples = train_once(cfg, False)
    drawn, drawn_gradients, drawn_samples = train_once(cfg, True)
    assert plain['loss_heatmap_0'] > 0
    assert plain['loss_push'] > 0
    exact = path is TINY
    for name, value in plain.items():
        if exact:
            assert torch.equal(drawn[name], value), name
        torch.testing.assert_close(drawn[name], value, rtol=1e-6, atol=1e-7)
    for name, value in gradients.items():
        if exact:
            assert torch.equal(drawn_gradients[name], value), name
        scale = value.abs().max()
        # targets that differ by one rounding each
        assert (drawn_gradients[name] - value).abs().max() <= 5e-5 * scale
    # nothing large has travelled
    assert all('heatmaps' in s.gt_fields for s in samples)
    assert not any('heatmaps' in s.get('gt_fields', {}) for s in drawn_samples)
    assert any('heatmap_mask' in s.get('gt_fields', {}) for s in drawn_samples)


def read(samples, k=3, levels=((8, 8), (16, 16)), num_tag_levels=1):
    """Read targets for a head with levels (w, h)."""
    maps = [torch.zeros(len(samples), k, h, w) for w, h in levels]
    return training_targets.read_targets(samples, maps, num_tag_levels)


@pytest.mark.parametrize('counts', [(0, 0), (1, 0, 6), (40, 2)], ids=str)
@pytest.mark.parametrize('k', [3, 17, 133])
@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
def test_targets_equal_those_of_the_pipeline(counts, k, use_udp):
    plain, drawn = (
        read(
            packed_samples(
                counts, k, codec_config(use_udp=use_udp, on_device=on_device)
            ),
            k,
        )
        for on_device in (False, True)
    )
    for a, b in zip(plain[0], drawn[0]):
        assert a.shape == b.shape
        assert a.any() == (max(counts) > 0)
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6 * use_udp)
    for a, b in zip(plain[1], drawn[1]):
        assert torch.equal(a, b)
    for a, b in zip(plain[2], drawn[2]):
        assert all(torch.equal(x, y) for x, y in zip(a, b))


def test_masks_may_be_left_out():
    samples = packed_samples((1, 2, 0), 3, codec_config(on_device=True))
    rng = np.random.default_rng(0)
    mask = [rng.random((1, s, s)) > 0.5 for s in (8, 16)]
    people = random_people(rng, 2, 3, (32, 32))
    samples[1] = pack(*people, codec_config(on_device=True), heatmap_mask=mask)
    _, masks, _ = read(samples)
    for found, expected in zip(masks, mask):
        assert found.dtype == torch.bool
        assert found[0].all()
        np.testing.assert_array_equal(found[1], expected[0])
        assert found[2].all()


@pytest.mark.parametrize(
    ('codec', 'other', 'k', 'words'),
    [
        pytest.param(
            dict(on_device=True),
            dict(),
            3,
            'some samples.*`on_device`',
            id='only some',
        ),
        pytest.param(
            dict(on_device=True),
            dict(on_device=True, sigma=3),
            3,
            'different targets.*2.0.*3.0.*`codec`',
            id='two codecs',
        ),
        pytest.param(
            dict(on_device=True, levels=3),
            None,
            3,
            r'\(8, 8\), \(16, 16\)\].*\(32, 32\)\].*`heatmap_sizes`',
            id='levels',
        ),
        pytest.param(
            dict(on_device=True, input_size=(64, 32)),
            None,
            3,
            r'\(8, 8\).*\(16, 8\).*`input_size`',
            id='size',
        ),
        pytest.param(
            dict(on_device=True), None, 5, '3 keypoints.* is 5', id='keypoints'
        ),
        pytest.param(
            dict(on_device=True, tag_levels=(0, 1)),
            None,
            3,
            '2 tag levels.* 1;.*`tag_levels`',
            id='tag levels',
        ),
        pytest.param(
            dict(on_device=True, use_udp=True),
            dict(on_device=True),
            3,
            'some samples.*`use_udp`',
            id='udp of some',
        ),
    ],
)
def test_disagreement_is_named(codec, other, k, words):
    samples = packed_samples((3,), 3, codec_config(**codec))
    other = codec if other is None else other
    samples += packed_samples((3,), 3, codec_config(**other))
    with pytest.raises(ValueError, match=words):
        read(samples, k)
