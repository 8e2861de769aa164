"""Statistics of a data set, against numbers counted by hand."""

import numpy as np
import pytest

from higherhrnet_plugin.datasets.coco_repair.statistics import (
    compare_flips,
    count_people,
    count_visibility,
    guess_flip_pairs,
    measure_sizes,
    stack_people,
)


def person(image_id, labelled=2, crowd=0, area=100.0, height=20.0):
    keypoints = [[3, 4, 2], [5, 6, 1], [0, 0, 0]][:labelled]
    keypoints += [[0, 0, 0]] * (3 - labelled)
    return dict(
        image_id=image_id,
        iscrowd=crowd,
        area=area,
        bbox=[0, 0, 10, height],
        num_keypoints=labelled,
        keypoints=np.ravel(keypoints).tolist(),
        foot_kpts=[7, 8, 2],
    )


def content():
    return dict(
        images=[
            dict(id=1, width=100, height=200),
            dict(id=2, width=400, height=200),
            dict(id=3, width=10, height=10),
        ],
        annotations=[
            person(1, area=36.0, height=7.0),
            person(2, area=410.0, height=13.0),
            person(2, labelled=1, area=409.0, height=12.0),
            person(2, labelled=0),
            person(3, crowd=1),
        ],
    )


def test_people_are_stacked():
    people = stack_people(content())
    assert people.shape == (4, 3, 3)
    assert people[2].tolist() == [[3, 4, 2], [0, 0, 0], [0, 0, 0]]
    people = stack_people(content(), ('keypoints', 'foot_kpts'))
    assert people.shape == (4, 4, 3)
    assert people[0, 3].tolist() == [7, 8, 2]
    assert stack_people(dict(images=[])).shape == (0, 0, 3)


def test_people_are_counted():
    assert count_people(content()) == {0: 1, 1: 1, 2: 1}


def test_visibility_is_counted_over_labelled_people():
    counts = count_visibility(stack_people(content()))
    assert counts.tolist() == [[0, 0, 3], [1, 2, 0], [3, 0, 0]]


def test_sizes_are_those_of_the_input():
    # scales 5.12, 2.56, 2.56: areas 943.7, 2687, 2680; heights 36, 33, 31
    sizes = measure_sizes(content(), 512)
    assert sizes['people'] == 3
    assert sizes['median_height'] == pytest.approx(13 * 2.56)
    assert sizes['small_share'] == pytest.approx(1 / 3)
    assert sizes['low_share'] == pytest.approx(1 / 3)
    # half the input: a quarter of the areas, 235.9, 671.7 and 670.1
    sizes = measure_sizes(content(), 256)
    assert sizes['small_share'] == sizes['low_share'] == 1
    assert measure_sizes(dict(images=[]), 512) == {'people': 0}


def crowd_of(n, seed=0):
    """Draw people with three pairs that face either way, mostly upright."""
    rng = np.random.default_rng(seed)
    people = np.zeros((n, 6, 3))
    side = rng.choice([-1, 1], n)
    people[:, :, 0] = rng.uniform(50, 60, (n, 6))
    people[:, 0::2, 0] -= 6 * side[:, None]
    people[:, 1::2, 0] += 6 * side[:, None]
    people[:, :, 2] = rng.choice([0, 1, 2, 2], (n, 6))
    return people


PAIRS = [(0, 1), (2, 3), (4, 5)]


def test_sound_flip_pairs():
    for row in compare_flips(crowd_of(200), PAIRS):
        assert not row['suspicious']
        assert row['agreement'] > 0.9
        assert 0.3 < row['left_share'] < 0.7
    # all named the other way round is fine, too
    swapped = [(b, a) for a, b in PAIRS]
    assert not any(
        row['suspicious'] for row in compare_flips(crowd_of(200), swapped)
    )


@pytest.mark.parametrize('wrong', range(3))
def test_a_swapped_pair_is_found(wrong):
    pairs = [p[::-1] if i == wrong else p for i, p in enumerate(PAIRS)]
    rows = compare_flips(crowd_of(200), pairs)
    assert [row['suspicious'] for row in rows] == [
        i == wrong for i in range(3)
    ]
    assert rows[wrong]['agreement'] < 0.1
    assert rows[wrong]['pair'] == list(pairs[wrong])


def test_agreement_is_counted_as_written():
    rng = np.random.default_rng(1)
    people = crowd_of(40)
    people[..., 0] += rng.normal(0, 6, (40, 6))
    for i, row in enumerate(compare_flips(people, PAIRS)):
        same = number = 0
        for person_ in people:
            signs = []
            for a, b in PAIRS:
                seen = person_[a, 2] > 0 and person_[b, 2] > 0
                right = person_[b, 0] > person_[a, 0]
                signs.append((1 if right else -1) if seen else 0)
            others = sum(signs) - signs[i]
            if signs[i] and others:
                number += 1
                same += signs[i] * others > 0
        assert row['people'] == number
        assert row['agreement'] == pytest.approx(same / number)


def test_few_people_prove_nothing():
    pairs = [(1, 0), (2, 3), (4, 5)]
    rows = compare_flips(crowd_of(3), pairs)
    assert not any(row['suspicious'] for row in rows)
    (row,) = compare_flips(crowd_of(50), PAIRS[:1])
    assert row['people'] == 0
    assert row['agreement'] is None
    assert not row['suspicious']


@pytest.mark.parametrize(
    ('names', 'pairs'),
    [
        (['nose', 'left_eye', 'right_eye'], [(1, 2)]),
        (['R_Hip', 'L_Hip', 'Neck'], [(1, 0)]),
        (['leftEar', 'rightEar'], [(0, 1)]),
        (['L_F_Paw', 'R_B_Paw', 'R_F_Paw'], [(0, 2)]),
        (['eye-left', 'eye-right', 'left ear'], [(0, 1)]),
        (['a', 'b'], []),
    ],
)
def test_pairs_by_name(names, pairs):
    assert guess_flip_pairs(names) == pairs
