"""Training augmentation: the official matrix, and targets on the image."""

import numpy as np
import pytest
from helpers import codec_config
from mmpose.datasets.transforms import GenerateTarget
from mmpose.registry import TRANSFORMS

from higherhrnet_plugin import BottomupAlignedAffine, BottomupRandomFlip
from higherhrnet_plugin.datasets.transforms.bottomup_aligned_affine import (
    random_warp,
)


def official_matrix(center, scale, side, rotation):
    """``_get_affine_matrix`` of the official code, as three steps."""
    place = np.array(
        [
            [side / scale, 0, side * (0.5 - center[0] / scale)],
            [0, side / scale, side * (0.5 - center[1] / scale)],
            [0, 0, 1],
        ]
    )
    turn = np.deg2rad(-rotation)
    rotate = np.array(
        [
            [np.cos(turn), -np.sin(turn), 0],
            [np.sin(turn), np.cos(turn), 0],
            [0, 0, 1],
        ]
    )
    to_middle = np.array([[1, 0, -side / 2], [0, 1, -side / 2], [0, 0, 1]])
    return (np.linalg.inv(to_middle) @ rotate @ to_middle @ place)[:2]


def udp_matrix(center, region, side, rotation):
    """``get_warpmatrix`` of MMPose 0.x for a square region."""
    cos, sin = np.cos(np.deg2rad(rotation)), np.sin(np.deg2rad(rotation))
    factor = (side - 1) / region
    x, y = 2 * center
    return factor * np.array(
        [
            [cos, -sin, 0.5 * (-x * cos + y * sin + region)],
            [sin, cos, 0.5 * (-x * sin - y * cos + region)],
        ]
    )


@pytest.mark.parametrize('image', [(640, 480), (333, 500)], ids=str)
@pytest.mark.parametrize('rotation', [0, 17, -30, 180])
def test_matrix(image, rotation):
    shift = np.array([11.5, -7.0])
    region = 0.8 * min(image)
    found = random_warp(
        image, (512, 512), np.array([region] * 2), shift, rotation
    )
    center = np.array(image) / 2 + shift
    expected = official_matrix(center, region, 512, rotation)
    np.testing.assert_allclose(found, expected, atol=1e-6)

    found = random_warp(
        image, (512, 512), np.array([region] * 2), shift, rotation, True
    )
    center = (np.array(image) - 1) / 2 + shift
    expected = udp_matrix(center, region, 512, -rotation)
    np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(scale_factor=(1.5, 0.5)), r'`scale_factor`.*\(1.5, 0.5\)'),
        (dict(scale_factor=(0, 1)), r'`scale_factor`.*\(0, 1\)'),
        (dict(shift_factor=-0.1), r'`shift_factor`.*-0.1'),
        (dict(rotate_factor=-5), r'`rotate_factor`.*-5'),
        (dict(scale_type='middle'), r"`scale_type`.*'middle'"),
    ],
    ids=str,
)
def test_constructor_names_the_option(options, words):
    config = dict(type='BottomupAlignedAffine', input_size=(64, 64))
    with pytest.raises(ValueError, match=words):
        TRANSFORMS.build({**config, **options})


def test_draws_stay_in_their_ranges():
    transform = BottomupAlignedAffine((64, 64))
    image = np.zeros((120, 200, 3), np.uint8)
    sides, shifts, turns = [], [], []
    for seed in range(400):
        np.random.seed(seed)
        warp = transform.transform({'img': image})['warp_mat']
        factor = np.hypot(*warp[:, 0])
        sides.append(64 / factor / 120)
        turns.append(np.rad2deg(np.arctan2(warp[0, 1], warp[0, 0])))
        middle = np.linalg.solve(warp[:, :2], np.array([32, 32]) - warp[:, 2])
        shifts.append((middle - (100, 60)) / (64 / factor))
    for drawn, low, high in (
        (sides, 0.75, 1.5),
        (turns, -30, 30),
        (np.ravel(shifts), -0.2, 0.2),
    ):
        spread = high - low
        assert low - 1e-6 <= min(drawn) < low + 0.02 * spread
        assert high - 0.02 * spread < max(drawn) <= high + 1e-6
        assert np.mean(drawn) == pytest.approx(
            (low + high) / 2, abs=spread / 15
        )


@pytest.mark.parametrize('scale_type', ['short', 'long'])
@pytest.mark.parametrize('image', [(100, 300), (300, 100)], ids=str)
def test_region_of_inputs_that_are_not_square(image, scale_type):
    transform = BottomupAlignedAffine(
        (192, 128), 0, (1, 1), 0, scale_type=scale_type
    )
    results = transform.transform(
        {'img': np.zeros((image[1], image[0], 3), np.uint8)}
    )
    region = np.array([192, 128]) / np.diag(results['warp_mat'])
    inside = region <= np.array(image) + 1e-6
    outside = region >= np.array(image) - 1e-6
    assert (inside if scale_type == 'short' else outside).all()
    assert np.isclose(region, image).any()


@pytest.mark.parametrize('flip', [0, 1])
@pytest.mark.parametrize('size', [(128, 128), (192, 128)], ids=str)
@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
def test_targets_lie_on_the_image(use_udp, size, flip):
    rng = np.random.default_rng(3)
    codec = codec_config(size, use_udp=use_udp)
    for seed in range(12):
        np.random.seed(seed)
        spot = rng.uniform((130, 100), (190, 140), (1, 1, 2))
        ys, xs = np.mgrid[:240, :320]
        light = (xs - spot[0, 0, 0]) ** 2 + (ys - spot[0, 0, 1]) ** 2
        image = (255 * np.exp(-light / 30)).astype(np.uint8)
        results = {
            'img': np.repeat(image[..., None], 3, axis=2),
            'keypoints': spot.astype(np.float32),
            'keypoints_visible': np.ones((1, 1), np.float32),
            'flip_indices': [0],
            'img_shape': image.shape,
            'bbox': np.array([[*spot[0, 0] - 20, *spot[0, 0] + 20]]),
            'area': np.array([1600.0]),
        }
        affine = BottomupAlignedAffine(size, use_udp=use_udp)
        results = affine.transform(results)
        scale = abs(np.linalg.det(results['warp_mat'][:, :2]))
        assert results['area'] == pytest.approx(1600 * scale)
        results = BottomupRandomFlip(prob=float(flip)).transform(results)
        lit = results['img'][..., 0].astype(float)
        ys, xs = np.mgrid[: size[1], : size[0]]
        seen = np.array([(lit * xs).sum(), (lit * ys).sum()]) / lit.sum()
        np.testing.assert_allclose(seen, results['keypoints'][0, 0], atol=0.2)
        box = results['bbox'][0].reshape(2, 2)
        np.testing.assert_allclose(
            box.mean(axis=0), results['keypoints'][0, 0], atol=1.01
        )
        encoded = GenerateTarget(encoder=codec).transform(results)
        for heatmaps in encoded['heatmaps']:
            h, w = heatmaps.shape[1:]
            ys, xs = np.mgrid[:h, :w]
            total = heatmaps[0].sum()
            drawn = np.array([(heatmaps[0] * a).sum() for a in (xs, ys)])
            drawn = drawn / total
            if use_udp:
                expected = seen * (np.array([w, h]) - 1) / np.subtract(size, 1)
                np.testing.assert_allclose(drawn, expected, atol=0.1)
            else:
                # the cell that holds the point
                expected = seen * np.array([w, h]) / size
                assert (np.abs(drawn + 0.5 - expected) < 0.6).all()


def test_without_people():
    results = BottomupAlignedAffine((64, 64)).transform(
        {
            'img': np.zeros((50, 70, 3), np.uint8),
            'keypoints': np.zeros((0, 5, 2), np.float32),
            'bbox': np.zeros((0, 4), np.float32),
            'area': np.zeros(0, np.float32),
        }
    )
    assert results['keypoints'].shape == (0, 5, 2)
    assert results['bbox'].shape == (0, 4)
    assert results['area'].shape == (0,)


def test_description_names_the_options():
    text = repr(BottomupAlignedAffine((64, 32), 0.1, use_udp=True))
    assert text == (
        'BottomupAlignedAffine(input_size=(64, 32), shift_factor=0.1, '
        "scale_factor=(0.75, 1.5), rotate_factor=30.0, scale_type='short', "
        'use_udp=True)'
    )
