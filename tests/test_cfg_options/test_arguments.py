"""Words after ``--cfg-options``."""

import argparse

import pytest

from higherhrnet_plugin.cfg_options.arguments import (
    CfgOptionsAction,
    parse_cfg_options,
)


def parse(*words):
    parser = argparse.ArgumentParser(prog='tool')
    parser.add_argument('--cfg-options', nargs='+', action=CfgOptionsAction)
    return parse_cfg_options(parser.parse_args(list(words)).cfg_options)


def test_values_are_read_as_mmengine_does():
    assert parse() == {}
    words = ('a.b=1', 'c=x=y', 'd=1,2', 'e=[(1,2.5),(x,None)]', 'f=true')
    assert parse('--cfg-options', *words) == {
        'a.b': 1,
        'c': 'x=y',
        'd': [1, 2],
        'e': [(1, 2.5), ('x', None)],
        'f': True,
    }


def test_the_option_may_be_repeated():
    words = ('--cfg-options', 'a=1', '--cfg-options', 'b=2', 'a=3')
    assert parse(*words) == {'a': 3, 'b': 2}


@pytest.mark.parametrize(
    ('words', 'named'),
    [
        (('a.b',), "'a.b' is not of the form KEY=VALUE"),
        (('a', '=', '1'), "'a' is not"),
        (('a=1', 'image.jpg'), "'image.jpg' is not"),
        (('=1',), "'=1' is not"),
        (('a..b=1',), "'a..b=1' is not"),
    ],
)
def test_other_words_are_bad_usage(capsys, words, named):
    with pytest.raises(SystemExit) as stop:
        parse('--cfg-options', *words)
    assert stop.value.code == 2
    *_, line = capsys.readouterr().err.splitlines()
    assert line.startswith('tool: error: --cfg-options: ')
    assert named in line


def test_unbalanced_brackets_are_refused():
    with pytest.raises(ValueError, match=r'unbalanced brackets: a=\[1,\(2\]'):
        parse('--cfg-options', 'a=[1,(2]')
