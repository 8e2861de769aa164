"""Error types, one hand-made case each, and a plain reference."""

import numpy as np
import pytest

from higherhrnet_plugin.analysis.error_types import (
    KEYPOINT_TYPES,
    NOT_LABELLED,
    PERSON_TYPES,
    classify_keypoints,
    classify_people,
)
from higherhrnet_plugin.structures.annotated_people import AnnotatedPeople

# nose, left and right eye, left and right ear
FLIP = [0, 2, 1, 4, 3]
SIGMAS = np.full(5, 0.05)
# with this area a similarity is exp(-d^2 / 200): .85 at 5.70, .5 at 11.77
AREA = 100.0**2
FIRST = np.array([[50, 50], [80, 40], [20, 40], [95, 70], [5, 70]], float)
SECOND = FIRST + [300, 0]


def people(*keypoints, labelled=None, areas=None):
    """Gather annotated people."""
    count = len(keypoints)
    points = np.array(keypoints, float).reshape(count, -1, 2)
    if labelled is None:
        labelled = np.ones(points.shape[:2], bool)
    return AnnotatedPeople(
        keypoints=points,
        labelled=labelled,
        boxes=np.tile([0.0, 0.0, 100.0, 100.0], (count, 1)),
        areas=np.full(count, AREA) if areas is None else areas,
        crowd=np.zeros(count, bool),
        ignored=~labelled.any(axis=1),
        visible=labelled,
    )


def names(types):
    """Name error types."""
    return ['none' if t == NOT_LABELLED else KEYPOINT_TYPES[t] for t in types]


@pytest.mark.parametrize(
    ('place', 'kind'),
    [
        pytest.param(FIRST[1], 'good', id='exact'),
        pytest.param(FIRST[1] + [5.6, 0], 'good', id='up-to-085'),
        pytest.param(FIRST[1] + [5.8, 0], 'jitter', id='below-085'),
        pytest.param(FIRST[1] + [0, -11.7], 'jitter', id='down-to-05'),
        pytest.param(FIRST[1] + [0, -11.9], 'miss', id='below-05'),
        pytest.param(FIRST[2], 'inversion', id='other-eye'),
        pytest.param(FIRST[2] + [0, 11], 'inversion', id='near-other-eye'),
        pytest.param(FIRST[3], 'miss', id='ear-is-no-mirror'),
        pytest.param(SECOND[1], 'swap', id='eye-of-other'),
        pytest.param(SECOND[2] + [0, 11], 'swap', id='mirror-of-other'),
        pytest.param(SECOND[4], 'miss', id='ear-of-other'),
        pytest.param([900, 900], 'miss', id='nowhere'),
        pytest.param([np.nan, np.nan], 'miss', id='broken'),
    ],
)
def test_one_keypoint(place, kind):
    predicted = FIRST[None].copy()
    predicted[0, 1] = place
    kinds = classify_keypoints(
        predicted, np.array([0]), people(FIRST, SECOND), SIGMAS, FLIP
    )
    assert names(kinds[0]) == ['good', kind, 'good', 'good', 'good']


def test_middle_keypoint_has_no_inversion():
    predicted = FIRST[None] + [8, 0]
    kinds = classify_keypoints(
        predicted, np.array([0]), people(FIRST), SIGMAS, FLIP
    )
    assert names(kinds[0]) == ['jitter'] * 5


def test_unlabelled_keypoints_have_no_kind_and_attract_nothing():
    labelled = np.ones((2, 5), bool)
    labelled[0, 0] = labelled[0, 2] = labelled[1, 3] = False
    predicted = FIRST[None].copy()
    predicted[0, 1] = FIRST[2]
    predicted[0, 3] = SECOND[3]
    kinds = classify_keypoints(
        predicted,
        np.array([0]),
        people(FIRST, SECOND, labelled=labelled),
        SIGMAS,
        FLIP,
    )
    assert names(kinds[0]) == ['none', 'miss', 'none', 'miss', 'good']


def test_nobody():
    kinds = classify_keypoints(
        np.zeros((0, 5, 2)), np.zeros(0, int), people(FIRST), SIGMAS, FLIP
    )
    assert kinds.shape == (0, 5)


def reference_kind(point, k, own, truth):
    """Find the most similar label of one keypoint in a loop."""
    found = []
    for g in range(len(truth.keypoints)):
        for j in dict.fromkeys((k, FLIP[k])):
            if truth.labelled[g, j]:
                d = np.hypot(*(point - truth.keypoints[g, j]))
                variance = 2 * truth.areas[g] * (2 * SIGMAS[k]) ** 2
                # at equal similarity the own one, then the own person
                rank = int(g == own) + int(g == own and j == k)
                found.append((np.exp(-d * d / variance), rank))
    if not truth.labelled[own, k]:
        return 'none'
    similarity, rank = max(found)
    if similarity < 0.5:
        return 'miss'
    if rank < 2:
        return ('swap', 'inversion')[rank]
    return 'good' if similarity >= 0.85 else 'jitter'


def test_equals_a_plain_loop():
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(30):
        truth = people(
            *rng.uniform(0, 60, (4, 5, 2)),
            labelled=rng.random((4, 5)) < 0.8,
            areas=rng.uniform(2e3, 2e4, 4),
        )
        matches = rng.permutation(4)[:3]
        predicted = truth.keypoints[matches] + rng.normal(0, 9, (3, 5, 2))
        kinds = classify_keypoints(predicted, matches, truth, SIGMAS, FLIP)
        for m, k in np.ndindex(3, 5):
            expected = reference_kind(predicted[m, k], k, matches[m], truth)
            assert names(kinds[m])[k] == expected
            seen.add(expected)
    assert seen == {*KEYPOINT_TYPES, 'none'}


def test_classify_people():
    # columns: a person who counts, an ignored one
    oks = np.array(
        [
            [0.9, 0],
            [0.3, 0],
            [0.09, 0.05],
            [0, 0.4],
            [0, 0],
            [0.5, 0.3],
            [0.2, 0.4],
        ]
    )
    matches = np.array([0, -1, -1, 1, -1, 1, 1])
    kinds = classify_people(oks, matches, np.array([False, True]))
    assert [PERSON_TYPES[k] for k in kinds] == [
        'match',
        'duplicate',
        'background',
        'ignored',
        'background',
        'duplicate',
        'ignored',
    ]
    alone = classify_people(
        np.zeros((2, 0)), np.full(2, -1), np.zeros(0, bool)
    )
    assert [PERSON_TYPES[k] for k in alone] == ['background'] * 2
