"""The search in tiles against whole maps."""

import numpy as np
import pytest
from helpers import random_scene

from higherhrnet_plugin.codecs.decoding.filling import best_cells
from higherhrnet_plugin.codecs.decoding.tags import FullTags


def whole_maps(heatmaps, tags, ids, wanted):
    """Find the best cells one by one; tags are (L, G, h, w)."""
    cells = []
    for k, tag in zip(ids, wanted):
        own = tags[:, k if tags.shape[1] > 1 else 0]
        square = (own[0] - tag[0]) ** 2
        for channel, value in zip(own[1:], tag[1:]):
            square = square + (channel - value) ** 2
        fitness = heatmaps[k] - np.round(np.sqrt(square))
        y, x = np.unravel_index(np.argmax(fitness), fitness.shape)
        cells.append((x, y))
    return np.array(cells)


def draw(kind, shape, tag_dim, shared):
    """Draw heatmaps (3, h, w) and tags (L, 3 or 1, h, w)."""
    rng = np.random.default_rng(shape[1] + tag_dim)
    heatmaps, tags = random_scene(rng, 4, 3, tag_dim, shape)
    if kind == 'noise':
        heatmaps = rng.normal(0, 1, heatmaps.shape)
        tags = rng.normal(0, 2, tags.shape)
    if kind == 'ties':
        heatmaps = np.round(rng.normal(0, 1, heatmaps.shape))
        tags = np.round(rng.normal(0, 2, tags.shape))
    if kind == 'flat':
        heatmaps, tags = heatmaps * 0, tags * 0
    if kind == 'below zero':
        heatmaps = heatmaps - 3
    if kind == 'huge tags':
        tags = tags * 0 + 1e30
    tags = tags[:, :1] if shared else tags
    return heatmaps.astype(np.float32), tags.astype(np.float32)


KINDS = ['people', 'noise', 'ties', 'flat', 'below zero', 'huge tags']


@pytest.mark.parametrize('kind', KINDS)
@pytest.mark.parametrize('shape', [(36, 44), (64, 128), (7, 9), (1, 1)])
@pytest.mark.parametrize('tag_dim', [1, 2, 3])
@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.filterwarnings('ignore:overflow')
def test_cells_equal_those_of_whole_maps(kind, shape, tag_dim, shared):
    heatmaps, tags = draw(kind, shape, tag_dim, shared)
    rng = np.random.default_rng(0)
    ids = rng.integers(0, 3, 150)
    # near tags of the maps, between them and far from all
    wanted = rng.normal(1, 3, (150, tag_dim)).astype(np.float32)
    wanted[:20] = np.round(wanted[:20])
    expected = whole_maps(heatmaps, tags, ids, wanted)
    flat = tags.reshape(-1, *shape)
    maps = FullTags(flat, tags.shape[1])
    found = best_cells(heatmaps, maps, ids, wanted)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize('kind', ['people', 'noise', 'ties'])
def test_many_queries_on_larger_maps(kind):
    heatmaps, tags = draw(kind, (150, 170), 2, False)
    rng = np.random.default_rng(1)
    ids = rng.integers(0, 3, 1100)
    wanted = rng.normal(1, 3, (1100, 2)).astype(np.float32)
    expected = whole_maps(heatmaps, tags, ids, wanted)
    maps = FullTags(tags.reshape(-1, 150, 170), 3)
    found = best_cells(heatmaps, maps, ids, wanted)
    np.testing.assert_array_equal(found, expected)


def test_few_tiles_are_read():
    heatmaps, tags = draw('people', (256, 256), 1, False)
    read = []

    class Counted(FullTags):
        def read_tiles(self, ids, tiles):
            cells = super().read_tiles(ids, tiles)
            read.append(cells[0].size)
            return cells

    wanted = np.linspace(0, 2.4, 10)[:, None].astype(np.float32)
    best_cells(heatmaps, Counted(tags[0], 3), np.zeros(10, int), wanted)
    # of ten people who lack the same keypoint
    assert 0 < sum(read) < heatmaps[0].size
