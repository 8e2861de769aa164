"""Levels and alignment of the head are those of the codec."""

import numpy as np
import pytest
import torch
from helpers import codec_config, packed_samples
from mmpose.registry import MODELS
from mmpose.structures import PoseDataSample


def build(**options):
    return MODELS.build(
        dict(
            type='HigherHRNetHead',
            in_channels=4,
            num_keypoints=3,
            num_blocks=0,
            **options,
        )
    )


def features(size=1):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(size, 4, 8, 8, generator=generator)


@pytest.mark.parametrize('levels', [1, 2, 3])
def test_levels_are_those_of_the_codec(levels):
    codec = codec_config(levels=levels, tag_levels=levels - 1, use_udp=True)
    head = build(codec=codec)
    shapes = [tuple(h.shape[2:]) for h, _ in head(features())]
    assert shapes == [(8 << i, 8 << i) for i in range(levels)]
    tagged = [tags is not None for _, tags in head(features())]
    assert tagged == [False] * (levels - 1) + [True]
    assert head.decoder.use_udp
    losses = head.loss(features(2), packed_samples((1, 2), 3, codec))
    assert sum('heatmap' in name for name in losses) == levels


def test_without_a_codec_it_is_higherhrnet():
    head = build()
    assert head.codec is None
    assert (head.num_levels, head.tag_levels) == (2, (0,))
    assert not head.decoder.use_udp


def test_levels_that_are_told_are_those_of_the_codec():
    codec = codec_config(levels=3, tag_levels=(2, 0))
    head = build(codec=codec, num_deconvs=2, tag_levels=[2, 0])
    assert (head.num_levels, head.tag_levels) == (3, (2, 0))


@pytest.mark.parametrize(
    ('told', 'words'),
    [
        (dict(num_deconvs=1), r'`model.head.num_deconvs` is 1, .*codec` .* 2'),
        (dict(tag_levels=[1, 0]), r'tag_levels` is \(1, 0\), .* is \(0, 1\)'),
        (dict(tag_levels=[0]), r'tag_levels` is \(0,\), .* is \(0, 1\)'),
        # as many, but others: the cells of one level read at another
        (dict(tag_levels=[0, 2]), r'is \(0, 2\), .*\(0, 1\).* leave it out'),
    ],
    ids=str,
)
def test_levels_of_other_targets_are_refused(told, words):
    with pytest.raises(ValueError, match=words):
        build(codec=codec_config(levels=3, tag_levels=(0, 1)), **told)


def test_the_alignment_that_the_decoder_is_told_wins():
    head = build(codec=codec_config(use_udp=True), decoder=dict(use_udp=False))
    assert not head.decoder.use_udp


@pytest.mark.parametrize('images', [True, False])
@pytest.mark.parametrize('step', ['loss', 'predict'])
def test_images_that_are_aligned_in_another_way_are_refused(images, step):
    head = build(codec=codec_config(use_udp=not images))
    samples = packed_samples((1, 2), 3, codec_config())
    for sample in samples:
        sample.set_metainfo(dict(input_size=(32, 32)))
    run = getattr(head.eval(), step)
    run(features(2), samples)  # which say nothing
    samples[1].set_metainfo(dict(use_udp=images))
    words = rf'is {images} .*dataset\.codec.* {not images} .*head\.codec'
    with pytest.raises(ValueError, match=words):
        run(features(2), samples)


@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize('use_udp', [True, False])
def test_maps_come_with_the_people_that_come_without(project, use_udp):
    """To the bit: there is one way from outputs to people."""
    torch.manual_seed(0)
    head = build(
        codec=codec_config(use_udp=use_udp), decoder=dict(score_thr=0.0)
    ).eval()
    for layer in head.final_layers:
        torch.nn.init.normal_(layer.weight, std=0.5)
    meta = dict(input_size=(32, 32), flip_indices=[0, 2, 1])
    feats = [features(), features().flip(-1)]
    options = dict(flip_test=True, project_to_image=project)
    with torch.no_grad():
        (plain,), ((people,), (maps,)) = (
            head.predict(
                feats,
                [PoseDataSample(metainfo=meta)],
                dict(options, output_heatmaps=wanted),
            )
            for wanted in (False, True)
        )
    assert len(people) > 3
    assert people.keys() == plain.keys()
    for name in plain.keys():  # noqa: SIM118, no mapping
        np.testing.assert_array_equal(people[name], plain[name])
    side = 32 if project else 16
    assert maps.heatmaps.shape == (3, side, side)
    assert maps.tags.shape == (6, side, side)
