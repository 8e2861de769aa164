"""Words after ``--cfg-options``."""

import argparse
import re

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


@pytest.mark.parametrize(
    ('text', 'value'),
    [
        ('my photos/d/', 'my photos/d/'),
        ("'my photos/d/'", 'my photos/d/'),
        ('"my  photos (new)/d/"', 'my  photos (new)/d/'),
        (' 0.5 ', 0.5),
        (' true', True),
        ('1 2', '1 2'),
        ('[my photos, b , 3]', ['my photos', 'b', 3]),
        ('my photos, b', ['my photos', 'b']),
        ("[( 'a b' , 1 ), [None, c  d] ]", [('a b', 1), [None, 'c  d']]),
        ('[ ]', []),
    ],
)
def test_spaces_within_words_stay(text, value):
    assert parse('--cfg-options', f'a.b={text}') == {'a.b': value}


@pytest.mark.parametrize('text', ['photos ( new )', '[a ( b ), c]'])
def test_spaces_that_would_be_lost_are_refused(text):
    words = re.escape(f'a={text}')
    with pytest.raises(ValueError, match=f'spaces beside brackets.*: {words}'):
        parse('--cfg-options', 'b=1', f'a={text}')


def test_calls_are_no_values():
    with pytest.raises(ValueError, match=r'a number, a word.*: a=dict'):
        parse('--cfg-options', 'a=dict(b=1,c=2)')
