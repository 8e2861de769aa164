"""Flip of inputs that are not square."""

import numpy as np
import pytest
from helpers import KEYPOINTS, flip_indices
from mmpose.registry import TRANSFORMS

from higherhrnet_plugin import BottomupRandomFlip

W, H = 512, 384


def sample(k=3, n=2, **more):
    """Put people and a lit pixel at (10, 20)."""
    image = np.zeros((H, W, 3), np.uint8)
    image[20, 10] = 255
    keypoints = np.random.default_rng(0).uniform(0, H, (n, k, 2))
    keypoints[:1, 0] = 10, 20
    return dict(
        img=image,
        img_shape=(H, W),
        keypoints=keypoints.astype(np.float32),
        keypoints_visible=np.tile(np.arange(k), (n, 1)).astype(np.float32),
        flip_indices=flip_indices(k),
        **more,
    )


# the size before the affine transform must not matter, nor must its absence
EXTRAS = [
    pytest.param({}, id='plain'),
    pytest.param(dict(input_size=(W, H)), id='input size'),
    pytest.param(dict(input_size=np.array([W, H])), id='array'),
]


@pytest.mark.parametrize('extra', EXTRAS)
@pytest.mark.parametrize(
    ('direction', 'expected'),
    [
        ('horizontal', (501, 20)),
        ('vertical', (10, 363)),
        ('diagonal', (501, 363)),
    ],
)
def test_keypoints_follow_the_pixel(direction, expected, extra):
    transform = TRANSFORMS.build(
        dict(type='BottomupRandomFlip', prob=1.0, direction=direction)
    )
    results = transform.transform(sample(**extra))
    assert results['flip'] is True
    assert results['flip_direction'] == direction
    x, y = expected
    assert results['img'][y, x].all()
    assert (results['img'] > 0).sum() == 3
    np.testing.assert_array_equal(results['keypoints'][0, 0], expected)
    assert ('input_size' in results) is bool(extra)
    if extra:
        assert tuple(results['input_size']) == (W, H)


@pytest.mark.parametrize('k', KEYPOINTS)
@pytest.mark.parametrize('n', [0, 1, 4])
def test_left_and_right_change_places(n, k):
    before = sample(k, n)
    keypoints = before['keypoints'].copy()
    results = BottomupRandomFlip(prob=1.0).transform(before)
    swap = flip_indices(k)
    expected = keypoints[:, swap]
    expected[..., 0] = W - 1 - expected[..., 0]
    np.testing.assert_allclose(results['keypoints'], expected, atol=1e-4)
    np.testing.assert_array_equal(
        results['keypoints_visible'], np.tile(swap, (n, 1))
    )


def test_boxes_are_flipped():
    results = BottomupRandomFlip(prob=1.0).transform(
        sample(bbox=np.array([[10.0, 20, 110, 60]]), input_size=(W, H))
    )
    x1, y1, x2, y2 = results['bbox'][0]
    assert (y1, y2) == (20, 60)
    assert x2 - x1 == 100
    assert abs(x1 - (W - 110)) <= 1


def test_nothing_happens_with_probability_zero():
    before = sample(input_size=(W, H))
    keypoints = before['keypoints'].copy()
    results = BottomupRandomFlip(prob=0.0).transform(before)
    assert results['flip'] is False
    assert results['img'][20, 10].all()
    np.testing.assert_array_equal(results['keypoints'], keypoints)
    assert results['input_size'] == (W, H)


def test_two_flips_are_none():
    before = sample(17)
    image, keypoints = before['img'].copy(), before['keypoints'].copy()
    flip = BottomupRandomFlip(prob=1.0)
    results = flip.transform(flip.transform(before))
    np.testing.assert_array_equal(results['img'], image)
    np.testing.assert_allclose(results['keypoints'], keypoints, atol=1e-4)


@pytest.mark.parametrize('direction', ['horizontal', 'vertical', 'diagonal'])
def test_pixels_are_those_of_mmpose_in_a_copy(direction):
    image = np.random.default_rng(1).integers(0, 256, (H, W, 3), np.uint8)
    images = []
    for name in ('RandomFlip', 'BottomupRandomFlip'):
        transform = TRANSFORMS.build(
            dict(type=name, prob=1.0, direction=direction)
        )
        before = sample()
        before['img'] = image.copy()
        images.append(transform.transform(before)['img'])
    np.testing.assert_array_equal(*images)
    # strides that run backwards make every later copy slow
    assert images[1].flags.c_contiguous
