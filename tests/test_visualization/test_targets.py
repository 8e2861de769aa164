"""Targets are drawn on the pixels that their cells cover."""

import numpy as np
import pytest

from higherhrnet_plugin.visualization import (
    arrange_pictures,
    draw_mask,
    draw_tag_cells,
    label_picture,
    number_people,
)
from higherhrnet_plugin.visualization.drawing import person_color

H, W = 60, 80


@pytest.fixture
def image():
    return np.full((H, W, 3), 90, np.uint8)


def test_masked_cells_are_shaded_and_no_others(image):
    mask = np.ones((H // 4, W // 4), bool)
    mask[2:5, 7:9] = False
    picture = draw_mask(image, mask)
    off = np.zeros((H, W), bool)
    off[8:20, 28:36] = True
    assert picture.dtype == np.uint8
    assert (picture[~off] == 90).all()
    # red, in two strengths
    shaded = picture[off].astype(int)
    assert (shaded[:, 2] > shaded[:, 0] + 40).all()
    assert len(np.unique(shaded, axis=0)) == 2
    assert (image == 90).all()


@pytest.mark.parametrize('dtype', [np.uint8, np.float32])
def test_masks_may_be_numbers(image, dtype):
    mask = np.zeros((3, 4), dtype)
    mask[1, 2] = 1
    picture = draw_mask(image, mask)
    assert (picture[20:40, 40:60] == 90).all()
    assert (picture != 90).any(axis=2).sum() == H * W - 20 * 20


@pytest.mark.parametrize('size', [(20, 15), (40, 30), (7, 9)], ids=str)
def test_cells_are_coloured_at_their_places(image, size):
    w, h = size
    places = {0: (3, 5), 1: (w - 1, h - 1), 2: (0, 0)}
    indices = np.zeros((3, 2, 2), int)
    for n, (x, y) in places.items():
        # the second is not valid, wherever it points to
        indices[n] = [[y * w + x, 1], [4, 0]]
    picture = draw_tag_cells(image, indices, size)
    left = np.ones((H, W), bool)
    for n, (x, y) in places.items():
        centre = int((y + 0.5) * H / h), int((x + 0.5) * W / w)
        assert tuple(picture[centre]) == person_color(n)
        cell = (picture == person_color(n)).all(axis=2)
        assert abs(cell.sum() - H * W / (w * h)) <= H / h + W / w + 1
        left &= ~cell
    assert (picture[left] == 30).all()


def test_cells_of_nobody(image):
    for n in (0, 1):
        cells = np.zeros((n, 17, 2), int)
        assert (draw_tag_cells(image, cells, (20, 15)) == 30).all()


def test_numbers_are_near_their_people(image):
    keypoints = np.array([[[20.0, 40], [90, 1]], [[60, 30], [60, 50]]])
    picture = number_people(image, keypoints, np.ones((2, 2)))
    rows, columns = np.nonzero((picture != image).any(axis=2))
    for n, (x, y) in enumerate([(20, 40), (60, 30)]):
        own = np.abs(columns - x) < 12
        assert own.any()
        assert (np.abs(rows[own] - y) < 25).all()
        region = picture[y - 25 : y, x - 10 : x + 10].reshape(-1, 3)
        assert (np.abs(region - np.array(person_color(n))) < 60).all(1).any()
    assert (image == 90).all()


@pytest.mark.parametrize('n', [0, 2])
def test_who_is_not_seen_has_no_number(image, n):
    keypoints = np.full((n, 3, 2), 30.0)
    picture = number_people(image, keypoints, np.zeros((n, 3)))
    np.testing.assert_array_equal(picture, image)
    picture = number_people(image, keypoints + 500, np.ones((n, 3)))
    np.testing.assert_array_equal(picture, image)


def test_pictures_are_arranged_in_rows():
    pictures = [np.full((10, 20, 3), i, np.uint8) for i in range(5)]
    sheet = arrange_pictures(pictures, columns=3, gap=4)
    assert sheet.shape == (2 * 14 + 4, 3 * 24 + 4, 3)
    for i in range(5):
        y, x = 4 + i // 3 * 14, 4 + i % 3 * 24
        assert (sheet[y : y + 10, x : x + 20] == i).all()
    assert (sheet == 255).all(axis=2).sum() == sheet[..., 0].size - 5 * 200


def test_a_long_label_is_made_to_fit(image):
    picture = label_picture(image, 'a label that is too long', height=24)
    assert picture.shape == (H + 24, W, 3)
    assert (picture[:24, -3:] == 255).all()
    assert picture[:24].min() < 200
