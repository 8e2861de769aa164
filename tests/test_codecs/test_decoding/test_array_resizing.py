"""Maps in arrays are resized as those in tensors."""

import numpy as np
import pytest
import torch

from higherhrnet_plugin.codecs.decoding.resizing import (
    join_channels,
    mean_maps,
    resize_maps,
    swap_channels,
    unflip_maps,
)

SHAPES = [((8, 12), (16, 24)), ((7, 5), (20, 33)), ((16, 8), (8, 4))]


@pytest.mark.parametrize('use_udp', [False, True])
@pytest.mark.parametrize(('shape', 'size'), [*SHAPES, ((1, 9), (1, 40))])
def test_resizing(shape, size, use_udp):
    maps = np.random.default_rng(0).normal(size=(2, 3, *shape))
    maps = maps.astype(np.float32)
    found = resize_maps(maps, size, use_udp)
    wanted = resize_maps(torch.from_numpy(maps), size, use_udp)
    assert found.dtype == np.float32
    assert found.flags.c_contiguous
    np.testing.assert_allclose(found, wanted.numpy(), atol=2e-6)


def test_a_ramp_is_continued_to_the_border():
    ramp = np.arange(4, dtype=np.float32)[None, None, None].repeat(2, 2)
    found = resize_maps(ramp, (2, 8))[0, 0, 0]
    np.testing.assert_array_equal(
        found, [0, 0.25, 0.75, 1.25, 1.75, 2.25, 2.75, 3]
    )
    found = resize_maps(ramp, (2, 7), use_udp=True)[0, 0, 0]
    np.testing.assert_array_equal(found, np.arange(7) / 2)


def test_nothing_is_done_where_nothing_changes():
    maps = np.zeros((1, 2, 3, 4), np.float32)
    assert resize_maps(maps, (3, 4)) is maps


@pytest.mark.parametrize('swap', [None, [1, 0, 2]])
def test_mirroring_is_exact(swap):
    maps = np.random.default_rng(0).normal(size=(2, 6, 3, 4))
    maps = maps.astype(np.float32)
    for change in (swap_channels, unflip_maps):
        wanted = change(torch.from_numpy(maps), swap).numpy()
        np.testing.assert_array_equal(change(maps, swap), wanted)


def test_means_and_joined_channels():
    maps = np.random.default_rng(0).normal(size=(3, 2, 6, 3, 4))
    maps = maps.astype(np.float32)
    tensors = [torch.from_numpy(m) for m in maps]
    np.testing.assert_allclose(
        mean_maps(list(maps)), mean_maps(tensors), atol=1e-6
    )
    np.testing.assert_array_equal(
        join_channels(list(maps)), join_channels(tensors)
    )
