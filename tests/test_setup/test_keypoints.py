"""Names, mirrored pairs and skeletons, with edge cases in tables."""

import numpy as np
import pytest

from higherhrnet_plugin.datasets.coco_repair.statistics import (
    compare_flips,
    guess_flip_pairs,
)
from higherhrnet_plugin.setup.keypoints import (
    choose_flip,
    choose_flip_pairs,
    choose_names,
    choose_skeleton,
    join_nearest,
)

MOUSE = ['nose', 'left_ear', 'right_ear', 'tail']


@pytest.mark.parametrize(
    ('names', 'k', 'expected', 'said'),
    [
        (['nose'], 1, ['nose'], 'of the file'),
        ([], 1, ['keypoint_0'], 'names none'),
        ([], 3, ['keypoint_0', 'keypoint_1', 'keypoint_2'], 'names none'),
        (MOUSE, 4, MOUSE, 'of the file'),
        (['ear', 'nose', 'ear'], 3, ['ear_0', 'nose', 'ear_2'], 'ear came'),
        (['a', 'a', 'a_1'], 3, ['a_0', 'a_1_1', 'a_1_2'], 'a came twice'),
    ],
)
def test_names(names, k, expected, said):
    choice = choose_names(names, k)
    assert choice.value == expected
    assert said in choice.reason


@pytest.mark.parametrize(
    ('names', 'flip', 'said'),
    [
        (MOUSE, True, 'left and right are known'),
        (['nose'], True, 'no keypoint has a side'),
        (['nose', 'tail'], True, 'no keypoint has a side'),
        ([], False, 'without names'),
        (['point_0', 'point_1', 'point_10'], False, 'give --flip-pairs'),
        (['Keypoint 1', 'kp2', '3'], False, 'without names'),
        (['spine_1', 'spine_2'], True, 'no keypoint has a side'),
        (['nose', 'left_ear'], False, 'left_ear lack'),
        ([*MOUSE, 'paw-R'], False, 'paw-R lack'),
        # a part of a word is no side
        (['wright'], False, 'wright lack'),
        (['bill'], True, 'no keypoint has a side'),
    ],
)
def test_flip(names, flip, said):
    k = len(names) or 3
    choice = choose_flip(names, guess_flip_pairs(names), k)
    assert choice.value is flip
    assert said in choice.reason


def test_flip_where_pairs_are_given():
    choice = choose_flip([], [(0, 1)], 3, are_told=True)
    assert choice.value is True
    pairs = choose_flip_pairs(['a', 'b', 'c'], [(0, 1)], [], are_told=True)
    assert pairs.reason.startswith('they were given; one pair')


def test_one_keypoint_without_a_name_is_mirrored():
    assert choose_flip([], [], 1).value is True
    assert choose_flip([], [], 2).value is False


@pytest.mark.parametrize(
    ('names', 'expected', 'said'),
    [
        (MOUSE, [('left_ear', 'right_ear')], 'one pair alone'),
        (['nose', 'tail'], [], 'no names'),
        (
            ['L_eye', 'R_eye', 'R_paw', 'L_paw'],
            [('L_eye', 'R_eye'), ('L_paw', 'R_paw')],
            'at least 80% of 10 people',
        ),
    ],
)
def test_flip_pairs_and_their_check(names, expected, said):
    # 8 people on whom both pairs agree, 2 on whom they do not
    people = np.full((10, len(names), 3), 2.0)
    for i, name in enumerate(names):
        people[:, i, 0] = 20 if name.lower().startswith('r') else 10
    if len(names) == 4 and names[0] == 'L_eye':
        people[:2, 0, 0], people[:2, 1, 0] = 20, 10
    pairs = guess_flip_pairs(names)
    choice = choose_flip_pairs(names, pairs, compare_flips(people, pairs))
    assert choice.value == expected
    assert said in choice.reason


def test_flip_pairs_nobody_shows():
    names = ['L_eye', 'R_eye', 'L_paw', 'R_paw']
    pairs = guess_flip_pairs(names)
    rows = compare_flips(np.zeros((3, 4, 3)), pairs)
    choice = choose_flip_pairs(names, pairs, rows)
    assert len(choice.value) == 2
    assert 'nobody shows two pairs' in choice.reason


def line(*places, people=2, seen=2.0):
    """Place keypoints on a line."""
    points = np.zeros((people, len(places), 3))
    points[..., 0], points[..., 2] = places, seen
    return points


@pytest.mark.parametrize(
    ('people', 'expected'),
    [
        (line(7), set()),
        (line(0, 3), {(0, 1)}),
        # 0, 2, 1, 3 in the order of places
        (line(0, 20, 9, 33), {(0, 2), (1, 2), (1, 3)}),
        # two points in one place
        (line(5, 5, 9), {(0, 1), (0, 2)}),
        (line(0, 3, seen=0.0), set()),
        (np.zeros((0, 3, 3)), set()),
    ],
    ids=['one', 'two', 'four', 'same place', 'nothing seen', 'nobody'],
)
def test_nearest_are_joined(people, expected):
    found = {tuple(sorted(link)) for link in join_nearest(people)}
    ties = {(0, 1), (1, 2)}
    assert found == expected or (
        expected == {(0, 1), (0, 2)} and found == ties
    )


def test_a_keypoint_nobody_shows_stays_alone():
    people = line(0, 3, 6)
    people[:, 2, 2] = 0
    assert join_nearest(people) == [(0, 1)]


@pytest.mark.parametrize(
    ('links', 'expected', 'said'),
    [
        ([(0, 1)], [('a', 'b')], 'of the file'),
        ([(1, 1)], [('a', 'b')], 'near'),
        ([], [('a', 'b')], 'near'),
    ],
)
def test_skeleton(links, expected, said):
    choice = choose_skeleton(['a', 'b'], links, line(0, 3))
    assert choice.value == expected
    assert said in choice.reason


def test_skeleton_of_one_keypoint():
    assert choose_skeleton(['a'], [], line(0)).value == []
