"""The tables of options name every component and say what each option does."""

import re
import sys

import pytest
from processes import ROOT

import higherhrnet_plugin

pytest.importorskip('griffe', reason='griffe: requirements/docs.lock.txt')
sys.path.append(str(ROOT / 'tools/dev/docs'))

import config_reference

SHOWN = {name for names in config_reference.GROUPS.values() for name in names}


@pytest.fixture(scope='module')
def tables():
    return config_reference.tables()


def component(name):
    return getattr(higherhrnet_plugin, name)


def own_options(name):
    return {
        option.name: option
        for option in config_reference.options_of(component(name))
        if option.owner.__module__.startswith('higherhrnet_plugin.')
    }


def test_every_registered_component_is_there(tables):
    functions = {'convert_state_dict'}
    # a base class that is not registered
    functions |= {'BottomupDatasetMixin', '__version__'}
    assert set(higherhrnet_plugin.__all__) - functions == SHOWN
    for name in SHOWN:
        assert f'\n### {name}\n' in tables


@pytest.mark.parametrize('name', sorted(SHOWN))
def test_own_options_say_what_they_do(name):
    for option in own_options(name).values():
        assert option.effect, option.name


def test_advice_names_options_that_are_there():
    for name, advice in config_reference.read_advice().items():
        assert set(advice) <= set(own_options(name)), name


def test_a_row_has_default_effect_and_advice(tables):
    (row,) = re.findall(r'^\| `max_candidates` .*$', tables, re.M)
    _, _, default, effect, advice, _ = map(str.strip, row.split('|'))
    assert default == '`30`'
    assert effect.startswith('Peaks of one keypoint and people')
    assert advice == 'More than 30 people in an image.'


def test_options_of_parts_and_bases_are_found():
    decoder = own_options('AggregatingBottomupDecoder')
    assert decoder['nms_thr'].effect.startswith('OKS above which')
    animals = config_reference.options_of(component('BottomupAP10KDataset'))
    assert {'category', 'keep_empty', 'ann_file'} <= {o.name for o in animals}
