"""Aggregation and decoding against plain loops."""

import warnings

import numpy as np
import pytest
import torch
from helpers import (
    blob,
    flip_indices,
    random_scene,
    reference_aggregate,
    reference_decode,
)

from higherhrnet_plugin import AggregatingBottomupDecoder

COCO_ORDER = [0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16]


def decode(decoder, heatmaps, tags):
    """Decode one image, with tags (L, K, h, w) or (L, h, w)."""
    tags = torch.from_numpy(tags).flatten(0, -3)
    found = decoder.batch_decode(torch.from_numpy(heatmaps)[None], tags[None])
    return [values[0] for values in found]


def compare(found, expected):
    keypoints, scores, instance_scores = found
    assert keypoints.dtype == scores.dtype == np.float32
    assert keypoints.shape == expected[0].shape
    np.testing.assert_allclose(keypoints, expected[0], rtol=0, atol=1e-4)
    np.testing.assert_allclose(scores, expected[1], rtol=0, atol=1e-6)
    np.testing.assert_allclose(instance_scores, expected[2], rtol=0, atol=1e-6)


def scenes():
    """List (K, L, people, max_candidates, seed)."""
    for k in (1, 3, 5, 14, 17):
        for tag_dim in (1, 2):
            for n in (0, 1, 5):
                yield k, tag_dim, n, 30, n
            # Munkres in Python takes seconds for 30 x 30 with ties
            yield k, tag_dim, 35, 5, 7
    yield from (
        (3, tag_dim, 35, 30, seed) for tag_dim in (1, 2) for seed in (1, 2)
    )
    yield from ((5, 1, 5, 5, seed) for seed in range(4))


@pytest.mark.parametrize(('k', 'tag_dim', 'n', 'most', 'seed'), list(scenes()))
def test_people_equal_the_reference(k, tag_dim, n, most, seed):
    heatmaps, tags = random_scene(np.random.default_rng(seed), n, k, tag_dim)
    decoder = AggregatingBottomupDecoder(max_candidates=most)
    order = COCO_ORDER if k == 17 else range(k)
    expected = reference_decode(heatmaps, tags, order, most=most)
    # the scenes are what they are meant to be
    assert len(expected[0]) >= min(n, most)
    assert n or not len(expected[0])
    compare(decode(decoder, heatmaps, tags), expected)


@pytest.mark.parametrize('fill', [True, False])
@pytest.mark.parametrize(
    'options',
    [
        dict(kernel=3),
        dict(kernel=1),
        dict(score_thr=0.5),
        dict(score_thr=0.0),
        dict(tag_thr=0.2),
        dict(order=[4, 2, 0, 1, 3]),
        dict(most=2),
    ],
    ids=str,
)
def test_options_equal_the_reference(options, fill):
    heatmaps, tags = random_scene(np.random.default_rng(9), 6, 5, 1)
    names = dict(
        kernel='nms_kernel', most='max_candidates', order='keypoint_order'
    )
    decoder = AggregatingBottomupDecoder(
        num_keypoints=5,
        fill_missing=fill,
        **{names.get(name, name): v for name, v in options.items()},
    )
    expected = reference_decode(heatmaps, tags, fill=fill, **options)
    assert len(expected[0]) > 1
    assert (expected[1] == 0).any() or fill
    compare(decode(decoder, heatmaps, tags), expected)


def test_filling_is_seen():
    heatmaps, tags = random_scene(np.random.default_rng(10), 5, 14, 1)
    filled = decode(AggregatingBottomupDecoder(), heatmaps, tags)
    plain = decode(
        AggregatingBottomupDecoder(fill_missing=False), heatmaps, tags
    )
    missing = plain[1] == 0
    assert missing.any()
    assert (filled[1][missing] > 0).any()
    assert not plain[0][missing].any()
    np.testing.assert_array_equal(filled[0][~missing], plain[0][~missing])
    np.testing.assert_array_equal(filled[2], plain[2])


@pytest.mark.parametrize('height', [0.25, 0.5, 0.75])
def test_a_peak_is_above_the_threshold(height):
    heatmap = blob((12, 20), 10, 6)[None] * np.float32(height)
    decoder = AggregatingBottomupDecoder(score_thr=0.5)
    keypoints, _, _ = decode(decoder, heatmap, heatmap[None] * 0)
    assert len(keypoints) == (height > 0.5)


@pytest.mark.parametrize('level', [-0.1, 0.0, 0.01])
def test_a_missing_keypoint_is_filled_where_there_is_heat(level):
    heatmaps = np.stack((blob((12, 20), 10, 6), np.full((12, 20), level)))
    # the only cell with heat has a tag far away
    heatmaps[1, 2, 3] = 0.05
    heatmaps = heatmaps.astype(np.float32)
    tags = np.zeros((1, *heatmaps.shape), np.float32)
    tags[0, 1, 2, 3] = 5
    keypoints, scores, _ = decode(AggregatingBottomupDecoder(), heatmaps, tags)
    assert len(keypoints) == 1
    assert scores[0, 1] == np.float32(max(level, 0))
    assert keypoints[0, 1].any() == (level > 0)


def test_images_of_a_batch_do_not_touch():
    rng = np.random.default_rng(11)
    images = [random_scene(rng, n, 5, 2) for n in (3, 0, 1)]
    decoder = AggregatingBottomupDecoder()
    found = decoder.batch_decode(
        torch.from_numpy(np.stack([h for h, _ in images])),
        torch.from_numpy(np.stack([t for _, t in images])).flatten(1, 2),
    )
    assert [len(values) for values in found] == [3, 3, 3]
    assert found[0][1].shape == (0, 5, 2)
    assert found[1][1].shape == (0, 5)
    assert found[2][1].shape == (0,)
    for b, (heatmaps, tags) in enumerate(images):
        compare(
            [values[b] for values in found], reference_decode(heatmaps, tags)
        )


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
def test_half_precision_maps(dtype):
    heatmaps, tags = random_scene(np.random.default_rng(12), 3, 3, 1)
    heatmaps = torch.from_numpy(heatmaps).to(dtype).requires_grad_()
    tags = torch.from_numpy(tags).to(dtype)
    found = AggregatingBottomupDecoder().batch_decode(
        heatmaps[None], tags.flatten(0, 1)[None]
    )
    expected = reference_decode(
        heatmaps.detach().float().numpy(), tags.float().numpy()
    )
    compare([values[0] for values in found], expected)


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('where', ['heatmap', 'tag', 'both'])
def test_broken_cells_leave_the_others(value, where):
    k, shape = 3, (40, 60)
    heatmaps = np.stack(
        [
            np.maximum(blob(shape, 10 + i, 10), blob(shape, 40 + i, 25))
            for i in range(k)
        ]
    )
    tags = np.zeros((1, k, *shape), np.float32)
    tags[..., 30:] = 5
    broken = 1, slice(8, 13), slice(8, 14)
    if where != 'tag':
        heatmaps[broken] = value
    if where != 'heatmap':
        tags[0][broken] = value
    with pytest.warns(UserWarning, match='30 cells.*not finite') as caught:
        keypoints, scores, instance_scores = decode(
            AggregatingBottomupDecoder(), heatmaps, tags
        )
    assert len(caught) == 1
    assert np.isfinite(keypoints).all()
    assert np.isfinite(scores).all()
    assert len(keypoints) == 2
    # the person elsewhere is whole
    best = instance_scores.argmax()
    expected = [[40.5 + i, 25.5] for i in range(k)]
    assert np.abs(keypoints[best] - expected).max() <= 0.25
    # the other keeps its two good keypoints
    other = keypoints[1 - best]
    assert np.abs(other[[0, 2]] - [[10.5, 10.5], [12.5, 10.5]]).max() <= 0.25


@pytest.mark.parametrize('value', [np.nan, np.inf])
def test_maps_of_nothing_but_broken_cells(value):
    maps = np.full((2, 8, 8), value, np.float32)
    with pytest.warns(UserWarning, match='not finite'):
        keypoints, _, _ = decode(
            AggregatingBottomupDecoder(), maps, maps[None]
        )
    assert keypoints.shape == (0, 2, 2)


def test_sound_maps_give_no_warning():
    heatmaps, tags = random_scene(np.random.default_rng(13), 2, 3, 1)
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        decode(AggregatingBottomupDecoder(), heatmaps, tags)


@pytest.mark.parametrize('shape', [(1, 1), (2, 3), (5, 5)])
def test_maps_smaller_than_the_number_of_candidates(shape):
    rng = np.random.default_rng(14)
    heatmaps = rng.uniform(0.2, 1, (3, *shape)).astype(np.float32)
    tags = rng.normal(0, 1, (1, 3, *shape)).astype(np.float32)
    found = decode(AggregatingBottomupDecoder(), heatmaps, tags)
    expected = reference_decode(heatmaps, tags)
    assert len(expected[0]) > 0
    compare(found, expected)


@pytest.mark.parametrize('tag_dim', [1, 2])
def test_shared_tags(tag_dim):
    rng = np.random.default_rng(15)
    heatmaps, tags = random_scene(rng, 4, 3, tag_dim)
    shared = tags[:, 0]
    decoder = AggregatingBottomupDecoder(tag_per_keypoint=False)
    repeated = np.stack([shared] * 3, axis=1)
    expected = reference_decode(heatmaps, repeated)
    assert len(expected[0]) > 1
    compare(decode(decoder, heatmaps, shared), expected)


def test_two_people_one_tag_dimension_apart():
    # the first tag is equal, the second (of the flip test) is not: as in the
    # official code the later person takes the place of the first tag
    heatmaps = np.maximum(blob((20, 40), 8, 10), blob((20, 40), 30, 10) * 0.9)
    tags = np.zeros((2, 1, 20, 40), np.float32)
    tags[1, ..., 20:] = 5
    found = decode(AggregatingBottomupDecoder(), heatmaps[None], tags)
    expected = reference_decode(heatmaps[None], tags)
    assert len(expected[0]) == 1
    compare(found, expected)


@pytest.mark.parametrize('x', [0, 1, 10, 18, 19])
@pytest.mark.parametrize('y', [0, 7, 11])
def test_quarter_offset_of_a_peak(x, y):
    heatmap = np.zeros((12, 20), np.float32)
    heatmap[y, x] = 1
    heatmap[y, min(x + 1, 19)] += 0.5
    found, _, _ = decode(
        AggregatingBottomupDecoder(), heatmap[None], heatmap[None, None] * 0
    )
    # towards the higher neighbour, to the left or up where both are equal; at
    # a border the peak is its own neighbour, and so the higher one
    dx = 0.25 if x == 0 else 0.75
    dy = 0.75 if y == 11 else 0.25
    np.testing.assert_allclose(found, [[[x + dx, y + dy]]])


# --- aggregation -----------------------------------------------------------


def network_outputs(rng, k, scales, flips, levels, tag_levels, tag_channels):
    """Draw outputs[scale][flip][level] for an input of 32 x 48."""

    def draw(scale, level, channels):
        shape = (int(8 * scale) * 2**level, int(12 * scale) * 2**level)
        return torch.from_numpy(
            rng.normal(size=(2, channels, *shape)).astype(np.float32)
        )

    return [
        [
            [
                (
                    draw(scale, level, k),
                    draw(scale, level, tag_channels)
                    if level in tag_levels
                    else None,
                )
                for level in range(levels)
            ]
            for _ in range(flips)
        ]
        for scale in scales
    ]


AGGREGATIONS = [
    pytest.param((1,), 1, 1, (0,), None, id='one level'),
    pytest.param((1,), 1, 2, (0,), None, id='two levels'),
    pytest.param((1,), 2, 2, (0,), None, id='flip'),
    pytest.param((1,), 2, 3, (0, 2), None, id='tags of two levels'),
    pytest.param((1,), 2, 2, (1,), (1,), id='the last level'),
    pytest.param((1,), 2, 3, (0,), (0, 2), id='two of three levels'),
    pytest.param((0.5, 1, 2), 2, 2, (0,), None, id='scales'),
    pytest.param((1, 2, 0.5), 1, 2, (0,), (1,), id='scales without flip'),
]


@pytest.mark.parametrize('align', [False, True], ids=['cells', 'pixels'])
@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize('k', [1, 5])
@pytest.mark.parametrize(
    ('scales', 'flips', 'levels', 'tag_levels', 'chosen'), AGGREGATIONS
)
def test_maps_equal_the_reference(
    scales, flips, levels, tag_levels, chosen, k, project, shared, align
):
    rng = np.random.default_rng(16)
    swap = flip_indices(k)
    tag_channels = 2 if shared else 2 * k
    outputs = network_outputs(
        rng, k, scales, flips, levels, tag_levels, tag_channels
    )
    decoder = AggregatingBottomupDecoder(
        heatmap_levels=chosen, tag_per_keypoint=not shared, align_flip=align
    )
    heatmaps, tags = decoder.aggregate(
        outputs,
        scales,
        (48, 32) if project or align else None,
        swap,
        project_to_image=project,
    )
    largest = max(range(len(scales)), key=lambda i: scales[i])
    shape = (32, 48) if project else outputs[largest][0][-1][0].shape[-2:]
    expected = reference_aggregate(
        outputs,
        scales,
        shape,
        swap,
        chosen,
        shared,
        # the last level has 12, 24 or 48 columns for the 48 of the input
        2.0 ** (levels - 3) if align else 0,
    )
    assert tags.shape[1] == tag_channels * len(tag_levels) * flips
    torch.testing.assert_close(heatmaps, expected[0], rtol=0, atol=1e-5)
    torch.testing.assert_close(tags, expected[1], rtol=0, atol=1e-5)


def test_aligned_flips_with_udp_are_as_ever():
    """With UDP reversed cells are those of W - 1 - x."""
    rng = np.random.default_rng(24)
    outputs = network_outputs(rng, 3, (1, 2), 2, 2, (0,), 3)
    off, on = (
        AggregatingBottomupDecoder(use_udp=True, align_flip=align).aggregate(
            outputs, (1, 2), (48, 32), [0, 2, 1]
        )
        for align in (False, True)
    )
    assert torch.equal(on[0], off[0])
    assert torch.equal(on[1], off[1])


@pytest.mark.parametrize('project', [True, False])
def test_outputs_are_left_as_they_are(project):
    rng = np.random.default_rng(17)
    outputs = network_outputs(rng, 3, (1, 2), 2, 2, (0, 1), 3)
    before = [
        t.clone()
        for s in outputs
        for f in s
        for lv in f
        for t in lv
        if t is not None
    ]
    AggregatingBottomupDecoder(align_flip=True).aggregate(
        outputs, (1, 2), (48, 32), [0, 2, 1], project
    )
    after = [
        t for s in outputs for f in s for lv in f for t in lv if t is not None
    ]
    assert all(torch.equal(a, b) for a, b in zip(after, before))


def test_flip_test_of_a_mirrored_scene_with_shared_tags():
    # what the mirrored image shows is the mirrored scene, so the people are
    # those of the plain image
    heatmaps, tags = random_scene(np.random.default_rng(18), 3, 3, 1)
    heatmaps, tags = torch.from_numpy(heatmaps), torch.from_numpy(tags[:, 0])
    swap = [0, 2, 1]
    plain = [(heatmaps[None], tags[None])]
    mirrored = [(heatmaps[None, swap].flip(-1), tags[None].flip(-1))]
    decoder = AggregatingBottomupDecoder(tag_per_keypoint=False)
    merged = decoder.aggregate(
        [[plain, mirrored]], flip_indices=swap, project_to_image=False
    )
    torch.testing.assert_close(merged[0][0], heatmaps)
    assert merged[1].shape[1] == 2
    torch.testing.assert_close(merged[1][0, 0], merged[1][0, 1])


@pytest.mark.parametrize(
    ('options', 'arguments', 'words'),
    [
        pytest.param(
            {}, dict(flips=2), r'`flip_indices`.*flip', id='flip_indices'
        ),
        pytest.param(
            {},
            dict(scales=(0.5, 2)),
            r'scale 1 .*\[0.5, 2\]',
            id='no scale 1',
        ),
        pytest.param(
            {}, dict(tag_levels=()), r'`tag_levels`', id='no tags at all'
        ),
        pytest.param(
            {},
            dict(base_size=None),
            r'`project_to_image`.*`base_size`',
            id='base_size',
        ),
        pytest.param(
            {},
            dict(given=(1, 2)),
            r'1 scales.*\[1, 2\]',
            id='fewer outputs than scales',
        ),
        pytest.param(
            dict(heatmap_levels=[0, 2]),
            {},
            r'`heatmap_levels` \[0, 2\].*2 levels',
            id='heatmap_levels',
        ),
        pytest.param(
            dict(align_flip=True),
            dict(flips=2, base_size=None, project=False),
            r'`align_flip`.*`base_size`.*None',
            id='align_flip without base_size',
        ),
        pytest.param(
            dict(align_flip=True),
            dict(flips=2, scales=(0.5, 2)),
            r'`align_flip`.*\[0.5, 2\]',
            id='align_flip without scale 1',
        ),
    ],
)
def test_aggregate_names_what_is_missing(options, arguments, words):
    arguments = dict(
        dict(scales=(1,), flips=1, tag_levels=(0,), base_size=(48, 32)),
        **arguments,
    )
    scales = arguments['scales']
    outputs = network_outputs(
        np.random.default_rng(0),
        3,
        scales,
        arguments['flips'],
        2,
        arguments['tag_levels'],
        3,
    )
    decoder = AggregatingBottomupDecoder(**options)
    with pytest.raises(ValueError, match=words):
        decoder.aggregate(
            outputs,
            arguments.get('given', scales),
            arguments['base_size'],
            project_to_image=arguments.get('project', True),
        )


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(nms_kernel=4), '`nms_kernel`.*4'),
        (dict(nms_kernel=0), '`nms_kernel`.*0'),
        (dict(max_candidates=0), '`max_candidates`.*0'),
        (dict(score_thr=-0.1), r'`score_thr`.*-0\.1'),
        (
            dict(num_keypoints=3, keypoint_order=[0, 1, 1]),
            r'`keypoint_order`.*0 to 2.*\[0, 1, 1\]',
        ),
    ],
    ids=str,
)
def test_constructor_names_the_option(options, words):
    with pytest.raises(ValueError, match=words):
        AggregatingBottomupDecoder(**options)


@pytest.mark.parametrize(
    ('options', 'channels', 'words'),
    [
        (dict(num_keypoints=17), (5, 5), r'5 channels.*is 17'),
        (dict(keypoint_order=[0, 1]), (5, 5), '`keypoint_order`.*0 to 4'),
        ({}, (5, 7), r'\(7, 8, 8\).*\(5, 8, 8\)'),
        ({}, (5, 0), r'\(0, 8, 8\)'),
        (dict(tag_per_keypoint=False), (5, 0), r'\(0, 8, 8\)'),
    ],
    ids=str,
)
def test_decode_refuses_maps_that_do_not_fit(options, channels, words):
    heatmaps, tags = (torch.zeros(1, c, 8, 8) for c in channels)
    with pytest.raises(ValueError, match=words):
        AggregatingBottomupDecoder(**options).batch_decode(heatmaps, tags)


def test_decode_refuses_tags_of_another_size():
    with pytest.raises(ValueError, match=r'\(3, 4, 4\).*\(3, 8, 8\)'):
        AggregatingBottomupDecoder().batch_decode(
            torch.zeros(1, 3, 8, 8), torch.zeros(1, 3, 4, 4)
        )
