"""Gaussians as wide as people are large, against a plain loop."""

import math
import pickle

import numpy as np
import pytest
import torch
from helpers import build_codec, codec_config, random_people
from mmpose.registry import TRANSFORMS

from higherhrnet_plugin.codecs.targets import on_device
from higherhrnet_plugin.codecs.targets.on_device import draw_batch
from higherhrnet_plugin.codecs.targets.person_sizes import (
    person_scales,
    person_sigmas,
)

SIZE = (96, 64)
BOX = 48.0


def plain_heatmap(people, visible, sizes, level, base, use_udp, round_up):
    """Draw a level cell by cell, each person with a sigma of its own."""
    (w, h), k = level, people.shape[1]
    heatmap = np.zeros((k, h, w))
    for person, seen, size in zip(people, visible, sizes):
        sigma = max(size) / BOX * base
        sigma = max(math.ceil(sigma) if round_up else sigma, 0.25)
        radius = math.ceil(3 * sigma + 1)
        for kind in range(k):
            point = person[kind].astype(float)
            if use_udp:
                x = point[0] * (w - 1) / (SIZE[0] - 1)
                y = point[1] * (h - 1) / (SIZE[1] - 1)
                column, row = math.floor(x + 0.5), math.floor(y + 0.5)
            else:
                x = column = int(point[0] * w / SIZE[0])
                y = row = int(point[1] * h / SIZE[1])
            if not (seen[kind] and 0 <= column < w and 0 <= row < h):
                continue
            for i in range(max(row - radius, 0), min(row + radius + 1, h)):
                for j in range(
                    max(column - radius, 0), min(column + radius + 1, w)
                ):
                    square = (i - y) ** 2 + (j - x) ** 2
                    value = math.exp(-square / (2 * sigma**2))
                    heatmap[kind, i, j] = max(heatmap[kind, i, j], value)
    return heatmap


def some_people(n, k=3, seed=0):
    """Draw people inside the input, and the sizes of their boxes."""
    rng = np.random.default_rng(seed)
    people, visible = random_people(rng, n, k, SIZE, margin=0)
    return people, visible, rng.uniform(5, 90, (n, 2)).astype(np.float32)


@pytest.mark.parametrize('n', [0, 1, 5])
@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
@pytest.mark.parametrize('round_up', [False, True], ids=['exact', 'whole'])
def test_heatmaps_equal_the_loop(n, use_udp, round_up):
    people, visible, sizes = some_people(n)
    options = dict(
        input_size=SIZE,
        sigma=(1.5, 2),
        use_udp=use_udp,
        sigma_box_size=BOX,
        round_sigma=round_up,
    )
    codec = build_codec(**options)
    encoded = codec.encode(people, visible, person_sizes=sizes)
    later = build_codec(**options, on_device=True).encode(
        people, visible, person_sizes=sizes
    )
    for level, size in enumerate(codec.heatmap_sizes):
        expected = plain_heatmap(
            *(people, visible, sizes, size, codec.sigma[level]),
            *(use_udp, round_up),
        )
        found = encoded['heatmaps'][level]
        assert found.dtype == np.float32
        assert found.any() == (n > 0)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)
        cells, offsets, sigmas = (
            None if key not in later else [torch.tensor(later[key][:, level])]
            for key in ('target_cells', 'target_offsets', 'target_sigmas')
        )
        drawn = draw_batch(cells, offsets, size, sigmas)[0]
        np.testing.assert_allclose(drawn, expected, rtol=0, atol=1e-6)


def test_windows_in_pieces_are_the_same(monkeypatch):
    people, visible, sizes = some_people(6)
    later = build_codec(
        input_size=SIZE, on_device=True, sigma_box_size=BOX
    ).encode(people, visible, person_sizes=sizes)
    cells = [torch.tensor(later['target_cells'][:, 1])]
    sigmas = [torch.tensor(later['target_sigmas'][:, 1])]
    whole = draw_batch(cells, None, (48, 32), sigmas)
    monkeypatch.setattr(on_device, '_PIECE', 1)
    assert torch.equal(draw_batch(cells, None, (48, 32), sigmas), whole)


@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
def test_people_of_the_size_have_the_usual_targets(use_udp):
    people, visible, sizes = some_people(4)
    options = dict(input_size=SIZE, use_udp=use_udp)
    usual = build_codec(**options).encode(people, visible)
    sizes[:, 0], sizes[:, 1] = 10, BOX
    own = build_codec(**options, sigma_box_size=BOX).encode(
        people, visible, person_sizes=sizes
    )
    for a, b in zip(usual['heatmaps'], own['heatmaps']):
        np.testing.assert_array_equal(a, b)


def test_without_the_options_nothing_changes():
    people, visible, sizes = some_people(4)
    for on_device_ in (False, True):
        codec = build_codec(input_size=SIZE, on_device=on_device_)
        assert not codec.auxiliary_encode_keys
        one = codec.encode(people, visible)
        other = codec.encode(people, visible, person_sizes=sizes)
        assert one.keys() == other.keys()
        assert pickle.dumps(one) == pickle.dumps(other)
        assert not {'person_scales', 'target_sigmas'} & one.keys()


def test_a_box_without_size_is_narrow_and_finite():
    sizes = np.array([[0, 0], [0, 512], [1e4, 3]])
    spread = person_sigmas(sizes, 256, (2, 1))
    np.testing.assert_allclose(
        spread[..., 0], [[0.25, 0.25], [4, 2], [78.125, 39.0625]]
    )
    np.testing.assert_array_equal(spread[1, :, 1], [13, 7])
    np.testing.assert_array_equal(person_scales(sizes, (512, 512))[:2], 0)


def test_scales_are_shares_of_the_input():
    sizes = np.array([[512, 512], [128, 32], [1024, 1024]])
    scales = person_scales(sizes, (512, 512))
    assert scales.dtype == np.float32
    np.testing.assert_allclose(scales, [1, 0.125, 2])
    np.testing.assert_allclose(person_scales(sizes[:1], (1024, 256)), [1])


@pytest.mark.parametrize('option', ['sigma_box_size', 'person_scales'])
def test_missing_sizes_are_named(option):
    people, visible, sizes = some_people(2)
    codec = build_codec(input_size=SIZE, **{option: True})
    for wrong in (None, sizes[:1], sizes[:, 0]):
        with pytest.raises(ValueError, match=r'`person_sizes`.*\(2, 2\)'):
            codec.encode(people, visible, person_sizes=wrong)
    target = TRANSFORMS.build(
        dict(
            type='GenerateBottomupTarget',
            encoder=codec_config(SIZE, **{option: True}),
        )
    )
    results = dict(keypoints=people, keypoints_visible=visible)
    with pytest.raises(ValueError, match=r'BottomupAlignedAffine.*`bbox`'):
        target.transform(dict(results))
    # nobody has no box
    results['keypoints_visible'] = visible * 0
    assert target.transform(results)['heatmaps'][0].max() == 0


@pytest.mark.parametrize('size', [0, -1, float('nan')])
def test_sizes_that_cannot_be_are_refused(size):
    with pytest.raises(ValueError, match='`sigma_box_size`'):
        build_codec(input_size=SIZE, sigma_box_size=size)


def test_rounding_needs_sizes():
    with pytest.raises(ValueError, match=r'`round_sigma` .*`sigma_box_size`'):
        build_codec(input_size=SIZE, round_sigma=True)


@pytest.mark.parametrize('use_udp', [False, True], ids=['cells', 'udp'])
def test_boxes_are_measured_in_input_pixels(use_udp):
    side = 127 if use_udp else 128
    results = dict(
        img=np.zeros((256, 320, 3), np.uint8),
        bbox=np.array([[10, 20, 74, 148]], np.float32),
        bbox_score=np.ones(1),
    )
    affine = TRANSFORMS.build(
        dict(
            type='BottomupAlignedAffine',
            input_size=128,
            use_udp=use_udp,
            scale_factor=(2, 2),
            rotate_factor=45,
        )
    )
    np.random.seed(0)
    results = affine.transform(results)
    # the box itself is turned: the one around it is larger
    wide = results['bbox'][0, 2:] - results['bbox'][0, :2]
    expected = np.array([[64, 128]]) * side / 512
    np.testing.assert_allclose(results['person_sizes'], expected, rtol=1e-5)
    assert (wide > expected[0] + 1).any()
