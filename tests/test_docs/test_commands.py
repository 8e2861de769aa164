"""The command lines of the Markdown files can be typed as they stand."""

import argparse
import contextlib
import re
import runpy
import shlex
import sys

import pytest
from mim.commands.download import cli as mim_download
from mim.commands.test import cli as mim_test
from mim.commands.train import cli as mim_train
from pages import PAGES, blocks_of, page_name, prose_of
from processes import ROOT

sys.path.append(str(ROOT / 'tools'))

from higherhrnet_command import VERBS

MIM = {'download': mim_download, 'test': mim_test, 'train': mim_train}
# in running text a command may be named without all of its arguments
INLINE = re.compile(
    r'`((?:higherhrnet|mim (?:run|train|test|download)|python tools/)[ \w]'
    r'[^`]*)`'
)
LACKING = re.compile(r'arguments are required|expected (at least )?one arg')
TOOL = re.compile(r'^(?:\.venv/bin/)?python$')


class Parsed(BaseException):
    """The arguments of a tool were read; no tool catches it."""


class Refused(BaseException):
    """The arguments of a tool were not accepted."""


class Lacking(Refused):
    """Some arguments of a tool are not there."""


@pytest.fixture(autouse=True)
def only_parse(monkeypatch):
    """Let tools end as soon as they have read their arguments."""

    def ending(parse):
        def parse_and_end(parser, *args, **options):
            parse(parser, *args, **options)
            raise Parsed

        return parse_and_end

    def refuse(parser, message):
        raise (Lacking if LACKING.search(message) else Refused)(message)

    for name in ('parse_args', 'parse_intermixed_args'):
        parse = getattr(argparse.ArgumentParser, name)
        monkeypatch.setattr(argparse.ArgumentParser, name, ending(parse))
    monkeypatch.setattr(argparse.ArgumentParser, 'error', refuse)
    monkeypatch.setattr(sys, 'path', list(sys.path))


def start(tool):
    """Run a file of tools/, or a module."""
    if tool.suffix == '.py':
        sys.path.insert(0, str(tool.parent))
        runpy.run_path(str(tool), run_name='__main__')
    else:
        runpy.run_module(str(tool), run_name='__main__')


def run(monkeypatch, tool, words):
    """Let a tool read the words behind it."""
    monkeypatch.setattr(sys, 'argv', [str(tool), *words])
    # help is an answer, too
    with pytest.raises((Parsed, SystemExit)) as ended:
        start(tool)
    assert getattr(ended.value, 'code', 0) == 0


def find_tool(name):
    """Find the tool that mim runs by a name."""
    found = (ROOT / 'tools').rglob(f'{name}.py')
    # the wheel has no others
    (path,) = (p for p in found if not {'benchmarks', 'dev'} & set(p.parts))
    return path


def run_mim(monkeypatch, verb, words):
    """Read the words behind `mim VERB`."""
    package, *rest = words
    if package.startswith('-'):
        return
    assert package == 'higherhrnet_plugin'
    if verb == 'run':
        name, *rest = rest
        if name.islower():
            run(monkeypatch, find_tool(name), [w for w in rest if w != '--'])
        return
    if verb not in MIM:
        assert verb == 'search'
        return
    context = MIM[verb].make_context(verb, list(words))
    configs = context.params.get('configs') or [context.params.get('config')]
    for config in configs:
        if str(config).startswith('ae_'):
            stem = config.removesuffix('.py')
            assert list((ROOT / 'configs').rglob(f'{stem}.py')), config
    others = context.params.get('other_args', ())
    if verb in ('train', 'test') and others:
        files = ['CONFIG', 'CHECKPOINT'][: 1 + (verb == 'test')]
        run(monkeypatch, find_tool(verb), [*files, *others])


def check(monkeypatch, line):
    """Read a line of a shell; anything but a command of ours is skipped."""
    words = [
        w for w in shlex.split(line, comments=True) if w not in ('...', '&')
    ]
    if 'torchrun' in words:
        at = next(
            i for i, word in enumerate(words) if word.startswith('tools/')
        )
        words = ['python', *words[at:]]
    if len(words) < 2:
        return False
    first, second, *rest = words
    if first == 'higherhrnet':
        if second.isupper() or second.startswith('-'):
            return False
        run(monkeypatch, ROOT / 'tools' / VERBS[second].tool, rest)
    elif first == 'mim':
        run_mim(monkeypatch, second, rest)
    elif TOOL.match(first) and second.startswith('tools/'):
        if second == 'tools/FILE':
            return False
        run(monkeypatch, ROOT / second, rest)
    elif TOOL.match(first) and rest and rest[0].startswith('higherhrnet_'):
        run(monkeypatch, type(ROOT)(rest[0]), rest[1:])
    else:
        return False
    return True


@pytest.mark.parametrize('page', PAGES, ids=page_name)
def test_blocks(page, monkeypatch):
    for block in blocks_of(page, 'sh'):
        for line in block.replace('\\\n', ' ').splitlines():
            check(monkeypatch, line)


@pytest.mark.parametrize('page', PAGES, ids=page_name)
def test_commands_in_running_text(page, monkeypatch):
    for command in INLINE.findall(prose_of(page)):
        with contextlib.suppress(Lacking):
            check(monkeypatch, ' '.join(command.split()))


def test_faults_would_be_seen(monkeypatch):
    with pytest.raises(Refused, match='--no-such'):
        check(monkeypatch, 'higherhrnet train a.py --no-such')
    with pytest.raises(Refused, match='required'):
        check(monkeypatch, 'higherhrnet test')
    with pytest.raises(KeyError, match='trian'):
        check(monkeypatch, 'higherhrnet trian a.py')
    with pytest.raises(AssertionError, match='ae_no'):
        check(monkeypatch, 'mim train higherhrnet_plugin ae_no.py')
    assert check(monkeypatch, 'higherhrnet train a.py --resume')
