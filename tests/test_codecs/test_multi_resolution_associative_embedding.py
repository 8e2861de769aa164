"""Targets against a loop over every cell."""

import numpy as np
import pytest
import torch
from helpers import (
    KEYPOINTS,
    PEOPLE,
    build_codec,
    codec_config,
    pack,
    random_people,
    reference_targets,
)
from mmpose.structures import MultilevelPixelData

from higherhrnet_plugin import (
    AggregatingBottomupDecoder,
    MultiResolutionAssociativeEmbedding,
)


def compare(codec, keypoints, visible):
    """Compare all levels with the reference, to the bit."""
    encoded = codec.encode(keypoints, visible)
    assert len(encoded['heatmaps']) == len(codec.heatmap_sizes)
    indices = []
    for level, size in enumerate(codec.heatmap_sizes):
        heatmaps, index = reference_targets(
            keypoints, visible, codec.input_size, size, int(codec.sigma[level])
        )
        assert encoded['heatmaps'][level].dtype == np.float32
        np.testing.assert_array_equal(encoded['heatmaps'][level], heatmaps)
        indices.append(index)
    expected = np.stack([indices[i] for i in codec.tag_levels], axis=1)
    if len(codec.tag_levels) == 1:
        expected = expected[:, 0]
    assert encoded['keypoint_indices'].dtype == np.int64
    np.testing.assert_array_equal(encoded['keypoint_indices'], expected)
    weights = indices[codec.tag_levels[0]][..., 1]
    assert encoded['keypoint_weights'].dtype == np.float32
    np.testing.assert_array_equal(encoded['keypoint_weights'], weights)
    return encoded


@pytest.mark.parametrize('n', PEOPLE)
@pytest.mark.parametrize('k', KEYPOINTS)
def test_random_people(n, k):
    rng = np.random.default_rng(n * 1000 + k)
    codec = build_codec(input_size=(64, 32))
    # the reference is slow for hundreds of windows
    n = min(n, 200 // k)
    compare(codec, *random_people(rng, n, k, (64, 32)))


@pytest.mark.parametrize(
    'options',
    [
        pytest.param(dict(levels=1), id='one level'),
        pytest.param(dict(levels=3), id='three levels'),
        pytest.param(dict(levels=3, sigma=[1, 2, 3]), id='sigma per level'),
        pytest.param(dict(tag_levels=1), id='tags at 1/2'),
        pytest.param(dict(levels=3, tag_levels=(2, 0)), id='tags at two'),
        pytest.param(dict(input_size=(96, 64)), id='wide'),
        pytest.param(dict(input_size=(32, 128)), id='tall'),
    ],
)
def test_options(options):
    rng = np.random.default_rng(3)
    codec = build_codec(**options)
    compare(codec, *random_people(rng, 6, 3, codec.input_size))


def test_a_stride_of_three():
    codec = MultiResolutionAssociativeEmbedding((96, 48), [(32, 16)], sigma=1)
    keypoints = np.arange(-3, 99, 0.5, dtype=np.float32)
    keypoints = np.stack((keypoints, keypoints / 2), axis=-1)[:, None]
    compare(codec, keypoints, np.ones(keypoints.shape[:2]))


# in cells of the level at 1/4: (position, cell or None)
BORDERS = [
    (-1.5, None),
    (-1.0, None),
    (-0.5, 0),
    (0.0, 0),
    (0.99, 0),
    (1.0, 1),
    (6.5, 6),
    (7.99, 7),
    (8.0, None),
    (1e9, None),
    (-1e9, None),
]


@pytest.mark.parametrize(('position', 'cell'), BORDERS)
@pytest.mark.parametrize('axis', [0, 1], ids=['x', 'y'])
def test_borders_truncate_towards_zero(axis, position, cell):
    keypoints = np.full((1, 1, 2), 3 * 4, np.float32)
    keypoints[..., axis] = position * 4
    codec = build_codec()
    encoded = compare(codec, keypoints, np.ones((1, 1)))
    index, valid = encoded['keypoint_indices'][0, 0]
    if cell is None:
        assert (index, valid) == (0, 0)
        assert not any(h.any() for h in encoded['heatmaps'])
        return
    x, y = (cell, 3) if axis == 0 else (3, cell)
    assert (index, valid) == (y * 8 + x, 1)
    peak = np.unravel_index(encoded['heatmaps'][0][0].argmax(), (8, 8))
    assert peak == (y, x)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_broken_keypoints_are_left_out(value):
    keypoints, visible = random_people(
        np.random.default_rng(4), 3, 5, (32, 32), margin=0
    )
    visible[:] = 1
    keypoints[0, 1, 0] = value
    keypoints[1, 2] = value
    encoded = compare(build_codec(), keypoints, visible)
    valid = encoded['keypoint_indices'][..., 1]
    assert valid.sum() == 13
    assert not encoded['keypoint_indices'][0, 1].any()
    assert all(np.isfinite(h).all() for h in encoded['heatmaps'])


def test_all_invisible_gives_zeros():
    keypoints, visible = random_people(
        np.random.default_rng(5), 4, 17, (32, 32)
    )
    encoded = build_codec().encode(keypoints, visible * 0)
    assert not any(h.any() for h in encoded['heatmaps'])
    assert not encoded['keypoint_indices'].any()


def test_everybody_is_labelled_by_default():
    keypoints, _ = random_people(np.random.default_rng(6), 2, 3, (32, 32), 0)
    compare(build_codec(), keypoints, np.ones((2, 3)))
    encoded = build_codec().encode(keypoints)
    assert encoded['keypoint_weights'].all()


def test_visibility_may_have_an_axis_more():
    keypoints, visible = random_people(
        np.random.default_rng(7), 3, 5, (32, 32)
    )
    plain = build_codec().encode(keypoints, visible)
    more = build_codec().encode(
        keypoints, np.stack((visible, 1 - visible), -1)
    )
    np.testing.assert_array_equal(
        plain['keypoint_indices'], more['keypoint_indices']
    )


@pytest.mark.parametrize('sigma', [0.5, 1.5, 2.5, np.float32(2)])
def test_any_sigma_has_its_peak_in_the_cell(sigma):
    codec = build_codec(input_size=(128, 128), sigma=sigma)
    for x, y in ((0.5, 0.5), (15.5, 16.5), (31.5, 31.5)):
        point = np.array([[[x * 4, y * 4]]], np.float32)
        for heatmap in codec.encode(point)['heatmaps']:
            stride = 128 // heatmap.shape[-1]
            cell = int(y * 4 / stride), int(x * 4 / stride)
            assert heatmap[0][cell] == 1
            assert (heatmap == 1).sum() == 1
            right = heatmap[0, cell[0], cell[1] + 1 : cell[1] + 3]
            left = heatmap[0, cell[0], : cell[1]][::-1][:2]
            size = min(len(left), len(right))
            np.testing.assert_array_equal(left[:size], right[:size])
            if size:
                expected = np.exp(-1 / (2 * float(sigma) ** 2))
                assert left[0] == pytest.approx(expected)


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        pytest.param(
            dict(heatmap_sizes=[(9, 8)]),
            ['heatmap_sizes[0]', '(9, 8)', 'input_size', '(32, 32)'],
            id='no divisor',
        ),
        pytest.param(
            dict(heatmap_sizes=[(8, 16)]),
            ['heatmap_sizes[0]', '(8, 16)'],
            id='two strides',
        ),
        pytest.param(
            dict(heatmap_sizes=[(8, 8), (8, 8)]),
            ['heatmap_sizes', 'grow'],
            id='equal sizes',
        ),
        pytest.param(
            dict(heatmap_sizes=[(16, 16), (8, 8)]),
            ['heatmap_sizes', 'grow', '(16, 16)', '(8, 8)'],
            id='shrinking',
        ),
        pytest.param(
            dict(heatmap_sizes=(8, 8)), ['heatmap_sizes', '(8, 8)'], id='flat'
        ),
        pytest.param(dict(heatmap_sizes=[]), ['heatmap_sizes'], id='none'),
        pytest.param(
            dict(heatmap_sizes=[(8, 8, 8)]), ['heatmap_sizes[0]'], id='3d'
        ),
        pytest.param(
            dict(input_size=51.2), ['input_size', '51.2'], id='float'
        ),
        pytest.param(
            dict(heatmap_sizes=None, strides=(4, 3)),
            ['strides', '[4, 3]', 'input_size', '(32, 32)'],
            id='stride 3',
        ),
        pytest.param(
            dict(strides=(4, 1)),
            ['[(8, 8), (16, 16)]', 'heatmap_sizes', '[4, 1]', 'strides'],
            id='other strides',
        ),
        pytest.param(
            dict(input_size=(0, 32)), ['input_size', '(0, 32)'], id='zero'
        ),
        pytest.param(
            dict(sigma=[1, 2, 3]), ['sigma', '3', '2 levels'], id='3 sigmas'
        ),
        pytest.param(dict(sigma=0), ['sigma', '0'], id='sigma 0'),
        pytest.param(dict(sigma=[2, -1]), ['sigma', '-1'], id='sigma -1'),
        pytest.param(
            dict(tag_levels=2), ['tag_levels', '2', '0 to 1'], id='tag level'
        ),
        pytest.param(
            dict(tag_levels=(0, -1)), ['tag_levels', '-1'], id='level -1'
        ),
        pytest.param(dict(tag_levels=()), ['tag_levels'], id='no tags'),
        pytest.param(
            dict(tag_levels=(0, 0)), ['tag_levels', '0, 0', 'once'], id='twice'
        ),
        pytest.param(
            dict(num_keypoints=3, decoder=dict(keypoint_order=[0, 1])),
            ['keypoint_order', '[0, 1]'],
            id='decoder',
        ),
    ],
)
def test_errors_name_the_key(change, words):
    options = dict(input_size=(32, 32), heatmap_sizes=[(8, 8), (16, 16)])
    MultiResolutionAssociativeEmbedding(**options)
    with pytest.raises(ValueError, match='`') as error:
        MultiResolutionAssociativeEmbedding(**{**options, **change})
    for word in words:
        assert word in str(error.value)


def test_another_number_of_keypoints_is_refused():
    codec = build_codec(num_keypoints=17)
    with pytest.raises(ValueError, match=r'14 keypoints.*is 17'):
        codec.encode(np.zeros((2, 14, 2)))


@pytest.mark.parametrize(
    ('keypoints', 'visible', 'words'),
    [
        (np.zeros((17, 2)), None, r'\(N, K, 2\).*\(17, 2\)'),
        (np.zeros((1, 17, 1)), None, r'\(1, 17, 1\)'),
        (np.zeros((2, 5, 2)), np.ones((2, 4)), r'\(2, 5\).*\(2, 4\)'),
    ],
)
def test_wrong_shapes_are_refused(keypoints, visible, words):
    with pytest.raises(ValueError, match=words):
        build_codec().encode(keypoints, visible)


@pytest.mark.parametrize('n', PEOPLE)
@pytest.mark.parametrize('tag_levels', [0, (0, 1)])
def test_targets_are_packed(n, tag_levels):
    codec = codec_config(tag_levels=tag_levels)
    keypoints, visible = random_people(
        np.random.default_rng(8), n, 5, (32, 32)
    )
    sample = pack(keypoints, visible, codec)
    assert isinstance(sample.gt_fields, MultilevelPixelData)
    encoded = build_codec(tag_levels=tag_levels).encode(keypoints, visible)
    for packed, heatmaps in zip(
        sample.gt_fields.heatmaps, encoded['heatmaps']
    ):
        assert isinstance(packed, torch.Tensor)
        np.testing.assert_array_equal(packed, heatmaps)
    labels = sample.gt_instance_labels
    levels = (2,) if tag_levels else ()
    assert labels.keypoint_indices.shape == (n, *levels, 5, 2)
    assert labels.keypoint_indices.dtype == torch.int64
    np.testing.assert_array_equal(
        labels.keypoint_indices, encoded['keypoint_indices']
    )
    assert labels.keypoint_weights.shape == (n, 5)


# cell i covers [i, i + 1) and a peak is read a quarter of a cell off its
# centre, so a point is found less than 3/4 of a cell away
@pytest.mark.parametrize('x', [0.0, 1.9, 17.0, 30.1, 61.0, 63.9])
@pytest.mark.parametrize('y', [0.0, 15.2, 31.9])
@pytest.mark.parametrize('level', [0, 1], ids=['1/4', '1/2'])
def test_round_trip_of_one_point(x, y, level):
    codec = build_codec(input_size=(64, 32), num_keypoints=1)
    heatmaps = codec.encode(np.array([[[x, y]]]))['heatmaps'][level]
    keypoints, scores = codec.decode((heatmaps, np.zeros_like(heatmaps)))
    assert keypoints.shape == (1, 1, 2)
    assert scores == pytest.approx(1)
    stride = 64 // heatmaps.shape[-1]
    assert np.abs(keypoints[0, 0] - (x, y)).max() <= 0.75 * stride


@pytest.mark.parametrize('x', [0.0, 2.0, 31.0, 34.5, 63.9])
def test_round_trip_through_aggregation(x):
    codec = build_codec(input_size=(64, 32), num_keypoints=1)
    levels = [
        torch.from_numpy(h)[None]
        for h in codec.encode(np.array([[[x, 13.0]]]))['heatmaps']
    ]
    decoder = AggregatingBottomupDecoder()
    maps = decoder.aggregate(
        [[[(levels[0], torch.zeros_like(levels[0])), (levels[1], None)]]],
        base_size=(64, 32),
    )
    (keypoints,), _, _ = decoder.batch_decode(*maps)
    assert keypoints.shape == (1, 1, 2)
    # half a cell of the coarse level and 3/4 of a pixel
    assert np.abs(keypoints[0, 0] - (x, 13)).max() <= 2.75
