"""Unbiased data processing: what is drawn is found again, at every level."""

import cv2
import numpy as np
import pytest
import torch
from helpers import codec_config, flip_indices, random_people

from higherhrnet_plugin import (
    AggregatingBottomupDecoder,
    MultiResolutionAssociativeEmbedding,
)
from higherhrnet_plugin.codecs.decoding.offsets import (
    dark_offset,
    read_windows,
)
from higherhrnet_plugin.structures.geometry import place_image

SIZES = [(128, 128), (192, 128), (128, 192)]


def plain_targets(keypoints, visible, input_size, size, sigma):
    """Draw one level cell by cell, with pixel centres at whole numbers."""
    (w, h), (width, height) = size, input_size
    ys, xs = np.mgrid[:h, :w]
    maps = np.zeros((keypoints.shape[1], h, w))
    for person, flags in zip(keypoints, visible):
        for k, (x, y) in enumerate(person):
            x, y = x * (w - 1) / (width - 1), y * (h - 1) / (height - 1)
            column, row = round(x), round(y)
            if not flags[k] or not (0 <= column < w and 0 <= row < h):
                continue
            value = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / 2 / sigma**2)
            reach = 3 * sigma + 1
            window = (abs(xs - column) <= reach) & (abs(ys - row) <= reach)
            maps[k] = np.maximum(maps[k], value * window)
    return maps


@pytest.mark.parametrize('input_size', SIZES, ids=str)
@pytest.mark.parametrize('n', [0, 1, 12])
def test_targets_of_every_level(input_size, n):
    rng = np.random.default_rng(n)
    keypoints, visible = random_people(rng, n, 5, input_size)
    config = codec_config(input_size, levels=3, sigma=2, use_udp=True)
    config.pop('type')
    codec = MultiResolutionAssociativeEmbedding(**config)
    encoded = codec.encode(keypoints, visible)
    for drawn, size in zip(encoded['heatmaps'], codec.heatmap_sizes):
        plain = plain_targets(keypoints, visible, input_size, size, 2)
        np.testing.assert_allclose(drawn, plain, atol=5e-6)
    w, h = codec.heatmap_sizes[0]
    for person, flags, rows in zip(
        keypoints, visible, encoded['keypoint_indices']
    ):
        for (x, y), flag, (position, valid) in zip(person, flags, rows):
            column = round(x * (w - 1) / (input_size[0] - 1))
            row = round(y * (h - 1) / (input_size[1] - 1))
            inside = flag > 0 and 0 <= column < w and 0 <= row < h
            assert valid == inside
            assert position == (row * w + column if inside else 0)


def ideal_outputs(keypoints, input_size, use_udp):
    """Encode people as a perfect network would; all tags are 0."""
    config = codec_config(input_size, use_udp=use_udp)
    config.pop('type')
    codec = MultiResolutionAssociativeEmbedding(**config)
    levels = [
        torch.from_numpy(maps)[None]
        for maps in codec.encode(keypoints)['heatmaps']
    ]
    return [(levels[0], torch.zeros_like(levels[0])), (levels[1], None)]


def round_trip(rng, input_size, scales, flip, project, use_udp):
    """Encode one person and decode it; return the errors in pixels."""
    k = 17
    swap = flip_indices(k)
    spots = np.array(input_size) * rng.uniform(0.15, 0.85, (1, k, 2))
    outputs = []
    for scale in scales:
        size = tuple(int(s * scale) for s in input_size)
        ratio = (
            np.subtract(size, 1) / np.subtract(input_size, 1)
            if use_udp
            else scale
        )
        placed = spots * ratio
        per_flip = [ideal_outputs(placed, size, use_udp)]
        if flip:
            mirrored = placed[:, swap]
            # cells reach from index to index + 1 unless centred on it
            mirrored[..., 0] = size[0] - use_udp - mirrored[..., 0]
            per_flip.append(ideal_outputs(mirrored, size, use_udp))
        outputs.append(per_flip)
    decoder = AggregatingBottomupDecoder(use_udp=use_udp)
    heatmaps, tags = decoder.aggregate(
        outputs, scales, input_size, swap, project
    )
    (found,), (scores,), _ = decoder.batch_decode(heatmaps, tags)
    assert found.shape == (1, k, 2)
    assert (scores > 0).all()
    shape = np.array(heatmaps.shape[:-3:-1])
    ratio = np.subtract(input_size, use_udp) / (shape - use_udp)
    return (found * ratio - spots)[0]


@pytest.mark.parametrize('project', [True, False], ids=['image', 'maps'])
@pytest.mark.parametrize('flip', [False, True], ids=['plain', 'flip'])
@pytest.mark.parametrize('scales', [(1,), (2, 1), (2, 1, 0.5)], ids=str)
@pytest.mark.parametrize('input_size', SIZES, ids=str)
def test_round_trip_has_no_bias(input_size, scales, flip, project):
    rng = np.random.default_rng(len(scales))
    errors = np.concatenate(
        [
            round_trip(rng, input_size, scales, flip, project, True)
            for _ in range(6)
        ]
    )
    assert np.abs(errors.mean(axis=0)).max() < 0.02
    assert np.abs(errors).max() < 0.05


def error_at_border(distance, project):
    """Return the worst error of keypoints this far from every side."""
    input_size = np.array((256, 192))
    near, far = np.full(2, distance), input_size - 1 - distance
    worst = 0
    for share in np.linspace(0.3, 0.7, 5):
        x, y = share * input_size
        spots = [near, far, (near[0], y), (far[0], y), (x, near[1])]
        spots = np.array([[*spots, (x, far[1])]], dtype=float)
        outputs = [[ideal_outputs(spots, tuple(input_size), True)]]
        heatmaps, tags = AggregatingBottomupDecoder(use_udp=True).aggregate(
            outputs, (1,), tuple(input_size), list(range(6)), project
        )
        (found,), _, _ = AggregatingBottomupDecoder(use_udp=True).batch_decode(
            heatmaps, tags
        )
        shape = np.array(heatmaps.shape[:-3:-1])
        found = found * (input_size - 1) / (shape - 1)
        worst = max(worst, np.abs(found - spots).max())
    return worst


@pytest.mark.parametrize(
    ('project', 'distance', 'least', 'most'),
    [
        pytest.param(True, 0, 0, 0.05, id='on the border'),
        pytest.param(True, 2, 1, 1.4, id='worst place'),
        pytest.param(True, 6, 0, 0.05, id='inside'),
        pytest.param(True, 40, 0, 0.05, id='far inside'),
        pytest.param(False, 4, 2, 2.7, id='worst place of small maps'),
        pytest.param(False, 12, 0, 0.05, id='inside of small maps'),
    ],
)
def test_error_near_the_border_is_as_documented(
    project, distance, least, most
):
    assert least <= error_at_border(distance, project) < most


def test_without_udp_cells_are_rounded():
    rng = np.random.default_rng(0)
    errors = np.concatenate(
        [
            round_trip(rng, (256, 256), (1,), False, True, False)
            for _ in range(20)
        ]
    )
    # half a cell of level 1 (2 pixels) at most on average, more for single
    # points: what truncation and the quarter offset leave
    assert 0.2 < np.abs(errors).mean() < 1
    assert np.abs(errors).max() < 3


def refine(maps, cells, kernel):
    """Refine one cell of each map."""
    reach = kernel // 2 + 1
    windows = read_windows(
        maps,
        np.arange(len(maps)),
        cells,
        np.arange(-reach, reach + 1),
        mirrored=True,
    )
    return dark_offset(windows, cells, kernel)


def whole_map_dark(heatmap, x, y, kernel):
    """Refine one peak with OpenCV's blur of the whole map."""
    smooth = cv2.GaussianBlur(heatmap, (kernel, kernel), 0)
    logs = np.pad(np.log(np.clip(smooth, 1e-3, 50)), 0).astype(np.float64)
    slope = np.array(
        [logs[y, x + 1] - logs[y, x - 1], logs[y + 1, x] - logs[y - 1, x]]
    )
    xx = logs[y, x + 1] - 2 * logs[y, x] + logs[y, x - 1]
    yy = logs[y + 1, x] - 2 * logs[y, x] + logs[y - 1, x]
    xy = logs[y + 1, x + 1] - logs[y - 1, x + 1]
    xy = (xy - logs[y + 1, x - 1] + logs[y - 1, x - 1]) / 4
    step = np.linalg.solve([[xx, xy], [xy, yy]], slope / 2)
    return np.array([x, y]) - step


@pytest.mark.parametrize('kernel', [1, 3, 11])
def test_refinement_equals_whole_map_blur(kernel):
    rng = np.random.default_rng(kernel)
    ys, xs = np.mgrid[:40, :50]
    maps, cells, expected = [], [], []
    # near the border, too, where the blur mirrors the map
    for _ in range(40):
        x, y = rng.uniform((1, 1), (48, 38))
        heatmap = np.exp(-((xs - x) ** 2 + 2 * (ys - y) ** 2) / 18)
        heatmap = heatmap.astype(np.float32)
        cell = np.clip(np.round((x, y)), 1, (48, 38)).astype(int)
        expected.append(whole_map_dark(heatmap, *cell, kernel))
        maps.append(heatmap)
        cells.append(cell)
    found = refine(np.stack(maps), np.stack(cells), kernel)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize(
    'heatmap',
    [
        pytest.param(np.full((9, 9), 0.5, np.float32), id='flat'),
        pytest.param(np.zeros((9, 9), np.float32), id='empty'),
        pytest.param(np.eye(9, dtype=np.float32), id='ridge'),
        pytest.param(np.ones((1, 1), np.float32), id='one cell'),
        pytest.param(
            np.tile(np.arange(9, dtype=np.float32), (9, 1)), id='slope'
        ),
    ],
)
def test_refinement_stays_near_without_a_peak(heatmap):
    height, width = heatmap.shape
    cells = np.array([[0, 0], [width - 1, height - 1], [width // 2, 0]])
    found = refine(np.stack([heatmap] * 3), cells, 11)
    assert np.isfinite(found).all()
    assert np.abs(found - cells).max() <= 5.5


def test_refinement_of_no_points():
    none = np.zeros((0, 2), dtype=np.int64)
    found = refine(np.zeros((0, 8, 8), np.float32), none, 11)
    assert found.shape == (0, 2)


@pytest.mark.parametrize('kernel', [0, 4, -1])
def test_kernel_must_be_odd(kernel):
    with pytest.raises(ValueError, match=rf'`blur_kernel`.*{kernel}'):
        AggregatingBottomupDecoder(use_udp=True, blur_kernel=kernel)


@pytest.mark.parametrize('mode', ['expand', 'fit'])
@pytest.mark.parametrize('scales', [(1,), (2, 1), (2, 1, 0.5)], ids=str)
@pytest.mark.parametrize(
    'image', [(640, 480), (333, 500), (97, 97), (1, 1)], ids=str
)
def test_placement_is_the_same_region_at_every_scale(image, scales, mode):
    places = [
        place_image(image, (128, 128), s, min(scales), 64, mode, True)
        for s in scales
    ]
    for place in places:
        corner = np.array([0, 0, 1]) @ place.warp_mat.T
        np.testing.assert_allclose(corner, 0, atol=1e-9)
        # the outermost pixels show the same point at every scale
        far = np.subtract(place.size, 1)
        shown = far / np.diag(place.warp_mat)
        first = np.subtract(places[0].size, 1) / np.diag(places[0].warp_mat)
        np.testing.assert_allclose(shown, first, rtol=1e-9)
        # as the estimator maps people back
        pixel = far * 0.3
        back = pixel / place.size * place.scale
        back = back + place.center - place.scale / 2
        forth = np.append(back, 1) @ place.warp_mat.T
        np.testing.assert_allclose(forth, pixel, atol=1e-9)
    smallest = places[-1]
    side = 0 if (image[0] < image[1]) == (mode == 'expand') else 1
    if image[0] == image[1]:
        side = 1 if mode == 'expand' else 0
    if min(image) > 1:
        shown = (smallest.size[side] - 1) / smallest.warp_mat[side, side]
        assert shown == pytest.approx(image[side] - 1)
