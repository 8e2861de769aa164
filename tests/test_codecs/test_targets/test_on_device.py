"""Heatmaps drawn in torch against those of numpy."""

import numpy as np
import pytest
import torch
from helpers import KEYPOINTS, build_codec, codec_config, pack, random_people

from higherhrnet_plugin.codecs.targets import on_device
from higherhrnet_plugin.codecs.targets.on_device import draw_batch

COUNTS = [
    pytest.param((0,), id='nobody'),
    pytest.param((1,), id='one'),
    pytest.param((40,), id='many'),
    pytest.param((0, 3, 0, 7, 1), id='mixed'),
]
OPTIONS = [
    pytest.param({}, id='usual'),
    pytest.param(dict(levels=1), id='one level'),
    pytest.param(dict(levels=3, sigma=[1, 1.5, 3]), id='sigmas'),
    pytest.param(dict(input_size=(96, 64)), id='wide'),
    pytest.param(dict(input_size=(32, 128)), id='tall'),
]


def encode_both(counts, k, use_udp, **options):
    """Encode images both ways."""
    plain = build_codec(use_udp=use_udp, **options)
    deferred = build_codec(use_udp=use_udp, on_device=True, **options)
    rng = np.random.default_rng(sum(counts) + k)
    images = [random_people(rng, n, k, plain.input_size) for n in counts]
    for keypoints, _ in images:
        # neighbours whose windows overlap, and a broken point
        keypoints[1:2] = keypoints[:1] + 3
        keypoints[2:3, 0] = np.nan
    return (
        [plain.encode(*image) for image in images],
        [deferred.encode(*image) for image in images],
        plain,
    )


def draw(deferred, level):
    """Draw a level of all images from what was encoded."""
    cells = [torch.from_numpy(d['target_cells'][:, level]) for d in deferred]
    offsets = None
    if 'target_offsets' in deferred[0]:
        offsets = [
            torch.from_numpy(d['target_offsets'][:, level]) for d in deferred
        ]
    (levels,) = {x for d in deferred for x in d['target_levels']} or {None}
    return levels, lambda size, sigma: draw_batch(cells, offsets, size, sigma)


@pytest.mark.parametrize('options', OPTIONS)
@pytest.mark.parametrize('counts', COUNTS)
@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
@pytest.mark.parametrize('piece', [2**22, 1], ids=['at once', 'one by one'])
def test_heatmaps_equal_numpy(counts, options, use_udp, piece, monkeypatch):
    monkeypatch.setattr(on_device, '_PIECE', piece)
    plain, deferred, codec = encode_both(counts, 3, use_udp, **options)
    for level, size in enumerate(codec.heatmap_sizes):
        levels, drawer = draw(deferred, level)
        if levels is not None:
            assert levels.sizes == tuple(codec.heatmap_sizes)
            assert levels.sigmas == tuple(codec.sigma)
        found = drawer(size, codec.sigma[level])
        assert found.dtype == torch.float32
        expected = np.stack([p['heatmaps'][level] for p in plain])
        assert expected.any() == (sum(counts) > 0)
        if use_udp:
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
        else:
            np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize('k', KEYPOINTS)
@pytest.mark.parametrize('tag_levels', [0, (0, 1)])
def test_everything_else_stays(k, tag_levels):
    plain, deferred, _ = encode_both((0, 4), k, True, tag_levels=tag_levels)
    for a, b in zip(plain, deferred):
        assert 'heatmaps' not in b
        for name in ('keypoint_indices', 'keypoint_weights'):
            assert a[name].dtype == b[name].dtype
            np.testing.assert_array_equal(a[name], b[name])


@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
@pytest.mark.parametrize('n', [0, 5])
def test_samples_are_packed_and_small(n, use_udp):
    codec = codec_config((512, 512), on_device=True, use_udp=use_udp)
    rng = np.random.default_rng(0)
    sample = pack(*random_people(rng, n, 17, (512, 512)), codec)
    assert 'gt_fields' not in sample
    labels = sample.gt_instance_labels
    assert labels.target_cells.shape == (n, 2, 17, 3)
    assert labels.target_cells.dtype == torch.int32
    assert ('target_offsets' in labels) is use_udp
    if use_udp:
        assert labels.target_offsets.shape == (n, 2, 17, 2)
        assert labels.target_offsets.abs().max() <= 0.5 if n else True
    size = sum(
        value.numel() * value.element_size()
        for value in labels.values()
        if isinstance(value, torch.Tensor)
    )
    # 5.6 MB as heatmaps
    assert size < 6000
