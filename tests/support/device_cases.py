"""Tests on the device of fake_device.py, which test_device.py runs.

They need a process of their own, as a device cannot be taken out of torch.
With ``HIGHERHRNET_DEVICE=cuda`` they run on that device, where nothing is
counted and sums may have another order.
"""

import os

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from helpers import assert_people, flip_indices, random_indices, random_scene
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import MODELS
from small_configs import TINY, load_small

from higherhrnet_plugin import (
    AggregatingBottomupDecoder,
    MultiResolutionAELoss,
    MultiResolutionHeatmapLoss,
)
from higherhrnet_plugin.codecs.targets.on_device import draw_batch

if os.environ.get('HIGHERHRNET_DEVICE', 'cpu') == 'cpu':
    from fake_device import DEVICE, Device, move, to_device, values_of
else:
    from real_device import DEVICE, Device, move, to_device, values_of

K = 5


def test_the_device_refuses_main_memory():
    with Device() as device:
        there = to_device(torch.arange(4.0))
        assert there.device.type == DEVICE.type
        with pytest.raises(RuntimeError, match='same device'):
            there + torch.ones(4)
        with pytest.raises((RuntimeError, TypeError)):
            there.numpy()
        # numbers and indices may come from there
        total = (there[torch.tensor([1, 3])] * torch.tensor(2.0)).sum()
        if device.counts:
            assert not device.waits
        assert float(total) == 8
        if device.counts:
            assert len(device.waits) == 1
        there += 1
        assert there.cpu().tolist() == [1, 2, 3, 4]
        if device.counts:
            assert device.downloads == [(4,)]


def outputs(shared, flips, scales, batch=2):
    """Draw what a network gives for a batch of people."""
    rng = np.random.default_rng(5)
    images = [random_scene(rng, 3, K, 1, (24, 32)) for _ in range(batch)]
    heat = torch.from_numpy(np.stack([heat for heat, _ in images])).float()
    tags = torch.from_numpy(np.stack([tags[0] for _, tags in images])).float()
    tags = tags[:, :1] if shared else tags
    finer = heat.repeat_interleave(2, 2).repeat_interleave(2, 3)
    if not Device.counts:
        # equal scores have another order there
        finer += 1e-3 * torch.from_numpy(rng.random(finer.shape)).float()
    levels = [(heat, tags), (finer, None)]
    mirrored = [
        (h[:, flip_indices(K)].flip(-1), None if t is None else t.flip(-1))
        for h, t in levels
    ]
    return [[levels, mirrored][:flips] for _ in scales]


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize(
    ('flips', 'scales', 'align'),
    [
        (1, (1,), False),
        (2, (1,), False),
        (2, (1,), True),
        (2, (0.5, 1), False),
    ],
    ids=str,
)
def test_people_equal_those_of_the_host(
    flips, scales, align, project, shared, use_udp
):
    decoder = AggregatingBottomupDecoder(
        tag_per_keypoint=not shared, use_udp=use_udp, align_flip=align
    )
    maps = outputs(shared, flips, scales)
    arguments = scales, (64, 48), flip_indices(K), project
    # in two steps, as tags are enlarged as a whole on a device, too
    host = decoder.aggregate(maps, *arguments)
    with Device():
        merged = decoder.aggregate(to_device(maps), *arguments)
    # tags are so close that the last bit of theirs may decide
    heatmaps, tags = map(values_of, merged)
    torch.testing.assert_close((heatmaps, tags), host)
    expected = decoder.find_people(heatmaps, tags)
    ratio = decoder.pixels_per_cell(heatmaps.shape[2:], (64, 48))
    with Device() as device:
        found = decoder.predict(to_device(maps), *arguments)
    assert len(found) == len(expected) == 2
    for ours, theirs in zip(found, expected):
        assert len(theirs.scores) >= 3
        assert not theirs.found.all()
        theirs = theirs._replace(keypoints=theirs.keypoints * ratio)
        assert_people(ours, theirs, 1e-6)
    if not device.counts:
        return
    # whether maps are finite, and of each image peaks and what was missing
    first, *others = device.downloads
    assert first == (2,)
    assert len(others) == 4
    assert all(rows <= 30 * K and columns < 200 for rows, columns in others)
    assert not device.waits


def test_maps_that_are_not_finite_are_decoded_by_the_host():
    decoder = AggregatingBottomupDecoder()
    maps = outputs(False, 1, (1,))
    heatmaps, tags = decoder.aggregate(maps, (1,), (64, 48))
    heatmaps[1, 0, 0, 0] = torch.nan
    with pytest.warns(UserWarning, match='not finite'):
        expected = decoder.find_people(heatmaps, tags)
    with Device() as device, pytest.warns(UserWarning, match='not finite'):
        found = decoder.find_people(to_device(heatmaps), to_device(tags))
    if device.counts:
        assert (K, 48, 64) in device.downloads
    for ours, theirs in zip(found, expected):
        assert_people(ours, theirs, 1e-6)


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
def test_targets_are_drawn_without_waiting(use_udp):
    rng = np.random.default_rng(6)
    counts, size = (2, 0, 3), (16, 12)
    cells = [
        torch.from_numpy(rng.integers(0, (*size, 2), (n, K, 3)))
        for n in counts
    ]
    offsets = None
    if use_udp:
        offsets = [torch.rand(n, K, 2) - 0.5 for n in counts]
    expected = draw_batch(cells, offsets, size, 2.0)
    with Device() as device:
        there = to_device((cells, offsets))
        found = draw_batch(*there, size, 2.0)
    assert expected.max() > 0.5
    torch.testing.assert_close(values_of(found), expected)
    if device.counts:
        assert not device.waits
        assert not device.downloads


def gradient(loss, values, *constants):
    """Return the sum of a loss's terms and its gradient."""
    values = values.requires_grad_()
    total = sum(loss(values, *constants))
    total.backward()
    return total.detach(), values.grad


@pytest.mark.parametrize('half', [False, True])
def test_losses_equal_those_of_the_host(half):
    rng = np.random.default_rng(8)
    kind = torch.bfloat16 if half else torch.float32
    heat = torch.from_numpy(rng.normal(size=(3, K, 12, 16))).to(kind)
    target, mask = torch.rand(3, K, 12, 16), torch.rand(3, 12, 16) > 0.2
    indices = random_indices(rng, (2, 0, 4), K, 12 * 16)

    def heatmap_loss(preds, targets, masks):
        return MultiResolutionHeatmapLoss()([preds], [targets], [masks])

    tag_loss = MultiResolutionAELoss()
    for loss, constants, waits in (
        (heatmap_loss, (target, mask), 0),
        # whether the first indices fit the maps
        (tag_loss, (indices,), 1),
        (tag_loss, (indices,), 0),
    ):
        expected = gradient(loss, heat.clone(), *constants)
        with Device() as device:
            found = gradient(
                loss, to_device(heat.clone()), *to_device(list(constants))
            )
        for ours, theirs in zip(found, expected):
            assert ours.dtype == theirs.dtype
            torch.testing.assert_close(values_of(ours), theirs)
        if device.counts:
            assert len(device.waits) == waits
            assert not device.downloads


def test_indices_beyond_the_maps_are_refused():
    loss = MultiResolutionAELoss()
    indices = [torch.full((1, K, 2), 16)]
    with Device(), pytest.raises(ValueError, match=r'reach from .* to 16'):
        loss(to_device(torch.zeros(1, K, 4, 4)), to_device(indices))


def build(cfg):
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    model.init_weights()
    return model


def step(model, batch):
    """Return losses and gradients of a training step."""
    model.zero_grad()
    data = model.data_preprocessor(batch, training=True)
    losses = model(**data, mode='loss')
    total, _ = model.parse_losses(losses)
    total.backward()
    gradients = {name: p.grad for name, p in model.named_parameters()}
    return {**losses, **gradients}


@pytest.mark.parametrize('drawn', [False, True], ids=['loader', 'head'])
def test_a_training_step_equals_that_of_the_host(drawn, tmp_path):
    people = write_data_set(tmp_path, people=(2, 1, 4))
    init_default_scope('mmpose')
    cfg = load_small(TINY, people, tmp_path / 'work')
    cfg.train_dataloader.dataset.codec.on_device = drawn
    np.random.seed(0)
    loader = Runner.build_dataloader(cfg.train_dataloader, seed=0)
    batch = next(iter(loader))
    results = []
    for place in (lambda model: model, move):
        with Device() as device:
            model = place(build(cfg).train())
            results.append(step(model, batch))
            if device.counts:
                device.waits.clear()
                step(model, batch)
                # the first one asked whether the indices of tags fit
                assert not device.waits
                assert not device.downloads
    host, there = results
    assert host['loss_heatmap_0'] > 0
    for name, expected in host.items():
        # algorithms for convolutions differ
        most = 0.0 if Device.counts else 1e-3 * expected.abs().max().item()
        torch.testing.assert_close(
            values_of(there[name]),
            expected,
            rtol=1e-4,
            atol=1e-6 + most,
            msg=name,
        )


@torch.no_grad()
def test_a_test_step_equals_that_of_the_host(tmp_path):
    people = write_data_set(tmp_path, people=(2, 1, 4))
    init_default_scope('mmpose')
    cfg = load_small(TINY, people, tmp_path / 'work')
    batch = next(iter(Runner.build_dataloader(cfg.val_dataloader, seed=0)))
    results = []
    for place in (lambda model: model, move):
        model = build(cfg).eval()
        for layer in model.head.final_layers:
            # high enough for peaks
            torch.nn.init.normal_(layer.weight)
        with Device():
            results.append(place(model).test_step(batch))
    assert len(results[0]) > 1
    for host, there in zip(*results):
        expected, found = host.pred_instances, there.pred_instances
        assert len(expected.keypoints) > 1
        for name in ('keypoints', 'keypoint_scores', 'tags'):
            np.testing.assert_allclose(
                found.get(name), expected.get(name), rtol=1e-4, atol=1e-4
            )
