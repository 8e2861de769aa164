"""Choosing people: thresholds, duplicates, the best so many."""

import numpy as np
import pytest

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs.decoding.selection import (
    Selection,
    keypoint_boxes,
    suppress_duplicates,
)

BODY = np.array([[0, 0], [40, 0], [20, 50], [0, 100], [40, 100]], float)
SIGMAS = [0.07] * 5
ALL = np.ones(5, bool)


def crowd(*moves, found=None):
    keypoints = np.stack([BODY + move for move in moves])
    found = np.stack([ALL] * len(moves)) if found is None else found
    return keypoints, found


def test_boxes():
    keypoints, found = crowd((10, 20), (0, 0), (5, 5))
    found[1] = False
    found[2, 1:] = False
    np.testing.assert_array_equal(
        keypoint_boxes(keypoints, found),
        [[10, 20, 50, 120], [0, 0, 0, 0], [5, 5, 5, 5]],
    )
    none = keypoint_boxes(np.zeros((0, 5, 2)), np.zeros((0, 5), bool))
    assert none.shape == (0, 4)
    assert none.dtype == np.float32


@pytest.mark.parametrize(
    ('move', 'thr', 'kept'),
    [
        # sd of a keypoint: 2 * 0.07 * sqrt(40 * 100) = 8.9 pixels
        ((2, 1), 0.7, [1]),
        ((9, 0), 0.7, [1, 0]),
        ((9, 0), 0.5, [1]),
        ((45, 0), 0.3, [1, 0]),
        ((0, 0), 1.0, [1, 0]),
    ],
)
def test_duplicates_collapse_and_neighbours_stay(move, thr, kept):
    keypoints, found = crowd((100, 100), np.add(move, 100))
    found_people = suppress_duplicates(
        keypoints, found, np.array([0.4, 0.8]), thr, SIGMAS
    )
    assert found_people.tolist() == kept


def test_a_part_of_a_person_is_a_duplicate():
    part = np.array([True, True, False, False, False])
    keypoints, found = crowd((0, 0), (1, 1), found=np.stack((ALL, part)))
    scores = np.array([0.9, 0.5])
    assert suppress_duplicates(
        keypoints, found, scores, 0.7, SIGMAS
    ).tolist() == [0]
    # but not where the better person lacks these keypoints
    other = ~part
    assert suppress_duplicates(
        keypoints, np.stack((other, part)), scores, 0.3, SIGMAS
    ).tolist() == [0, 1]


def test_chains_are_not_swallowed():
    # 0 is like 1, 1 like 2, but 2 is not like 0
    keypoints, found = crowd((0, 0), (7, 0), (14, 0))
    kept = suppress_duplicates(
        keypoints, found, np.array([0.9, 0.8, 0.7]), 0.6, SIGMAS
    )
    assert kept.tolist() == [0, 2]


def test_nothing_asked_for_changes_nothing():
    keypoints, found = crowd((0, 0), (0, 0), (1, 1))
    scores = np.array([0.1, 0.9, 0.0])
    assert Selection().choose(keypoints, found, scores).tolist() == [0, 1, 2]


@pytest.mark.parametrize(
    ('options', 'kept'),
    [
        (dict(instance_thr=0.35), [3, 2]),
        (dict(max_instances=2), [3, 2]),
        (dict(max_instances=10), [3, 2, 1, 0]),
        (dict(min_keypoints=4), [3, 2, 0]),
        (dict(nms_thr=0.5, sigmas=SIGMAS), [3, 2, 1]),
        (dict(nms_thr=0.5, sigmas=SIGMAS, max_instances=1), [3]),
        (dict(instance_thr=2.0), []),
    ],
    ids=str,
)
def test_choice(options, kept):
    keypoints, found = crowd((0, 0), (300, 0), (600, 0), (2, 2))
    found[1, :2] = False
    scores = np.array([0.2, 0.3, 0.4, 0.9])
    chosen = Selection(**options).choose(keypoints, found, scores)
    assert chosen.tolist() == kept


@pytest.mark.parametrize('options', [{}, dict(nms_thr=0.5, sigmas=SIGMAS)])
def test_nobody(options):
    chosen = Selection(**options).choose(
        np.zeros((0, 5, 2)), np.zeros((0, 5), bool), np.zeros(0)
    )
    assert chosen.shape == (0,)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(instance_thr=-0.1), r'`instance_thr`.*-0.1'),
        (dict(min_keypoints=-1), r'`min_keypoints`.*-1'),
        (dict(max_instances=0), r'`max_instances`.*0'),
        (dict(nms_thr=1.5), r'`nms_thr`.*1.5'),
        (dict(nms_thr=0.5), r'`sigmas` of 5 keypoints, got none'),
        (dict(nms_thr=0.5, sigmas=[0.1] * 4), r'5 keypoints, got 4'),
    ],
    ids=str,
)
def test_options_are_checked(options, words):
    with pytest.raises(ValueError, match=words):
        AggregatingBottomupDecoder(num_keypoints=5, **options)
    AggregatingBottomupDecoder(num_keypoints=17, nms_thr=0.5)
