"""Assignment and grouping by tags."""

import numpy as np
import pytest

from higherhrnet_plugin.codecs.decoding.grouping import (
    Candidates,
    group_by_tag,
    match_cost,
)


def test_rounding_loses_what_the_distance_keeps():
    # both distances of each candidate round to 0, so the official cost ties
    known = candidate(0.0, 0.4)
    found = candidate(0.4, 0.0)
    people = group_by_tag([known, found], [0, 1], 1.0, 30, 'distance')
    np.testing.assert_allclose(people[:, 1, 3], [0, 0.4])
    official = group_by_tag([known, found], [0, 1], 1.0, 30)
    np.testing.assert_allclose(official[:, 1, 3], [0.4, 0])


def test_what_is_far_from_everyone_does_not_push_others_aside():
    # plain sums of distances would give 0.9 to person 2 and 9 to person 1
    known, found = candidate(0.0, 1.5), candidate(0.9, -9.0)
    people = group_by_tag([known, found], [0, 1], 1.0, 30, 'distance')
    assert len(people) == 3
    assert people[1, 1, 3] == np.float32(0.9)


@pytest.mark.parametrize('people', [1, 2, 5])
@pytest.mark.parametrize('tag_dim', [1, 2])
def test_match_cost_pads_to_the_number_of_candidates(people, tag_dim):
    rng = np.random.default_rng(people)
    scores = rng.uniform(0.1, 1, 5).astype(np.float32)
    tags = rng.normal(0, 3, (5, tag_dim)).astype(np.float32)
    means = rng.normal(0, 3, (people, tag_dim)).astype(np.float32)
    cost, distance = match_cost(scores, tags, means)
    assert cost.shape == (5, 5)
    for m, g in np.ndindex(5, people):
        length = np.hypot.reduce(tags[m].astype(float) - means[g])
        assert distance[m, g] == pytest.approx(abs(length))
        assert cost[m, g] == pytest.approx(
            round(abs(length)) * 100 - scores[m]
        )
    assert (cost[:, people:] > 1e6).all()


def candidate(*tags):
    """Give one candidate for each tag, in cells (index, index)."""
    cells = np.arange(len(tags))[:, None].repeat(2, axis=1)
    scores = np.linspace(0.9, 0.5, len(tags)).astype(np.float32)
    tags = np.array(tags, np.float32).reshape(-1, 1)
    return Candidates(cells, scores, tags)


def test_more_candidates_than_people_begin_new_people():
    people = group_by_tag(
        [candidate(0.0, 10.0), candidate(20.0, 10.0, 30.0, 0.0)],
        [0, 1],
        1.0,
        30,
    )
    assert people.shape == (4, 2, 4)
    np.testing.assert_array_equal(people[0, :, 3], [0, 0])
    np.testing.assert_array_equal(people[1, :, 3], [10, 10])
    # the first two keep their places and find their second keypoint
    np.testing.assert_array_equal(people[:2, 1, 0], [3, 1])
    # what fits nobody stands alone
    assert (people[2:, 0] == 0).all()
    assert sorted(people[2:, 1, 0]) == [0, 2]


def test_candidates_are_compared_with_the_first_people_only():
    people = group_by_tag(
        [candidate(0.0, 10.0, 20.0), candidate(20.0)], [0, 1], 1.0, 2
    )
    # person 3 is not looked at, yet its key is: the keypoint goes there
    assert len(people) == 3
    assert people[2, 1, 2] == np.float32(0.9)


def test_order_decides_who_comes_first():
    maps = [candidate(5.0), candidate(0.0, 5.0)]
    forward = group_by_tag(maps, [0, 1], 1.0, 30)
    backward = group_by_tag(maps, [1, 0], 1.0, 30)
    assert forward[0].all(axis=1).any()
    np.testing.assert_array_equal(forward[0], backward[1])


@pytest.mark.parametrize('distance', [0.999, 1.0, 1.001])
def test_a_candidate_joins_below_the_threshold(distance):
    people = group_by_tag(
        [candidate(0.0), candidate(distance)], [0, 1], 1.0, 30
    )
    assert len(people) == (1 if np.float32(distance) < 1 else 2)


def test_nobody_gives_an_empty_array():
    empty = Candidates(
        np.zeros((0, 2), int), np.zeros(0, np.float32), np.zeros((0, 1))
    )
    people = group_by_tag([empty] * 5, range(5), 1.0, 30)
    assert people.shape == (0, 5, 4)
    assert people.dtype == np.float32
