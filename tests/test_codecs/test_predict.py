"""People from the outputs of the network, without enlarged tags."""

import warnings

import numpy as np
import pytest
import torch
from helpers import assert_people, flip_indices
from test_codecs.test_aggregating_bottomup_decoder import (
    AGGREGATIONS,
    network_outputs,
)

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs.decoding import aggregation


def two_steps(decoder, outputs, scales, base_size, swap, project, align=False):
    """Aggregate and decode, and bring points to the input."""
    heatmaps, tags = decoder.aggregate(
        outputs, scales, base_size, swap, project
    )
    people = decoder.batch_decode(heatmaps, tags)
    shape = np.array(heatmaps.shape[:-3:-1])
    less = int(decoder.use_udp)
    ratio = (np.array(base_size) - less) / (shape - less)
    return [(k * ratio, *rest) for k, *rest in zip(*people)]


def clear_borders(outputs):
    """Let no peak be where enlarging gives several cells the same tag.

    Whether these are equal to the last digit, and so begin one person or
    two, depends on the order of the same products.
    """
    for flips in outputs:
        for levels in flips:
            for heatmaps, _ in levels:
                h, w = heatmaps.shape[-2] // 8, heatmaps.shape[-1] // 8
                inner = heatmaps[..., h:-h, w:-w].clone()
                heatmaps.fill_(-1)
                heatmaps[..., h:-h, w:-w] = inner


def compare(found, expected):
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected):
        assert_people(ours, theirs, 1e-5)


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
@pytest.mark.parametrize('align', [False, True], ids=['cells', 'pixels'])
@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize(
    ('scales', 'flips', 'levels', 'tag_levels', 'chosen'), AGGREGATIONS
)
def test_people_equal_those_of_aggregated_maps(
    scales, flips, levels, tag_levels, chosen, project, shared, align, use_udp
):
    rng = np.random.default_rng(19)
    k = 5
    outputs = network_outputs(
        rng, k, scales, flips, levels, tag_levels, 2 if shared else 2 * k
    )
    clear_borders(outputs)
    options = dict(
        heatmap_levels=chosen,
        tag_per_keypoint=not shared,
        use_udp=use_udp,
        align_flip=align,
    )
    arguments = outputs, scales, (48, 32), flip_indices(k), project
    heatmaps, _ = AggregatingBottomupDecoder(**options).aggregate(*arguments)
    options['score_thr'] = float(heatmaps.max()) / 3
    decoder = AggregatingBottomupDecoder(**options)
    expected = two_steps(decoder, *arguments)
    # a batch of two with people who lack keypoints
    assert all(len(people[0]) > 1 for people in expected)
    compare(decoder.predict(*arguments), expected)


def test_tags_are_not_enlarged(monkeypatch):
    outputs = network_outputs(
        np.random.default_rng(21), 3, (1,), 2, 2, (0,), 3
    )

    def refuse(*_):
        raise RuntimeError('enlarged')

    decoder = AggregatingBottomupDecoder()
    monkeypatch.setattr(aggregation, 'enlarge_tags', refuse)
    assert decoder.predict(outputs, (1,), (48, 32), [0, 2, 1])
    with pytest.raises(RuntimeError, match='enlarged'):
        decoder.aggregate(outputs, (1,), (48, 32), [0, 2, 1])


@pytest.mark.parametrize('place', [0, 1], ids=['heatmap', 'tag'])
def test_broken_outputs_warn_once(place):
    outputs = network_outputs(
        np.random.default_rng(22), 3, (1,), 1, 1, (0,), 3
    )
    outputs[0][0][0][place][:, 1, 2, 2] = np.nan
    decoder = AggregatingBottomupDecoder(score_thr=0.8)
    arguments = outputs, (1,), (48, 32), None, True
    with pytest.warns(UserWarning, match='not finite'):
        expected = two_steps(decoder, *arguments)
    with pytest.warns(UserWarning, match='not finite') as caught:
        compare(decoder.predict(*arguments), expected)
    # one for each image
    assert len(caught) == 2


@pytest.mark.parametrize('size', [(4, 4), (4, 8), (48, 32)])
def test_nobody_and_small_maps(size):
    w, h = size
    levels = [(torch.zeros(1, 3, h // 4, w // 4),) * 2]
    decoder = AggregatingBottomupDecoder()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        ((keypoints, scores, instance, *_),) = decoder.predict(
            [[levels]], (1,), size
        )
    assert keypoints.shape == (0, 3, 2)
    assert scores.shape == (0, 3)
    assert instance.shape == (0,)
    heat = torch.ones(1, 3, h // 4, w // 4)
    arguments = [[[(heat, heat)]]], (1,), size, None, True
    compare(decoder.predict(*arguments), two_steps(decoder, *arguments))


def test_arrays_are_aligned_as_tensors():
    outputs = network_outputs(
        np.random.default_rng(25), 3, (1, 2), 2, 2, (0,), 3
    )
    arrays = [
        [
            [(h.numpy(), None if t is None else t.numpy()) for h, t in levels]
            for levels in flips
        ]
        for flips in outputs
    ]
    decoder = AggregatingBottomupDecoder(align_flip=True)
    # what a program without torch builds the decoder from
    again = AggregatingBottomupDecoder(**decoder.settings())
    arguments = (1, 2), (48, 32), [0, 2, 1]
    for ours, theirs in zip(
        again.aggregate(arrays, *arguments),
        decoder.aggregate(outputs, *arguments),
    ):
        assert isinstance(ours, np.ndarray)
        np.testing.assert_allclose(ours, theirs.numpy(), rtol=0, atol=1e-5)
