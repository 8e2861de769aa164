"""Targets and people of anything, against plain references."""

import warnings

import numpy as np
import pytest
import torch
from helpers import build_codec, reference_decode, reference_targets
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from higherhrnet_plugin import AggregatingBottomupDecoder

ODD = st.sampled_from([np.nan, np.inf, -np.inf, -1e30, 1e30, -0.0, 32.0])
PLACES = st.one_of(st.floats(-20, 60, width=32), ODD)


@st.composite
def people(draw):
    n, k = draw(st.integers(0, 4)), draw(st.sampled_from([1, 3, 5]))
    points = draw(hnp.arrays(np.float64, (n, k, 2), elements=PLACES))
    visible = draw(
        hnp.arrays(np.float32, (n, k), elements=st.sampled_from([0, 1, 2]))
    )
    return points.astype(np.float32), visible


@given(people(), st.sampled_from([(32, 32), (64, 32)]))
def test_targets_are_those_of_plain_loops(sample, input_size):
    keypoints, visible = sample
    codec = build_codec(input_size=input_size)
    encoded = codec.encode(keypoints, visible)
    for level, size in enumerate(codec.heatmap_sizes):
        heatmaps, indices = reference_targets(
            keypoints, visible, input_size, size, 2
        )
        np.testing.assert_allclose(
            encoded['heatmaps'][level], heatmaps, atol=1e-6
        )
        if level == 0:
            np.testing.assert_array_equal(encoded['keypoint_indices'], indices)


@given(people(), st.booleans())
def test_targets_drawn_later_are_the_same(sample, use_udp):
    keypoints, visible = sample
    now = build_codec(use_udp=use_udp).encode(keypoints, visible)
    later = build_codec(use_udp=use_udp, on_device=True)
    deferred = later.encode(keypoints, visible)
    np.testing.assert_array_equal(
        deferred['keypoint_indices'], now['keypoint_indices']
    )
    drawn = deferred['target_cells'][..., 2].any(axis=0)
    for level, heatmaps in enumerate(now['heatmaps']):
        shown = heatmaps.reshape(len(heatmaps), -1).max(axis=1) > 0
        expected = drawn[level] if len(drawn) else np.zeros_like(shown)
        np.testing.assert_array_equal(shown, expected)


@st.composite
def scenes(draw, values):
    k, h, w = (
        draw(st.integers(1, 4)),
        draw(st.integers(1, 9)),
        draw(st.integers(1, 9)),
    )
    dim = draw(st.integers(1, 2))
    heatmaps = draw(hnp.arrays(np.float32, (k, h, w), elements=values))
    tags = draw(hnp.arrays(np.float32, (dim, k, h, w), elements=values))
    return heatmaps, tags


@given(
    scenes(
        st.one_of(
            st.floats(-2, 2, width=32),
            ODD.filter(lambda value: abs(value) != 1e30),
        )
    )
)
def test_any_maps_give_people_that_are_finite(scene):
    heatmaps, tags = scene
    decoder = AggregatingBottomupDecoder()
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        (found,) = decoder.find_people(
            torch.from_numpy(heatmaps)[None],
            torch.from_numpy(tags.reshape(1, -1, *heatmaps.shape[1:])),
        )
    n, (k, h, w) = len(found.scores), heatmaps.shape
    assert found.keypoints.shape == (n, k, 2)
    assert found.keypoint_scores.shape == found.found.shape == (n, k)
    assert found.tags.shape == (n, len(tags))
    for values in (found.keypoints, found.keypoint_scores, found.scores):
        assert np.isfinite(values).all()
    assert (found.keypoint_scores >= 0).all()
    # within a quarter of a cell of the map
    there = found.keypoints[found.keypoint_scores > 0]
    assert (there >= 0).all()
    assert (there <= [w, h]).all()


# values that no rounding can bring level
STEPS = st.integers(1, 1000).map(lambda number: number / 1024)


@given(scenes(STEPS), st.data())
def test_people_are_those_of_plain_loops(scene, data):
    heatmaps, tags = scene
    k = len(heatmaps)
    # no two cells alike, so that the order of equals does not matter
    order = data.draw(st.permutations(range(heatmaps.size)))
    heatmaps = np.array(order, np.float32).reshape(heatmaps.shape)
    # and none at the threshold, 0.1, which two precisions see differently
    heatmaps = (heatmaps + np.float32(0.47)) / heatmaps.size * 0.8
    tags = tags * 4
    ours = AggregatingBottomupDecoder(
        keypoint_order=tuple(range(k))
    ).find_people(
        torch.from_numpy(heatmaps)[None],
        torch.from_numpy(tags.reshape(1, -1, *heatmaps.shape[1:])).float(),
    )[0]
    points, scores, instance = reference_decode(heatmaps, tags)
    np.testing.assert_allclose(ours.keypoints, points, atol=1e-5)
    np.testing.assert_allclose(ours.keypoint_scores, scores, atol=1e-6)
    np.testing.assert_allclose(ours.scores, instance, atol=1e-6)


@pytest.mark.parametrize('shape', [(0, 4, 4), (2, 0, 4), (2, 4, 0)])
def test_maps_without_cells_are_refused(shape):
    with pytest.raises(ValueError, match=r'\(K, H, W\)|shape|got'):
        AggregatingBottomupDecoder().find_people(
            torch.zeros(1, *shape), torch.zeros(1, *shape)
        )


def test_a_batch_of_no_images_has_no_people():
    empty = torch.zeros(0, 3, 4, 4)
    assert AggregatingBottomupDecoder().find_people(empty, empty) == []
