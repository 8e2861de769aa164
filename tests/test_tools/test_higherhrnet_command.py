"""The command, as a user calls it."""

import os
import re
import sys

import pytest
from processes import ROOT, run_python, run_tool

sys.path.append(str(ROOT / 'tools'))

from higherhrnet_command import VERBS, find_tools

SLOW = {'cv2', 'matplotlib', 'mmcv', 'mmengine', 'mmpose', 'scipy', 'torch'}


def command(*words, **options):
    """Run the command in a fresh process."""
    return run_tool('higherhrnet_command.py', *words, **options)


def test_every_verb_is_a_tool():
    assert all(
        (ROOT / 'tools' / verb.tool).is_file() for verb in VERBS.values()
    )
    assert len({verb.tool for verb in VERBS.values()}) == len(VERBS)


def test_page_lists_all_verbs():
    text = (ROOT / 'docs/command.md').read_text()
    rows = re.findall(r'^\| `(\w+)` \| .* \| `(.*)` \|$', text, re.M)
    assert rows == [(name, verb.tool) for name, verb in VERBS.items()]


@pytest.mark.parametrize('verb', VERBS)
def test_help_of_a_verb(verb):
    done = run_python(
        *('-X', 'importtime', ROOT / 'tools/higherhrnet_command.py'),
        *(verb, '--help'),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f'usage: higherhrnet {verb} ')
    imported = {
        line.split('|')[-1].strip() for line in done.stderr.split('\n')
    }
    assert 'argparse' in imported
    assert not imported & SLOW


@pytest.mark.parametrize('words', [(), ('--help',), ('-h',)], ids=len)
def test_help_lists_all_verbs(words):
    done = command(*words)
    assert done.returncode == 0
    listed = re.findall(r'^  (\w+)  +\w', done.stdout, re.M)
    assert listed == list(VERBS)


@pytest.mark.skipif(sys.platform == 'win32', reason='no times of processes')
@pytest.mark.parametrize('words', [('--help',), ('train', '--help')])
def test_help_takes_less_than_0_3_s_of_a_core(words):
    before = os.times()
    command(*words)
    after = os.times()
    assert after.children_user - before.children_user < 0.3


def test_version():
    done = command('--version')
    text = (ROOT / 'higherhrnet_plugin/version.py').read_text()
    (version,) = re.findall(r"__version__ = '(.*)'", text)
    assert done.stdout == f'higherhrnet {version}\n'


@pytest.mark.parametrize(
    ('typed', 'nearest'),
    [('trian', 'train'), ('tets', 'test'), ('benchmark', 'bench'), ('x', '')],
)
def test_unknown_verbs_end_in_one_line(typed, nearest):
    done = command(typed, 'config.py', '--help')
    assert done.returncode == 2
    assert done.stdout == ''
    (line,) = done.stderr.splitlines()
    assert f'there is no verb {typed!r}' in line
    (named,) = re.findall(r"the nearest is '(\w+)'", line)
    assert named == nearest or (not nearest and named in VERBS)


@pytest.mark.parametrize(
    'words', [('train',), ('check', 'no.json', '.'), ('--bad',), ('info', 'x')]
)
def test_nothing_to_work_with_is_2(words):
    done = command(*words)
    assert done.returncode == 2
    assert 'error: ' in done.stderr.splitlines()[-1]


def test_other_codes_are_those_of_the_tool(tmp_path):
    tool = tmp_path / 'tool.py'
    code = (
        'import sys; from pathlib import Path; '
        'from higherhrnet_command import run_tool; '
        f"run_tool(Path({str(tool)!r}), 'verb', sys.argv[1:])"
    )
    for expected in (0, 1, 3):
        tool.write_text(
            'import sys\n'
            "assert __name__ == '__main__'\n"
            f'print(*sys.argv)\nsys.exit({expected})\n'
        )
        done = run_python('-c', code, 'a', '--b', cwd=ROOT / 'tools')
        assert done.returncode == expected, done.stderr
        assert done.stdout == 'higherhrnet verb a --b\n'


def test_processes_of_a_tool_find_its_functions(tmp_path):
    """As workers of a data loader do where processes are not forked."""
    (tmp_path / 'beside.py').write_text('def twice(x):\n    return 2 * x\n')
    tool = tmp_path / 'tool.py'
    tool.write_text(
        'from multiprocessing import get_context\n'
        'from beside import twice\n'
        'def more(x):\n'
        '    return twice(x) + 1\n'
        "if __name__ == '__main__':\n"
        "    with get_context('spawn').Pool(1) as pool:\n"
        '        print(pool.map(more, [1, 2]))\n'
    )
    (tmp_path / 'start.py').write_text(
        'import sys\n'
        f'sys.path.append({str(ROOT / "tools")!r})\n'
        'from pathlib import Path\n'
        'from higherhrnet_command import run_tool\n'
        "if __name__ == '__main__':\n"
        f"    run_tool(Path({str(tool)!r}), 'verb', [])\n"
    )
    done = run_python(tmp_path / 'start.py', cwd=tmp_path)
    assert done.stdout == '[3, 5]\n', done.stderr


def test_tools_are_those_of_the_clone_or_of_the_wheel(tmp_path):
    assert find_tools(ROOT / 'higherhrnet_plugin') == ROOT / 'tools'
    # another package may have left a folder of this name
    package = tmp_path / 'higherhrnet_plugin'
    (tmp_path / 'tools').mkdir()
    assert find_tools(package) == package / '.mim' / 'tools'


def test_entry_point_is_the_module_of_the_tools():
    text = (ROOT / 'pyproject.toml').read_text()
    (entry,) = re.findall(r'^\[project.scripts\]\n(.*)$', text, re.M)
    assert entry == 'higherhrnet = "higherhrnet_command:main"'
    assert (ROOT / 'tools/higherhrnet_command.py').is_file()
