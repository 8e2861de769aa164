"""Pictures with maps beside them, and people by their numbers."""

import numpy as np
import pytest

from higherhrnet_plugin.visualization import (
    draw_panels,
    draw_people,
    number_people,
)


@pytest.mark.parametrize('shared', [False, True])
def test_panels(shared):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (90, 120, 3), dtype=np.uint8)
    image = rng.integers(0, 255, (30, 44, 3), dtype=np.uint8)
    maps = rng.random((3, 8, 11)).astype(np.float32)
    fine = rng.random((3, 16, 22)).astype(np.float32)
    tags = rng.normal(size=(1 if shared else 6, 8, 11)).astype(np.float32)
    panels = draw_panels(picture, '2 people', image, [(maps, tags)])
    # a label of 18 pixels above, and 4 pixels beside each
    np.testing.assert_array_equal(panels[18:108, :120], picture)
    assert panels.shape == (108, (120 + 4) + 2 * (132 + 4), 3)
    assert (panels[:, 120:124] == 255).all()
    more = draw_panels(picture, '', image, [(maps, tags), (fine, None)])
    assert more.shape[1] == panels.shape[1] + 136
    assert (more[18:, -130:-8] != 255).any()


def test_people_of_one_number_have_one_colour():
    image = np.zeros((60, 60, 3), np.uint8)
    points = np.array([[[20.5, 30.5]], [[40.5, 30.5]]])
    scores = np.ones((2, 1))
    plain = draw_people(image, points, scores, [])
    swapped = draw_people(image, points, scores, [], numbers=[1, 0])
    np.testing.assert_array_equal(plain[30, 20], swapped[30, 40])
    np.testing.assert_array_equal(plain[30, 40], swapped[30, 20])
    assert (plain[30, 20] != plain[30, 40]).any()
    same = draw_people(image, points, scores, [], numbers=[7, 7])
    np.testing.assert_array_equal(same[30, 20], same[30, 40])


def test_numbers_are_written():
    image = np.zeros((60, 90, 3), np.uint8)
    points = np.array([[[20.5, 40.5]], [[60.5, 40.5]]])
    seen = np.ones((2, 1))
    plain = number_people(image, points, seen)
    np.testing.assert_array_equal(
        plain, number_people(image, points, seen, numbers=[0, 1])
    )
    other = number_people(image, points, seen, numbers=[0, 23])
    np.testing.assert_array_equal(other[:, :40], plain[:, :40])
    assert (other[:, 40:] != plain[:, 40:]).any()
