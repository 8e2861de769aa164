"""Test-time resize: errors, sizes and where a pixel goes."""

import cv2
import numpy as np
import pytest
from mmpose.registry import TRANSFORMS

from higherhrnet_plugin import BottomupAlignedResize

IMAGES = [(640, 480), (480, 640), (500, 333), (64, 64), (1, 1), (1000, 10)]


def resize(size, *args, **options):
    image = np.zeros((size[1], size[0], 3), np.uint8)
    return BottomupAlignedResize(*args, **options).transform({'img': image})


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(input_size=(0, 64)), r'`input_size`.*\(0, 64\)'),
        (dict(input_size=(64,)), r'`input_size`.*\(64,\)'),
        (dict(input_size=64, scales=(0.5, 2)), r'`scales`.*\[0.5, 2\]'),
        (dict(input_size=64, scales=(1, 1)), r'`scales`.*\[1, 1\]'),
        (dict(input_size=64, scales=(1, 0)), r'`scales`.*\[1, 0\]'),
        (dict(input_size=64, scales=(1, -1)), r'`scales`.*\[1, -1\]'),
        (dict(input_size=64, resize_mode='pad'), r"`resize_mode`.*'pad'"),
    ],
    ids=str,
)
def test_constructor_names_the_option(options, words):
    with pytest.raises(ValueError, match=words):
        TRANSFORMS.build(dict(type='BottomupAlignedResize', **options))


@pytest.mark.parametrize('factor', [32, 64])
@pytest.mark.parametrize('size', IMAGES, ids=str)
def test_expand_fills_the_short_side(size, factor):
    results = resize(size, 128, size_factor=factor)
    w, h = results['input_size']
    assert min(w, h) == 128
    assert w % factor == h % factor == 0
    assert (w >= h) == (size[0] >= size[1])
    # the long side holds the image, and less than one factor more
    needed = 128 * max(size) / min(size)
    assert needed - 1 < max(w, h) < needed + factor


@pytest.mark.parametrize('size', IMAGES, ids=str)
@pytest.mark.parametrize('box', [(128, 128), (192, 128)], ids=str)
def test_fit_keeps_the_size_and_holds_the_image(size, box):
    results = resize(size, box, resize_mode='fit')
    assert results['input_size'] == box
    corners = np.array([[0, 0, 1], [*size, 1]])
    placed = corners @ results['warp_mat'].T
    # the image lies inside, half an image pixel aside for its centre
    slack = results['warp_mat'][0, 0]
    assert (placed > -slack).all()
    assert (placed < np.array(box) + slack).all()
    filled = (placed[1] - placed[0]) / box
    assert filled.max() == pytest.approx(1)


@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('size', IMAGES, ids=str)
def test_points_come_back(size, mode):
    results = resize(size, 128, (1, 0.5), resize_mode=mode)
    points = np.array(
        [[0, 0], size, [size[0] / 2, size[1] / 2], [0.3, size[1] - 0.7]]
    )
    inputs = points @ results['warp_mat'][:, :2].T + results['warp_mat'][:, 2]
    # as mmpose's estimator maps people back
    image = inputs / results['input_size'] * results['input_scale']
    image += results['input_center'] - 0.5 * results['input_scale']
    np.testing.assert_allclose(image, points, rtol=0, atol=1e-3)
    # the official middle is rounded up to a whole pixel, and kept in place
    middle = (np.array(size) + 1) // 2
    np.testing.assert_array_equal(results['input_center'], middle)
    placed = results['warp_mat'] @ (*middle, 1)
    np.testing.assert_allclose(placed, np.divide(results['input_size'], 2))


@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('place', [(10, 20), (90, 50), (3, 66)], ids=str)
def test_one_lit_pixel_is_followed(place, mode):
    image = np.zeros((70, 100, 3), np.uint8)
    image[place[1], place[0]] = 255
    results = BottomupAlignedResize(256, resize_mode=mode).transform(
        {'img': image}
    )
    heat = results['img'][..., 0].astype(float)
    assert heat.shape == results['img_shape'] == results['input_size'][::-1]
    assert heat.max() > 100
    rows, columns = np.mgrid[: heat.shape[0], : heat.shape[1]]
    middle = np.array([(columns * heat).sum(), (rows * heat).sum()])
    middle /= heat.sum()
    expected = results['warp_mat'] @ (*place, 1)
    # OpenCV rounds weights to 1/32
    assert np.abs(middle - expected).max() < 0.1


@pytest.mark.parametrize(
    'scales', [(1,), (1, 2), (2, 1, 0.5), (0.25, 1)], ids=str
)
def test_scales(scales):
    results = resize((100, 70), 128, scales)
    others = [scale for scale in scales if scale != 1]
    if not others:
        assert 'aug_scales' not in results
        assert 'aug_imgs' not in results
        return
    assert results['aug_scales'] == others
    h, w = results['img'].shape[:2]
    for scale, image in zip(others, results['aug_imgs']):
        assert image.shape == (h * scale, w * scale, 3)


def test_scales_show_the_same_region():
    # a smooth picture, so that a smaller input is the larger one shrunk
    rng = np.random.default_rng(0)
    image = cv2.GaussianBlur(
        rng.integers(0, 255, (70, 100, 3), np.uint8), (0, 0), 8
    )
    results = BottomupAlignedResize(256, (1, 0.5)).transform({'img': image})
    (half,) = results['aug_imgs']
    size = half.shape[1], half.shape[0]
    shrunk = cv2.resize(results['img'], size, interpolation=cv2.INTER_AREA)
    difference = shrunk.astype(int) - half
    assert half.std() > 1
    assert np.abs(difference).mean() < 2


def test_keypoints_of_any_number_are_left_alone():
    for k in (1, 5, 133):
        keypoints = np.ones((2, k, 2))
        image = np.zeros((70, 100, 3), np.uint8)
        results = BottomupAlignedResize(64).transform(
            {'img': image, 'keypoints': keypoints}
        )
        assert results['keypoints'] is keypoints
        assert (keypoints == 1).all()


def test_repr_tells_the_options():
    text = repr(BottomupAlignedResize((64, 128), (1, 2), 32, 'fit'))
    for word in ('(64, 128)', '(1, 2)', '32', "'fit'"):
        assert word in text


def test_tiles_are_added_to_what_is_there():
    image = np.random.default_rng(0).integers(0, 255, (90, 130, 3), np.uint8)
    given = {'img': image, 'sigmas': np.full(17, 0.05)}
    plain = BottomupAlignedResize(64).transform(dict(given))
    tiled = BottomupAlignedResize(64, tiles=1).transform(dict(given))
    tiles = tiled.pop('tiles')
    assert set(tiled) == set(plain)
    np.testing.assert_array_equal(tiled['img'], plain['img'])
    for i, (x, y, *_) in enumerate(tiles.boxes):
        placement, pixels = tiles.inputs(i)[1]
        part = image[y : y + 64, x : x + 64]
        shown = pixels[: part.shape[0], : part.shape[1]]
        np.testing.assert_array_equal(shown, part)
        assert pixels.shape == (64, 64, 3)
        point = np.float32([[3, 5]])
        np.testing.assert_array_equal(placement.to_image(point), point)
    # of an image that fits there are none, and nothing else changes
    small = dict(given, img=image[:64, :64])
    assert 'tiles' not in BottomupAlignedResize(64, tiles=1).transform(small)


@pytest.mark.parametrize('scales', [(1,), (1, 0.5), (2, 1)], ids=str)
@pytest.mark.parametrize('pixels', [0.5, 1, 1.5, 4])
@pytest.mark.parametrize('box', [(128, 128), (192, 128), (100, 70)], ids=str)
def test_tiles_have_their_scale(box, pixels, scales):
    resize_tiles = BottomupAlignedResize(box, scales, tiles=pixels)
    image = np.zeros((1500, 2500, 3), np.uint8)
    results = resize_tiles.transform({'img': image, 'sigmas': np.ones(17)})
    for placement, _ in results['tiles'].inputs(0).values():
        ratio = placement.scale / placement.size
        scale = placement.size[1] / results['tiles'].inputs(0)[1][0].size[1]
        np.testing.assert_allclose(ratio * scale, pixels, rtol=1e-2)


def test_tiles_need_tolerances():
    image = np.zeros((90, 130, 3), np.uint8)
    with pytest.raises(ValueError, match=r'`tiles`.*`sigmas`'):
        BottomupAlignedResize(64, tiles=1).transform({'img': image})
