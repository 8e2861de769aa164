"""Help and bad usage are answered before anything takes seconds."""

import pytest
from processes import ROOT, run_python

TOOLS = ROOT / 'tools'
COMMANDS = {
    **{
        str(path.relative_to(TOOLS)): [path]
        for path in sorted(TOOLS.rglob('*.py'))
        if not path.name.startswith('_')
        and "__name__ == '__main__'" in path.read_text()
    },
    **{
        f'-m {name}': ['-m', name]
        for name in ('higherhrnet_plugin.infer', 'higherhrnet_plugin.doctor')
    },
}
SLOW = {'cv2', 'matplotlib', 'mmcv', 'mmengine', 'mmpose', 'scipy', 'torch'}


def call(command, *args):
    """Run a command; return its result and what it imported of ``SLOW``."""
    done = run_python('-X', 'importtime', *COMMANDS[command], *args)
    lines = [line.split('|') for line in done.stderr.splitlines()]
    imported = {line[2].strip() for line in lines if len(line) == 3}
    assert 'argparse' in imported
    return done, imported & SLOW


@pytest.mark.parametrize('command', COMMANDS)
def test_help(command):
    done, slow = call(command, '--help')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('usage: ')
    assert not slow


@pytest.mark.parametrize('command', COMMANDS)
def test_bad_usage(command):
    done, slow = call(command, '--no-such-flag')
    assert done.returncode == 2, done.stderr
    assert not slow


@pytest.mark.parametrize(
    ('command', 'files'),
    [
        ('train.py', ['config.py']),
        ('misc/browse_targets.py', ['config.py']),
        ('-m higherhrnet_plugin.infer', [*'abc', '--out', 'd']),
    ],
)
def test_settings_of_the_config_are_not_read_for_bad_usage(command, files):
    words = ('--cfg-options', 'a=[1,2]', '--no-such-flag')
    done, slow = call(command, *files, *words)
    assert done.returncode == 2
    assert 'unrecognized arguments: --no-such-flag' in done.stderr
    assert not slow


def test_what_arguments_need_of_the_package_leaves_no_trace():
    code = (
        'import sys; from _arguments import import_alone; '
        "module = import_alone('datasets.coco_repair.annotated_on'); "
        "assert 'stored' in module.ANNOTATED_ON; "
        "assert not [n for n in sys.modules if 'higherhrnet' in n]"
    )
    done = run_python(
        '-c', f'import sys; sys.path.append({str(TOOLS)!r}); {code}'
    )
    assert done.returncode == 0, done.stderr
