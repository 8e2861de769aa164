"""Pictures change where people are, and only there."""

import numpy as np
import pytest
from helpers import blob

from higherhrnet_plugin.visualization import (
    draw_heatmaps,
    draw_people,
    draw_tags,
    label_picture,
    shown_keypoints,
)
from higherhrnet_plugin.visualization.drawing import person_color

H, W = 90, 120


@pytest.fixture
def image():
    return np.full((H, W, 3), 100, np.uint8)


def changed(picture, image):
    return (picture != image).any(axis=2)


def near(x, y, reach):
    rows, columns = np.mgrid[:H, :W]
    return np.hypot(columns + 0.5 - x, rows + 0.5 - y) <= reach


# --- people ----------------------------------------------------------------


def test_people_are_drawn_where_they_are(image):
    keypoints = np.array([[[20.5, 30.5], [60.5, 30.5], [90.5, 70.5]]])
    before = image.copy()
    picture = draw_people(image, keypoints, np.ones((1, 3)), [(0, 1)])
    np.testing.assert_array_equal(image, before)
    assert picture.shape == image.shape
    assert picture.dtype == np.uint8
    touched = changed(picture, image)
    allowed = np.zeros((H, W), bool)
    for x, y in keypoints[0]:
        # a small spot, softened by its rim
        spot = picture[int(y), int(x)].astype(int)
        assert np.abs(spot - person_color(0)).max() < 20
        allowed |= near(x, y, 5)
    allowed[28:33, 20:61] = True
    # the link is there, and only the one that was asked for
    assert touched[30, 20:61].all()
    assert not touched[~allowed].any()


@pytest.mark.parametrize('size', [(40, 60), (512, 400)], ids=str)
@pytest.mark.parametrize('x', [10.5, 10.75, 11.0])
def test_the_middle_of_a_spot_is_the_keypoint(size, x):
    image = np.zeros((*size, 3), np.uint8)
    y = 20.25
    picture = draw_people(image, np.array([[[x, y]]]), np.ones((1, 1)), [])
    # lines and rims are black
    touched = picture.max(axis=2).astype(float)
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    middle = np.array([(columns * touched).sum(), (rows * touched).sum()])
    assert np.abs(middle / touched.sum() - (x, y)).max() < 0.25


@pytest.mark.parametrize(
    'scores', [(0.1, 0.9), (0.9, 0.1), (np.nan, 0.9), (0.9, 0.199)], ids=str
)
def test_keypoints_below_the_threshold_are_left_out(image, scores):
    keypoints = np.array([[[20.5, 30.5], [80.5, 60.5]]])
    picture = draw_people(image, keypoints, np.array([scores]), [(0, 1)])
    touched = changed(picture, image)
    for (x, y), score in zip(keypoints[0], scores):
        assert touched[near(x, y, 1)].all() == (score >= 0.2)
    # no link hangs in the air
    assert not touched[near(50, 45, 10)].any()


def test_the_threshold_is_an_option(image):
    keypoints, scores = np.array([[[20.5, 30.5]]]), np.array([[0.5]])
    for threshold in (0.4, 0.5, 0.6):
        picture = draw_people(image, keypoints, scores, [], threshold)
        assert changed(picture, image).any() == (threshold <= 0.5)


@pytest.mark.parametrize('threshold', [0.0, -1.0])
def test_missing_keypoints_are_never_drawn(image, threshold):
    """They have the score 0, and lie in the corner of the image."""
    keypoints = np.array([[[60.5, 50.5], [0, 0], [20.5, 70.5]]])
    scores = np.array([[0.9, 0, 1e-3]])
    picture = draw_people(image, keypoints, scores, [(0, 1)], threshold)
    touched = changed(picture, image)
    allowed = near(60.5, 50.5, 5) | near(20.5, 70.5, 5)
    assert not touched[~allowed].any()
    for x, y in keypoints[0, ::2]:
        assert touched[near(x, y, 1)].all()
    shown = shown_keypoints(keypoints, scores, threshold)
    np.testing.assert_array_equal(shown, [[True, False, True]])


@pytest.mark.parametrize('k', [1, 3, 17])
def test_nobody_leaves_the_image(image, k):
    picture = draw_people(
        image, np.zeros((0, k, 2)), np.zeros((0, k)), [(0, 0)]
    )
    np.testing.assert_array_equal(picture, image)
    assert picture is not image


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_broken_keypoints_are_left_out(image, value):
    keypoints = np.array([[[value, 30.5], [80.5, 60.5]]])
    picture = draw_people(image, keypoints, np.ones((1, 2)), [(0, 1)])
    touched = changed(picture, image)
    assert touched[near(80.5, 60.5, 1)].all()
    assert not touched[~near(80.5, 60.5, 5)].any()


def test_keypoints_out_of_frame(image):
    keypoints = np.array([[[-30.0, -30], [500, 20], [30, 1000]]])
    picture = draw_people(image, keypoints, np.ones((1, 3)), [])
    np.testing.assert_array_equal(picture, image)


def test_people_have_colours_of_their_own(image):
    n = 30
    keypoints = np.stack(
        (np.arange(n) % 6 * 18 + 10.5, np.arange(n) // 6 * 16 + 10.5), axis=-1
    )[:, None]
    picture = draw_people(image, keypoints, np.ones((n, 1)), [])
    colors = {tuple(picture[int(y), int(x)]) for x, y in keypoints[:, 0]}
    assert len(colors) == n


# --- maps ------------------------------------------------------------------


@pytest.fixture
def maps():
    """Two peaks on maps at half of the resolution."""
    shape = H // 2, W // 2
    heatmaps = np.stack((blob(shape, 10, 10), blob(shape, 45, 30)))
    tags = np.zeros((2, *shape), np.float32)
    tags[1] = 7
    return heatmaps, tags


def lit(picture):
    """Measure how colourful pixels are; the plain image is grey."""
    picture = picture.astype(int)
    return picture.max(axis=2) - picture.min(axis=2)


def test_heatmaps_lie_on_their_places(image, maps):
    picture = draw_heatmaps(image, maps[0])
    assert picture.shape == image.shape
    assert picture.dtype == np.uint8
    peaks = near(21, 21, 2) | near(91, 61, 2)
    around = near(21, 21, 14) | near(91, 61, 14)
    assert (picture[peaks] > 150).any(axis=1).all()
    # elsewhere the image is only darkened
    assert (picture[~around] == 50).all()


def test_equal_tags_have_equal_colours(image, maps):
    heatmaps, tags = maps
    far = draw_tags(image, heatmaps, tags)
    same = draw_tags(image, heatmaps, tags * 0)
    assert far.shape == image.shape
    assert far.dtype == np.uint8
    first, second = (21, 21), (61, 91)
    assert (same[first] == same[second]).all()
    assert np.abs(far[first].astype(int) - far[second]).max() > 100
    around = near(21, 21, 14) | near(91, 61, 14)
    assert lit(far)[near(21, 21, 2)].min() > 50
    assert (far[~around] == 50).all()


def test_shared_tags(image, maps):
    heatmaps, tags = maps
    shared = np.where(heatmaps[:1] > 0.01, tags[:1], tags[1:])
    repeated = np.repeat(shared, 2, axis=0)
    np.testing.assert_array_equal(
        draw_tags(image, heatmaps, shared),
        draw_tags(image, heatmaps, repeated),
    )


def test_limits_of_the_colours(image, maps):
    heatmaps, tags = maps
    wide = draw_tags(image, heatmaps, tags, (0, 14))
    usual = draw_tags(image, heatmaps, tags)
    given = draw_tags(image, heatmaps, tags, (0, 7))
    np.testing.assert_array_equal(usual, given)
    assert (wide[61, 91] != usual[61, 91]).any()
    assert (wide[21, 21] == usual[21, 21]).all()


@pytest.mark.parametrize('value', [np.nan, np.inf, -np.inf])
def test_broken_maps(image, maps, value):
    heatmaps, tags = maps
    heatmaps[:, 30:40] = value
    tags[:, :, 10:20] = value
    with np.errstate(over='ignore'):
        pictures = (
            draw_heatmaps(image, heatmaps),
            draw_tags(image, heatmaps, tags),
        )
    for picture in pictures:
        assert picture.shape == image.shape
        assert picture.dtype == np.uint8
    # the sound peak is still seen
    assert lit(pictures[0])[near(21, 21, 2)].all()


def test_maps_of_nothing(image):
    heatmaps = np.zeros((3, 9, 12), np.float32)
    for picture in (
        draw_heatmaps(image, heatmaps),
        draw_tags(image, heatmaps, heatmaps),
        draw_heatmaps(image, heatmaps * np.nan),
        draw_tags(image, heatmaps * np.nan, heatmaps * np.nan),
    ):
        assert (picture == 50).all()


def test_a_label_is_put_above(image):
    picture = label_picture(image, 'person')
    assert picture.shape == (H + 18, W, 3)
    assert picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[18:], image)
    assert picture[:18].min() < 128
    assert (label_picture(image, '')[:18] == 255).all()
