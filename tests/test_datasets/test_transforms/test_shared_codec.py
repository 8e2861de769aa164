"""Transforms read the codec that comes with an image."""

import numpy as np
import pytest
from helpers import build_codec, codec_config

from higherhrnet_plugin import (
    BottomupAlignedAffine,
    BottomupAlignedResize,
    GenerateBottomupTarget,
    PackBottomupInputs,
)
from higherhrnet_plugin.registry import TRANSFORMS

IMAGE = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
PEOPLE = np.array([[[10.0, 20.0], [40.0, 30.0], [24.0, 5.0]]])
FIXED = dict(shift_factor=0, scale_factor=(1, 1), rotate_factor=0)
both = pytest.mark.parametrize(
    ('kind', 'options'),
    [(BottomupAlignedAffine, FIXED), (BottomupAlignedResize, {})],
)


def image(**results):
    """Describe one image with three keypoints."""
    return dict(
        img=IMAGE,
        keypoints=PEOPLE.copy(),
        keypoints_visible=np.ones((1, 3)),
        **results,
    )


@both
@pytest.mark.parametrize('use_udp', [False, True])
def test_size_and_alignment_are_those_of_the_codec(kind, options, use_udp):
    codec = build_codec(input_size=(64, 64), use_udp=use_udp)
    found = kind(**options)(image(codec=codec))
    told = kind(input_size=(64, 64), use_udp=use_udp, **options)(image())
    assert found['input_size'] == told['input_size'] == (64, 64)
    assert found['use_udp'] is told['use_udp'] is use_udp
    np.testing.assert_array_equal(found['warp_mat'], told['warp_mat'])
    np.testing.assert_array_equal(found['img'], told['img'])
    other = kind(input_size=(64, 64), use_udp=not use_udp, **options)(image())
    assert (found['warp_mat'] != other['warp_mat']).any()


@both
def test_what_a_transform_is_told_wins(kind, options):
    codec = build_codec(input_size=(64, 64), use_udp=True)
    transform = kind(input_size=(128, 128), use_udp=False, **options)
    found = transform(image(codec=codec))
    assert found['input_size'] == (128, 128)
    assert found['use_udp'] is False


@both
def test_without_a_codec_the_key_is_named(kind, options):
    with pytest.raises(ValueError, match=r'`input_size`.*dataset\.codec'):
        kind(**options)(image())
    assert kind(64, **options)(image())['use_udp'] is False


@pytest.mark.parametrize('use_udp', [False, True])
def test_targets_are_those_of_the_codec(use_udp):
    options = dict(input_size=(64, 64), use_udp=use_udp)
    config = codec_config(**options)
    results = BottomupAlignedAffine(**FIXED)(
        image(codec=build_codec(**options))
    )
    told = TRANSFORMS.build(dict(type='GenerateTarget', encoder=config))
    for transform in (
        GenerateBottomupTarget(),
        GenerateBottomupTarget(encoder=config),
    ):
        ours, theirs = transform(dict(results)), told(dict(results))
        assert ours.keys() == theirs.keys()
        for a, b in zip(ours['heatmaps'], theirs['heatmaps']):
            np.testing.assert_array_equal(a, b)
        assert ours['heatmaps'][0].max() > 0.5
        np.testing.assert_array_equal(
            ours['keypoint_indices'], theirs['keypoint_indices']
        )


def test_an_encoder_that_is_told_wins():
    results = image(codec=build_codec(levels=1), input_size=(32, 32))
    assert len(GenerateBottomupTarget()(dict(results))['heatmaps']) == 1
    told = GenerateBottomupTarget(encoder=codec_config(levels=3))
    assert len(told(dict(results))['heatmaps']) == 3


@pytest.mark.parametrize(
    ('told', 'words'),
    [
        (dict(input_size=(128, 128)), r'`input_size` is \(128, 128\).*64'),
        (dict(use_udp=True), '`use_udp` is True.*but False'),
    ],
)
def test_images_made_for_another_codec_are_refused(told, words):
    results = image(codec=build_codec(input_size=(64, 64)))
    results = BottomupAlignedAffine(**told, **FIXED)(results)
    with pytest.raises(ValueError, match=words):
        GenerateBottomupTarget()(results)


def test_without_a_codec_there_are_no_targets():
    with pytest.raises(ValueError, match=r'Target has no `encoder`.*codec'):
        GenerateBottomupTarget()(image())


@pytest.mark.parametrize('keys', [{}, {'meta_keys': ('img_path',)}])
def test_the_head_learns_of_the_alignment(keys):
    results = image(img_path='a.png', use_udp=True)
    sample = PackBottomupInputs(**keys)(results)['data_samples']
    assert sample.metainfo == dict(img_path='a.png', use_udp=True)
