"""Tags that are enlarged only where they are read, against whole maps."""

import numpy as np
import pytest
import torch

from higherhrnet_plugin.codecs.decoding.resizing import (
    TagSource,
    enlarge_tags,
    read_tag_levels,
)
from higherhrnet_plugin.codecs.decoding.tags import FullTags, LevelTags


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
@pytest.mark.parametrize(
    ('mirrored', 'shift'), [(False, 0.0), (True, 0.0), (True, 0.5)]
)
@pytest.mark.parametrize(
    ('size', 'last', 'shape'),
    [
        ((8, 12), (16, 24), (32, 48)),
        ((8, 12), (8, 12), (8, 12)),
        ((5, 7), (11, 13), (37, 29)),
        ((16, 16), (32, 32), (20, 24)),
        ((1, 1), (2, 2), (40, 4)),
    ],
    ids=str,
)
def test_tags_of_cells_and_tiles(size, last, shape, mirrored, shift, use_udp):
    rng = np.random.default_rng(20)
    maps = torch.from_numpy(rng.normal(size=(2, 6, *size)).astype(np.float32))
    swap = [0, 2, 1] if mirrored else None
    source = TagSource(maps, last, mirrored, swap, shift)
    full = enlarge_tags(source, shape, use_udp)[1].numpy()
    levels = read_tag_levels([source], shape, use_udp)[1]
    level = LevelTags(levels, 3, shape)
    expected = FullTags(full, 3)
    ids = rng.integers(0, 3, 50)
    cells = rng.integers(0, shape[::-1], (50, 2))
    tiles = rng.integers(0, level.tiles.number, 50)
    for ours, theirs in (
        (level.at(ids, cells), expected.at(ids, cells)),
        (
            level.read_tiles(ids, tiles),
            expected.read_tiles(ids, tiles),
        ),
    ):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)
    low, high = level.bounds()
    for exact, bound in zip(expected.bounds(), (low, -high)):
        exact = exact if bound is low else -exact
        # bounds hold, and are not looser than the cells behind a tile
        assert (bound <= exact).all()
        assert (bound >= -1.001 * np.abs(maps[1].numpy()).max()).all()
