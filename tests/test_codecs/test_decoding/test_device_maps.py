"""Maps on an accelerator against those in main memory."""

import warnings

import numpy as np
import pytest
import torch
from helpers import random_scene

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs.decoding import decoder as decoder_module
from higherhrnet_plugin.codecs.decoding import device_maps
from higherhrnet_plugin.codecs.decoding.decode import find_people
from higherhrnet_plugin.codecs.decoding.device_maps import DeviceMaps
from higherhrnet_plugin.codecs.decoding.host_maps import HostMaps
from higherhrnet_plugin.codecs.decoding.tags import FullTags


@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('tag_dim', [1, 2])
@pytest.mark.parametrize(('radius', 'mirrored'), [(1, False), (6, True)])
def test_tensors_give_the_same_as_arrays(radius, mirrored, tag_dim, shared):
    rng = np.random.default_rng(23)
    heatmaps, tags = random_scene(rng, 9, 3, tag_dim, (57, 65))
    tags = tags[:, :1] if shared else tags
    groups, flat = tags.shape[1], tags.reshape(-1, 57, 65)
    on_host = HostMaps(heatmaps, FullTags(flat, groups), radius, mirrored)
    on_device = DeviceMaps(
        *map(torch.from_numpy, (heatmaps, flat)), groups, radius, mirrored
    )
    ours, theirs = on_device.peaks(5, 4, 0.1), on_host.peaks(5, 4, 0.1)
    assert len(theirs.ids) == 12
    for a, b in zip(ours, theirs):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    ids = rng.integers(0, 3, 40)
    wanted = rng.normal(2, 2, (40, tag_dim)).astype(np.float32)
    ours = on_device.best_cells(ids, wanted)
    theirs = on_host.best_cells(ids, wanted)
    for name in ('ids', 'cells', 'scores', 'windows'):
        a, b = getattr(ours, name), getattr(theirs, name)
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize('n', [0, 5])
@pytest.mark.parametrize('use_udp', [False, True])
def test_people_of_tensors(n, use_udp):
    heatmaps, tags = random_scene(np.random.default_rng(24), n, 5, 2)
    flat = tags.reshape(-1, *tags.shape[2:])
    decoder = AggregatingBottomupDecoder(use_udp=use_udp)
    expected = decoder.decode(heatmaps, flat)
    assert len(expected[0]) >= n
    found = find_people(
        DeviceMaps(
            torch.from_numpy(heatmaps),
            torch.from_numpy(flat),
            5,
            *decoder.options.window,
        ),
        decoder.options,
    )
    for ours, theirs in zip(found, expected):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize('broken', [False, True])
def test_the_device_chooses_the_way(broken, monkeypatch):
    """Tensors of another device never come to the host as a whole."""
    heatmaps, tags = random_scene(np.random.default_rng(25), 2, 3, 1)
    if broken:
        heatmaps[0, 0, 0] = np.nan
    maps = torch.from_numpy(heatmaps), torch.from_numpy(tags[0])
    ways = []
    for module, name in (
        (decoder_module, 'decode'),
        (device_maps, 'DeviceMaps'),
    ):
        kind = getattr(module, name)
        monkeypatch.setattr(
            module,
            name,
            lambda *args, name=name, kind=kind: (
                ways.append(name) or kind(*args)
            ),
        )
    monkeypatch.setattr(decoder_module, 'on_host', lambda _: False)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        AggregatingBottomupDecoder().batch_decode(*(m[None] for m in maps))
    assert ways == (['decode'] if broken else ['DeviceMaps'])
