"""Distances of tags, by hand."""

import numpy as np
import pytest

from higherhrnet_plugin.analysis.tag_separation import tag_separation


def test_distances_within_and_between():
    # image 0: people around 1 and 5; image 1: one at (2, 3)
    tags = [[0.5, 0], [1.5, 0], [5, 0], [5, 3], [5, -3], [2, 3]]
    found = tag_separation(
        np.array(tags),
        np.array([0, 0, 0, 0, 0, 1]),
        np.array([0, 0, 1, 1, 1, 0]),
    )
    assert found.within.tolist() == pytest.approx([0.5, 0.5, 0, 3, 3, 0])
    assert found.between.tolist() == pytest.approx([4])


def test_every_two_people_once_and_only_in_their_image():
    tags = np.array([[0.0], [1], [3], [100]])
    found = tag_separation(tags, np.array([0, 0, 0, 1]), np.arange(4))
    assert sorted(found.between.tolist()) == [1, 2, 3]
    empty = tag_separation(np.zeros((0, 1)), np.zeros(0), np.zeros(0))
    assert empty.within.size == empty.between.size == 0
