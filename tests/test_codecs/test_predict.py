"""People from the outputs of the network, without enlarged tags."""

import warnings

import numpy as np
import pytest
import torch
from helpers import assert_people, flip_indices, random_scene
from test_codecs.test_aggregating_bottomup_decoder import (
    AGGREGATIONS,
    network_outputs,
)

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs import (
    aggregating_bottomup_decoder as decoder_module,
)
from higherhrnet_plugin.codecs.decoding import host_maps
from higherhrnet_plugin.codecs.decoding.aggregation import (
    TagSource,
    enlarge_tags,
)
from higherhrnet_plugin.codecs.decoding.device_maps import DeviceMaps
from higherhrnet_plugin.codecs.decoding.host_maps import HostMaps
from higherhrnet_plugin.codecs.decoding.tags import FullTags, LevelTags


def two_steps(decoder, outputs, scales, base_size, swap, project):
    """Aggregate and decode, and bring points to the input."""
    heatmaps, tags = decoder.aggregate(
        outputs, scales, base_size, swap, project
    )
    people = decoder.batch_decode(heatmaps, tags)
    shape = np.array(heatmaps.shape[:-3:-1])
    less = int(decoder.use_udp)
    ratio = (np.array(base_size) - less) / (shape - less)
    return [(k * ratio, *rest) for k, *rest in zip(*people)]


def clear_borders(outputs):
    """Let no peak be where enlarging gives several cells the same tag.

    Whether these are equal to the last digit, and so begin one person or
    two, depends on the order of the same products.
    """
    for flips in outputs:
        for levels in flips:
            for heatmaps, _ in levels:
                h, w = heatmaps.shape[-2] // 8, heatmaps.shape[-1] // 8
                inner = heatmaps[..., h:-h, w:-w].clone()
                heatmaps.fill_(-1)
                heatmaps[..., h:-h, w:-w] = inner


def compare(found, expected):
    assert len(found) == len(expected)
    for ours, theirs in zip(found, expected):
        assert_people(ours, theirs, 1e-5)


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('project', [True, False])
@pytest.mark.parametrize(
    ('scales', 'flips', 'levels', 'tag_levels', 'chosen'), AGGREGATIONS
)
def test_people_equal_those_of_aggregated_maps(
    scales, flips, levels, tag_levels, chosen, project, shared, use_udp
):
    rng = np.random.default_rng(19)
    k = 5
    outputs = network_outputs(
        rng, k, scales, flips, levels, tag_levels, 2 if shared else 2 * k
    )
    clear_borders(outputs)
    decoder = AggregatingBottomupDecoder(
        heatmap_levels=chosen, tag_per_keypoint=not shared, use_udp=use_udp
    )
    arguments = outputs, scales, (48, 32), flip_indices(k), project
    decoder.score_thr = float(decoder.aggregate(*arguments)[0].max()) / 3
    expected = two_steps(decoder, *arguments)
    # a batch of two with people who lack keypoints
    assert all(len(people[0]) > 1 for people in expected)
    compare(decoder.predict(*arguments), expected)


@pytest.mark.parametrize('use_udp', [False, True], ids=['plain', 'udp'])
@pytest.mark.parametrize('mirrored', [False, True])
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
def test_tags_of_cells_and_tiles(size, last, shape, mirrored, use_udp):
    rng = np.random.default_rng(20)
    maps = torch.from_numpy(rng.normal(size=(2, 6, *size)).astype(np.float32))
    source = TagSource(maps, last, mirrored, [0, 2, 1] if mirrored else None)
    full = enlarge_tags(source, shape, use_udp)[1].numpy()
    level = LevelTags([source], 1, 3, shape, use_udp)
    expected = FullTags(full, 3)
    kinds = rng.integers(0, 3, 50)
    cells = rng.integers(0, shape[::-1], (50, 2))
    numbers = rng.integers(0, level.tiles.number, 50)
    for ours, theirs in (
        (level.at(kinds, cells), expected.at(kinds, cells)),
        (
            level.read_tiles(kinds, numbers),
            expected.read_tiles(kinds, numbers),
        ),
    ):
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6)
    np.testing.assert_allclose(level.enlarged().maps, full, rtol=0, atol=2e-6)
    low, high = level.bounds()
    for exact, bound in zip(expected.bounds(), (low, -high)):
        exact = exact if bound is low else -exact
        # bounds hold, and are not looser than the cells behind a tile
        assert (bound <= exact).all()
        assert (bound >= -1.001 * np.abs(maps[1].numpy()).max()).all()


def test_many_questions_are_answered_the_same(monkeypatch):
    outputs = network_outputs(
        np.random.default_rng(26), 3, (1,), 2, 2, (0,), 3
    )
    clear_borders(outputs)
    arguments = outputs, (1,), (48, 32), [0, 2, 1], True
    decoder = AggregatingBottomupDecoder(score_thr=0.5)
    expected = decoder.predict(*arguments)
    enlarged, enlarge = [], LevelTags.enlarged
    monkeypatch.setattr(host_maps, '_MANY', 0)
    monkeypatch.setattr(
        LevelTags,
        'enlarged',
        lambda self: enlarged.append(self) or enlarge(self),
    )
    compare(decoder.predict(*arguments), expected)
    assert len(enlarged) == 2


def test_tags_are_not_enlarged(monkeypatch):
    outputs = network_outputs(
        np.random.default_rng(21), 3, (1,), 2, 2, (0,), 3
    )

    def refuse(*_):
        raise RuntimeError('enlarged')

    decoder = AggregatingBottomupDecoder()
    monkeypatch.setattr(decoder, '_enlarge', refuse)
    monkeypatch.setattr(LevelTags, 'enlarged', refuse)
    assert decoder.predict(outputs, (1,), (48, 32), [0, 2, 1])
    with pytest.raises(RuntimeError, match='enlarged'):
        decoder.aggregate(outputs, (1,), (48, 32), [0, 2, 1])


@pytest.mark.parametrize('place', [0, 1], ids=['heatmap', 'tag'])
def test_broken_outputs_warn_once(place):
    outputs = network_outputs(
        np.random.default_rng(22), 3, (1,), 1, 1, (0,), 3
    )
    outputs[0][0][0][place][:, 1, 2, 2] = np.nan
    decoder = AggregatingBottomupDecoder(score_thr=0.8)
    arguments = outputs, (1,), (48, 32), None, True
    with pytest.warns(UserWarning, match='not finite'):
        expected = two_steps(decoder, *arguments)
    with pytest.warns(UserWarning, match='not finite') as caught:
        compare(decoder.predict(*arguments), expected)
    # one for each image
    assert len(caught) == 2


@pytest.mark.parametrize('size', [(4, 4), (4, 8), (48, 32)])
def test_nobody_and_small_maps(size):
    w, h = size
    levels = [(torch.zeros(1, 3, h // 4, w // 4),) * 2]
    decoder = AggregatingBottomupDecoder()
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        ((keypoints, scores, instance, *_),) = decoder.predict(
            [[levels]], (1,), size
        )
    assert keypoints.shape == (0, 3, 2)
    assert scores.shape == (0, 3)
    assert instance.shape == (0,)
    heat = torch.ones(1, 3, h // 4, w // 4)
    arguments = [[[(heat, heat)]]], (1,), size, None, True
    compare(decoder.predict(*arguments), two_steps(decoder, *arguments))


# --- accelerators ----------------------------------------------------------


@pytest.mark.parametrize('shared', [False, True], ids=['own', 'shared'])
@pytest.mark.parametrize('tag_dim', [1, 2])
@pytest.mark.parametrize(('reach', 'mirrored'), [(1, False), (6, True)])
def test_tensors_give_the_same_as_arrays(reach, mirrored, tag_dim, shared):
    rng = np.random.default_rng(23)
    heatmaps, tags = random_scene(rng, 9, 3, tag_dim, (57, 65))
    tags = tags[:, :1] if shared else tags
    groups, flat = tags.shape[1], tags.reshape(-1, 57, 65)
    on_host = HostMaps(heatmaps, FullTags(flat, groups), reach, mirrored)
    on_device = DeviceMaps(
        *map(torch.from_numpy, (heatmaps, flat)), groups, reach, mirrored
    )
    ours, theirs = on_device.peaks(5, 4, 0.1), on_host.peaks(5, 4, 0.1)
    assert len(theirs.kinds) == 12
    for a, b in zip(ours, theirs):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)
    kinds = rng.integers(0, 3, 40)
    wanted = rng.normal(2, 2, (40, tag_dim)).astype(np.float32)
    ours = on_device.best_cells(kinds, wanted)
    theirs = on_host.best_cells(kinds, wanted)
    for a, b in zip(ours[:4], theirs[:4]):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize('n', [0, 5])
@pytest.mark.parametrize('use_udp', [False, True])
def test_people_of_tensors(n, use_udp, monkeypatch):
    heatmaps, tags = random_scene(np.random.default_rng(24), n, 5, 2)
    flat = tags.reshape(-1, *tags.shape[2:])
    decoder = AggregatingBottomupDecoder(use_udp=use_udp)
    expected = decoder.decode(heatmaps, flat)
    assert len(expected[0]) >= n
    found = decoder._find_people(
        DeviceMaps(
            torch.from_numpy(heatmaps),
            torch.from_numpy(flat),
            5,
            *decoder._window(),
        )
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
    for name in ('HostMaps', 'DeviceMaps'):
        kind = getattr(decoder_module, name)
        monkeypatch.setattr(
            decoder_module,
            name,
            lambda *args, name=name, kind=kind: (
                ways.append(name) or kind(*args)
            ),
        )
    monkeypatch.setattr(decoder_module, 'on_host', lambda _: False)
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        AggregatingBottomupDecoder().batch_decode(*(m[None] for m in maps))
    assert ways == (['HostMaps'] if broken else ['DeviceMaps'])
