"""Crowd index of hand-made images."""

import numpy as np
import pytest

from higherhrnet_plugin.analysis.crowding import crowd_index

LEFT = [[10, 10], [20, 20], [30, 30], [40, 40]]
RIGHT = [[110, 10], [120, 20], [130, 30], [140, 40]]
BOX, RIGHT_BOX = [0, 0, 50, 50], [100, 0, 50, 50]


def index(keypoints, boxes, labelled=None):
    keypoints = np.array(keypoints, float)
    if labelled is None:
        labelled = np.ones(keypoints.shape[:2], bool)
    return crowd_index(keypoints, labelled, np.array(boxes, float))


def test_apart_is_0_and_alike_is_1():
    assert index([LEFT, RIGHT], [BOX, RIGHT_BOX]) == 0
    assert index([LEFT, LEFT], [BOX, BOX]) == 1


def test_mean_over_people():
    # 4 of 4 keypoints of the other in the wide box, none in the narrow one
    assert index([LEFT, RIGHT], [[0, 0, 150, 50], RIGHT_BOX]) == 0.5
    # two of the four have no label
    labelled = np.array([[1, 1, 1, 1], [1, 0, 1, 0]], bool)
    wide = [[0, 0, 150, 50], RIGHT_BOX]
    assert index([LEFT, RIGHT], wide, labelled) == pytest.approx(0.25)


def test_people_without_keypoints_in_their_box_are_left_out():
    assert index([LEFT, RIGHT], [[0, 0, 150, 50], [500, 0, 9, 9]]) == 1
    assert index([LEFT], [[500, 0, 9, 9]]) == 0
    assert crowd_index(np.zeros((0, 4, 2)), np.zeros((0, 4), bool),
                       np.zeros((0, 4))) == 0  # fmt: skip
