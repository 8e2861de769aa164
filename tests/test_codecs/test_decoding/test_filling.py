"""The search in tiles against whole maps."""

import numpy as np
import pytest
from helpers import random_scene

from higherhrnet_plugin.codecs.decoding import filling
from higherhrnet_plugin.codecs.decoding.filling import BestCells
from higherhrnet_plugin.codecs.decoding.seen_tiles import SeenTiles
from higherhrnet_plugin.codecs.decoding.tags import FullTags


def whole_maps(heatmaps, tags, kinds, wanted):
    """Find the best cells one by one; tags are (L, G, h, w)."""
    cells = []
    for k, tag in zip(kinds, wanted):
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
    kinds = rng.integers(0, 3, 150)
    # near tags of the maps, between them and far from all
    wanted = rng.normal(1, 3, (150, tag_dim)).astype(np.float32)
    wanted[:20] = np.round(wanted[:20])
    expected = whole_maps(heatmaps, tags, kinds, wanted)
    flat = tags.reshape(-1, *shape)
    search = BestCells(heatmaps, FullTags(flat, tags.shape[1]))
    np.testing.assert_array_equal(search(kinds, wanted), expected)


@pytest.mark.parametrize('kind', ['people', 'noise', 'ties'])
def test_order_and_size_of_the_steps_are_no_matter(kind, monkeypatch):
    heatmaps, tags = draw(kind, (70, 90), 2, False)
    rng = np.random.default_rng(1)
    kinds = rng.integers(0, 3, 50)
    wanted = rng.normal(1, 3, (50, 2)).astype(np.float32)
    expected = whole_maps(heatmaps, tags, kinds, wanted)
    maps = FullTags(tags.reshape(-1, 70, 90), 3)
    for name, value in (
        ('_TURNS', 50),
        ('_LEAST', 2),
        ('_MOST', 3),
        ('_TILES_AT_ONCE', 3),
        ('_QUESTIONS', 7),
    ):
        monkeypatch.setattr(filling, name, value)
        found = BestCells(heatmaps, maps)(kinds, wanted)
        np.testing.assert_array_equal(found, expected)


def test_few_tiles_are_read(monkeypatch):
    heatmaps, tags = draw('people', (256, 256), 1, False)
    search, looks, reads = BestCells(heatmaps, FullTags(tags[0], 3)), [], []
    look, read = SeenTiles.fitness, SeenTiles._read

    def counted_look(self, slots, wanted):
        looks.append(len(slots))
        return look(self, slots, wanted)

    def counted_read(self, keys):
        reads.extend(keys)
        return read(self, keys)

    monkeypatch.setattr(SeenTiles, 'fitness', counted_look)
    monkeypatch.setattr(SeenTiles, '_read', counted_read)
    search(np.zeros(10, int), np.linspace(0, 2.4, 10)[:, None])
    assert 10 <= sum(looks) < 0.1 * 10 * search.tags.tiles.number
    assert len(reads) == len(set(reads)) < sum(looks)


def test_seen_tiles_keep_what_they_read():
    heatmaps, tags = draw('noise', (20, 29), 2, False)
    maps = FullTags(tags.reshape(-1, 20, 29), 3)
    seen = SeenTiles(heatmaps, maps)
    rng = np.random.default_rng(3)
    kinds = rng.integers(0, 3, 60)
    numbers = rng.integers(0, maps.tiles.number, 60)
    wanted = rng.normal(0, 3, (60, 2)).astype(np.float32)
    # a few at a time, so that room is made more than once
    slots = np.concatenate(
        [
            seen.slots(kinds[i : i + 7], numbers[i : i + 7])
            for i in range(0, 60, 7)
        ]
    )
    ys, xs = maps.tiles.corners(numbers)
    for k, y, x, tag, found in zip(
        kinds, ys, xs, wanted, seen.fitness(slots, wanted)
    ):
        part = np.s_[y : y + 8, x : x + 8]
        away = np.hypot(*(tags[(slice(None), k, *part)] - tag[:, None, None]))
        expected = heatmaps[k][part] - np.round(away)
        np.testing.assert_allclose(found.reshape(8, 8), expected, rtol=1e-6)
