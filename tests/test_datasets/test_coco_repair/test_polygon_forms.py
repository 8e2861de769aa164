"""Polygons that are lists of points."""

import numpy as np
import pytest

from higherhrnet_plugin.datasets.coco_repair.polygon_forms import (
    flatten_polygons,
)

FLAT = [0, 0, 20, 0, 20, 15, 0, 15]
PAIRS = [[0, 0], [20, 0], [20, 15], [0, 15]]
RECORDS = [dict(x=x, y=y) for x, y in PAIRS]


@pytest.mark.parametrize(
    ('given', 'expected'),
    [
        (PAIRS, [FLAT]),
        (RECORDS, [FLAT]),
        ([PAIRS], [FLAT]),
        ([RECORDS, FLAT], [FLAT, FLAT]),
        ([FLAT, PAIRS[:3]], [FLAT, FLAT[:6]]),
        ([[tuple(p) for p in PAIRS]], [FLAT]),
        ([np.array(PAIRS, float).tolist()], [FLAT]),
    ],
)
def test_points_are_written_one_behind_the_other(given, expected):
    assert flatten_polygons(given) == expected


@pytest.mark.parametrize(
    'given',
    [
        [FLAT],
        FLAT,
        [],
        [[]],
        [[1, 2]],
        [[1, 2], [3, 4]],
        [[[1, 2], [3, 4]]],
        [[[1, 2, 3], [3, 4, 5], [5, 6, 7]]],
        [[dict(x=1), dict(x=2), dict(x=3)]],
        [[['a', 'b']] * 3],
    ],
)
def test_anything_else_is_left(given):
    assert flatten_polygons(given) is given
