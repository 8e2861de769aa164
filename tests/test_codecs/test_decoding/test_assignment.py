"""Assignment: the optimum, and the choice among several."""

from itertools import permutations

import numpy as np
import pytest
from munkres import Munkres

from higherhrnet_plugin.codecs.decoding.assignment import (
    assign,
    assign_closest,
)

SIZES = [
    *[(1, 1), (1, 6), (2, 3), (3, 5), (4, 4), (5, 9), (12, 12)],
    *[(20, 33), (30, 30), (30, 64)],
]


@pytest.mark.parametrize('kind', ['random', 'tied', 'official', 'padded'])
@pytest.mark.parametrize(('rows', 'columns'), SIZES)
def test_equals_the_package(rows, columns, kind):
    rng = np.random.default_rng(rows * 100 + columns)
    for _ in range(25):
        cost = rng.uniform(0, 3, (rows, columns))
        if kind != 'random':
            cost = np.round(cost) * 100
        if kind in ('official', 'padded'):
            # scores are the same along a row
            cost = cost - rng.uniform(0.1, 1, (rows, 1)).astype(np.float32)
        if kind == 'padded':
            cost[:, columns - columns // 3 :] = 1e10
        expected = Munkres().compute(cost.tolist())
        assert list(enumerate(assign(cost))) == expected


@pytest.mark.parametrize(('rows', 'columns'), [(1, 4), (3, 3), (4, 6)])
def test_has_the_smallest_sum(rows, columns):
    rng = np.random.default_rng(rows)
    for _ in range(20):
        cost = rng.integers(-3, 4, (rows, columns)).astype(float)
        chosen = assign(cost)
        assert len(set(chosen)) == rows
        found = sum(cost[row, column] for row, column in enumerate(chosen))
        assert found == min(
            sum(cost[row, column] for row, column in enumerate(some))
            for some in permutations(range(columns), rows)
        )


def test_does_not_take_what_is_near_first():
    # both rows want column 0; the greedy choice costs 1 + 100
    cost = np.array([[1.0, 5.0], [2.0, 100.0]])
    kept = cost.copy()
    assert assign(cost) == [1, 0]
    np.testing.assert_array_equal(cost, kept)


@pytest.mark.parametrize(
    ('rows', 'columns'), [(1, 1), (1, 4), (4, 1), (3, 3), (4, 3), (2, 4)]
)
def test_closest_assignment_has_the_smallest_sum(rows, columns):
    rng = np.random.default_rng(rows * 10 + columns)
    for _ in range(10):
        distance = rng.uniform(0, 2, (rows, columns))
        pairs = enumerate(assign_closest(distance, 1.0))
        padded = np.full((rows, columns + rows), 1.0)
        padded[:, :columns] = distance.clip(max=1)
        found = sum(padded[pair] for pair in pairs)
        every = permutations(range(columns + rows), rows)
        least = min(
            sum(padded[row, column] for row, column in enumerate(columns_))
            for columns_ in every
        )
        assert found == pytest.approx(least)
