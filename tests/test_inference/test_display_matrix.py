"""Frames as players show them, computed by hand."""

from fractions import Fraction

import numpy as np
import pytest
from video_files import MATRICES

from higherhrnet_plugin.inference.display_matrix import (
    square_pixels,
    turn_upright,
)

STORED = [[1, 2, 3], [4, 5, 6]]
SHOWN = {
    'upright': [[1, 2, 3], [4, 5, 6]],
    'mirrored': [[3, 2, 1], [6, 5, 4]],
    'upside down': [[6, 5, 4], [3, 2, 1]],
    'upside down, mirrored': [[4, 5, 6], [1, 2, 3]],
    'clockwise': [[4, 1], [5, 2], [6, 3]],
    'counterclockwise': [[3, 6], [2, 5], [1, 4]],
    'transposed': [[1, 4], [2, 5], [3, 6]],
    'transposed on the other diagonal': [[6, 3], [5, 2], [4, 1]],
}


def to_image(rows):
    return np.repeat(np.array(rows, np.uint8)[..., None], 3, axis=2)


def to_bytes(a, b, c, d):
    values = np.array([a, b, 0, c, d, 0, 0, 0, 2**14]) * 2**16
    return values.astype(np.int32).tobytes()


@pytest.mark.parametrize('name', MATRICES)
def test_turn_upright(name):
    shown = turn_upright(to_image(STORED), to_bytes(*MATRICES[name]))
    np.testing.assert_array_equal(shown, to_image(SHOWN[name]))


@pytest.mark.parametrize(
    ('matrix', 'name'),
    [
        # 10 and 80 degrees, and a scale of 2
        ((0.98, 0.17, -0.17, 0.98), 'upright'),
        ((0.17, 0.98, -0.98, 0.17), 'clockwise'),
        ((-2, 0, 0, -2), 'upside down'),
        ((0, 0, 0, 0), 'upright'),
    ],
)
def test_other_angles_count_as_the_nearest(matrix, name):
    shown = turn_upright(to_image(STORED), to_bytes(*matrix))
    np.testing.assert_array_equal(shown, to_image(SHOWN[name]))


def test_without_a_matrix():
    image = to_image(STORED)
    assert turn_upright(image, None) is image


@pytest.mark.parametrize(
    ('aspect', 'expected'),
    [
        (None, (1440, 1080)),
        (Fraction(0), (1440, 1080)),
        (Fraction(1), (1440, 1080)),
        (Fraction(4, 3), (1920, 1080)),
        (Fraction(8, 9), (1280, 1080)),
        # a fault of the file
        (Fraction(100), (1440, 1080)),
    ],
)
def test_square_pixels(aspect, expected):
    assert square_pixels(1440, 1080, aspect) == expected
