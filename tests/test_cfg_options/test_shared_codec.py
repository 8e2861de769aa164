"""Head and data sets are told the same of the pyramid, by one key."""

import re

import pytest
from mmengine.config import Config

from higherhrnet_plugin.cfg_options.applying import apply_cfg_options
from higherhrnet_plugin.cfg_options.shared_codec import (
    check_codecs,
    find_codecs,
)

PLACES = [
    'model.head.codec',
    'train_dataloader.dataset.datasets.0.codec',
    'train_dataloader.dataset.datasets.1.codec',
    'val_dataloader.dataset.codec',
]


def config(**codec):
    """Hand a codec to a head, a combination of data sets, and another."""
    codec = dict(type='A', input_size=(64, 64), **codec)
    sets = [dict(codec=codec), dict(codec=codec)]
    return Config(
        dict(
            codec=codec,
            model=dict(head=dict(codec=codec)),
            train_dataloader=dict(dataset=dict(datasets=sets)),
            val_dataloader=dict(dataset=dict(codec=codec)),
        )
    )


def values(cfg, key):
    return [codec.get(key) for codec in find_codecs(cfg).values()]


def test_every_place_is_found():
    assert list(find_codecs(config())) == PLACES
    assert find_codecs(Config(dict(codec=dict(type='A')))) == {}


def test_an_option_of_the_variable_goes_everywhere(capsys):
    cfg = config()
    cfg.val_dataloader.dataset.codec.on_device = True  # no part of it
    apply_cfg_options(cfg, {'codec.use_udp': True, 'codec.input_size': 96})
    assert values(cfg, 'use_udp') == [True] * 4
    assert values(cfg, 'input_size') == [96] * 4
    assert cfg.codec == find_codecs(cfg)[PLACES[0]]
    check_codecs(cfg)
    assert capsys.readouterr().err == ''


def test_a_place_that_is_named_wins():
    cfg = config()
    cfg.val_dataloader.dataset.codec.strides = (4,)
    options = {'codec.sigma': 3, f'{PLACES[0]}.sigma': 1}
    apply_cfg_options(cfg, options)
    # the validation has another codec, which the variable says nothing of
    assert values(cfg, 'sigma') == [1, 3, 3, None]


def test_places_that_agree_may_write_it_in_other_ways():
    cfg = config(use_udp=False, strides=(4, 2))
    other = cfg.val_dataloader.dataset.codec
    other.update(input_size=[64, 64], strides=[4, 2], on_device=True)
    del other['use_udp']
    check_codecs(cfg)


@pytest.mark.parametrize(
    ('place', 'key', 'value', 'words'),
    [
        (0, 'use_udp', True, (PLACES[0], 'True', PLACES[1], 'False')),
        (2, 'input_size', (32, 32), (PLACES[0], '(64, 64)', '(32, 32)')),
        (3, 'tag_levels', (0, 1), ('0', PLACES[3], '(0, 1)')),
        (1, 'sigma', [1, 2], ('2', PLACES[1], '[1, 2]')),
        (3, 'strides', (4,), ('None', PLACES[3], '(4,)')),
        (3, 'heatmap_sizes', [(9, 9)], ('None', PLACES[3], '[(9, 9)]')),
    ],
)
def test_a_clash_has_both_values_and_keys(place, key, value, words):
    cfg = config()
    cfg.merge_from_dict({f'{PLACES[place]}.{key}': value})
    with pytest.raises(ValueError, match=f'{key}.*same `codec`') as error:
        check_codecs(cfg)
    for word in words:
        assert word in str(error.value)


def test_a_variable_that_reaches_nothing_is_named():
    """As mmpose's own tools set it."""
    cfg = config()
    cfg.merge_from_dict({'codec.use_udp': True})
    expected = '`codec.use_udp` is True, but `model.head.codec.use_udp` is Fal'
    with pytest.raises(ValueError, match=re.escape(expected)) as error:
        check_codecs(cfg)
    assert 'not handed on' in str(error.value)
    assert ', '.join(PLACES) in str(error.value)


def test_older_configs_hand_the_variable_to_an_encoder():
    cfg = config()
    cfg.codec.input_size = (96, 96)
    pipeline = [dict(type='GenerateTarget', encoder=cfg.codec)]
    cfg.train_dataloader.dataset.pipeline = pipeline
    check_codecs(cfg)
    # or have nothing but that
    check_codecs(Config(dict(codec=cfg.codec, model=dict(head=dict()))))


@pytest.mark.parametrize('codec', [{}, {'codec': 3}])
def test_other_configs_are_let_alone(codec, capsys):
    cfg = Config(dict(model=dict(head=dict()), **codec))
    check_codecs(cfg)
    apply_cfg_options(cfg, {'model.head.x': 1})
    assert cfg.model.head.x == 1
