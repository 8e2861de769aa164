"""Peaks against torch's pooling and top-k of whole maps."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from helpers import blob

from higherhrnet_plugin.codecs.decoding.peaks import peaks_above, top_peaks


def whole_maps(heatmaps, kernel, most, score_thr):
    """Find (ids, cells) with the official steps."""
    maps = torch.from_numpy(heatmaps)[None]
    pooled = F.max_pool2d(maps, kernel, 1, kernel // 2)
    peaks = (maps * (pooled == maps))[0].flatten(1)
    scores, places = peaks.topk(min(most, peaks.shape[1]), dim=1)
    k, m = np.nonzero(scores.numpy() > score_thr)
    y, x = np.divmod(places.numpy()[k, m], heatmaps.shape[2])
    return k, np.stack((x, y), axis=1)


def draw(kind, shape, rng):
    """Draw maps (3, h, w)."""
    maps = rng.normal(0, 0.3, (3, *shape))
    if kind == 'people':
        maps *= 0.05
        for k, _ in np.ndindex(3, 6):
            x, y = rng.integers(0, shape[1]), rng.integers(0, shape[0])
            stamp = blob(shape, x, y) * rng.uniform(0.3, 1)
            maps[k] = np.maximum(maps[k], stamp)
    if kind == 'ties':
        maps = np.round(maps * 4) / 4
    if kind == 'few ties':
        maps = np.where(rng.random(maps.shape) < 0.02, 0.5, maps * 0.1)
    if kind == 'flat':
        maps[:] = 0.5
    return maps.astype(np.float32)


@pytest.mark.parametrize(
    'kind', ['people', 'noise', 'ties', 'few ties', 'flat']
)
@pytest.mark.parametrize('shape', [(40, 52), (64, 64), (3, 4), (1, 1)])
@pytest.mark.parametrize('kernel', [1, 3, 5])
@pytest.mark.parametrize('score_thr', [0.0, 0.1])
def test_peaks_equal_those_of_whole_maps(kind, shape, kernel, score_thr):
    rng = np.random.default_rng(shape[0] + kernel)
    for most in (1, 5, 30):
        maps = draw(kind, shape, rng)
        expected = whole_maps(maps, kernel, most, score_thr)
        found = top_peaks(maps, kernel, most, score_thr)
        for ours, theirs in zip(found, expected):
            np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize('share', [0.01, 0.3])
def test_sparse_and_crowded_maps(share):
    rng = np.random.default_rng(0)
    maps = rng.uniform(0, 0.05, (3, 40, 52))
    above = rng.random(maps.shape) < share
    maps = np.where(above, 0.3 + maps, maps).astype(np.float32)
    pooled = F.max_pool2d(torch.from_numpy(maps), 5, 1, 2).numpy()
    expected = np.flatnonzero((pooled == maps) & (maps > 0.1))
    np.testing.assert_array_equal(peaks_above(maps, 5, 0.1), expected)
