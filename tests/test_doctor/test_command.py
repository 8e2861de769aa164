"""The doctor as a command, beside packages that are missing or broken.

The environment has no package at all; those that a case needs are written into
a folder, so that nothing is installed and no network is used.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mmpose.registry
import pytest
from processes import ROOT, run_python

import higherhrnet_plugin
from higherhrnet_plugin.doctor.table import REQUIREMENTS

# Stands for pip: writes down what it is asked for, and does it by creating
# empty modules.
PIP = """
import json, pathlib, sys
here = pathlib.Path(__file__).parents[1]
with (here / 'asked.txt').open('a') as file:
    print(*sys.argv[1:], file=file)
for name in json.loads((here / 'modules.json').read_text()):
    (here / f'{name}.py').write_text('')
sys.exit((here / 'pip_fails').exists())
"""


@pytest.fixture(scope='module')
def python(tmp_path_factory) -> Path:
    """Return the Python of an empty environment."""
    folder = tmp_path_factory.mktemp('empty')
    subprocess.run(
        [sys.executable, '-m', 'venv', '--without-pip', str(folder)],
        check=True,
    )
    return (
        folder / ('Scripts' if sys.platform == 'win32' else 'bin') / ('python')
    )


@pytest.fixture
def packages(tmp_path) -> Path:
    """Return a folder of packages with a pip that only writes down."""
    (tmp_path / 'pip').mkdir()
    (tmp_path / 'pip' / '__init__.py').touch()
    (tmp_path / 'pip' / '__main__.py').write_text(PIP)
    (tmp_path / 'modules.json').write_text('[]')
    return tmp_path


def add(packages: Path, module: str, source: str = '', version='') -> None:
    """Write a package, and its metadata if it has a version."""
    (packages / module).mkdir()
    (packages / module / '__init__.py').write_text(source)
    if version:
        info = packages / f'{module}-{version}.dist-info'
        info.mkdir()
        (info / 'METADATA').write_text(
            f'Metadata-Version: 2.1\nName: {module}\nVersion: {version}\n'
        )


def run(
    python: Path, packages: Path, *args: str, answer: str = ''
) -> subprocess.CompletedProcess:
    """Run Python with the folder of packages, in a folder without any."""
    (packages / 'elsewhere').mkdir(exist_ok=True)
    return subprocess.run(
        [str(python), *args],
        cwd=packages / 'elsewhere',
        env={
            **os.environ,
            'PYTHONPATH': os.pathsep.join([str(packages), str(ROOT)]),
            'PATH': str(python.parent),
        },
        input=answer,
        capture_output=True,
        text=True,
        check=False,
    )


def doctor(python, packages, *args, answer=''):
    """Run the doctor."""
    return run(
        python,
        packages,
        '-m',
        'higherhrnet_plugin.doctor',
        *args,
        answer=answer,
    )


def test_names_all_that_an_empty_environment_lacks(python, packages):
    done = doctor(python, packages)
    assert done.returncode == 1
    assert done.stderr == ''
    for item in REQUIREMENTS:
        named = f'  - {item.module} is not installed' in done.stdout
        assert named == (item.module != 'distutils')
    first, second = (
        line
        for line in done.stdout.splitlines()
        if line.startswith('  python -m pip install ')
    )
    assert ' "setuptools<81" ' in first
    assert '--no-deps "mmengine>=0.10,<1" ' in second
    assert not (packages / 'asked.txt').exists()


# what MMEngine does with `custom_imports`
CUSTOM_IMPORT = """
import mmengine
import importlib
importlib.import_module('higherhrnet_plugin')
"""


@pytest.mark.parametrize(
    'code',
    [
        CUSTOM_IMPORT,
        'from higherhrnet_plugin import HigherHRNetHead',
        'import higherhrnet_plugin as plugin; plugin.models',
        'import higherhrnet_plugin.models.losses',
        'import higherhrnet_plugin, mmengine, mmpose',
    ],
)
def test_use_names_all_that_is_missing_and_the_doctor(python, packages, code):
    there = [name for name in ('mmengine', 'mmpose') if name in code]
    for name in there:
        add(packages, name)
    done = run(python, packages, '-c', code)
    assert done.returncode == 1
    error = done.stderr[done.stderr.rindex('\nImportError: ') :]
    assert 'No module named' in error
    for item in REQUIREMENTS:
        named = f'  - {item.module} is not installed' in error
        wanted = 'higherhrnet_plugin' in item.used_by
        assert named == ((wanted and item.module not in there) or named)
    assert ('  - mmpose is not installed' in error) == ('mmpose' not in there)
    assert '  - six is not installed' in error
    assert '  - mim is not installed' not in error
    assert 'python -m higherhrnet_plugin.doctor' in error


@pytest.mark.parametrize(
    ('args', 'answer', 'runs'),
    [
        (('--fix',), 'y\n', True),
        (('--fix',), 'n\n', False),
        (('--fix',), '', False),
        (('--fix', '--yes'), '', True),
        (('--yes',), '', False),
    ],
)
def test_fix_runs_the_lines_after_a_yes(python, packages, args, answer, runs):
    (packages / 'pip_fails').touch()
    done = doctor(python, packages, *args, answer=answer)
    assert done.returncode == 1
    assert (packages / 'asked.txt').exists() == runs
    if runs:
        # a line that fails is the last
        (line,) = (packages / 'asked.txt').read_text().splitlines()
        assert line.startswith(
            'install numpy>=1.21 torch>=2.0 opencv-python-headless '
        )
        assert 'torchvision' not in line
        assert 'ended with status 1' in done.stdout


def test_fix_looks_again_and_stops_where_nothing_helps(python, packages):
    modules = [item.module for item in REQUIREMENTS]
    (packages / 'modules.json').write_text(json.dumps(modules))
    done = doctor(python, packages, '--fix', '--yes')
    assert done.returncode == 1
    _, *later, last = done.stdout.split('\nFound: ')
    assert later
    # the modules that pip wrote are empty
    assert "numpy has no 'ndarray'" in last
    assert 'six is not installed' not in last
    # which is never changed once it is there
    assert "torch has no 'Tensor'" in last
    asked = (packages / 'asked.txt').read_text().splitlines()
    assert not any('torch' in line for line in asked[1:])
    assert len(asked) == len(set(asked))


def test_broken_packages_are_named_even_if_they_end_the_process(
    python, packages
):
    add(packages, 'yapf', 'import os; os._exit(7)', '1.0')
    add(packages, 'addict', "raise OSError('libx.so: undefined')", '2.4')
    add(packages, 'tqdm', '', '4.0')
    add(packages, 'six', 'print("[noise]")', '1.17')
    done = doctor(python, packages)
    assert '  - yapf does not import: the process ended with 7' in done.stdout
    assert (
        '  - addict does not import: OSError: libx.so: undefined'
        in done.stdout
    )
    assert '  - tqdm 4.0 is installed, >=4.60 is needed' in done.stdout
    assert '  - six ' not in done.stdout
    assert (
        '  python -m pip install --force-reinstall --no-deps addict==2.4 '
        'yapf==1.0\n'
    ) in done.stdout


def test_half_removed_package_counts_as_missing(python, packages):
    (packages / 'cv2').mkdir()
    (packages / 'cv2' / 'left.txt').touch()
    done = doctor(python, packages)
    assert '  - cv2 is not installed' in done.stdout


def test_help_needs_no_package(python, packages):
    done = doctor(python, packages, '--help')
    assert done.returncode == 0
    assert '--fix' in done.stdout


def test_command_needs_no_package(python, packages):
    """Neither does ``higherhrnet``, of which the doctor is a verb."""
    tool = str(ROOT / 'tools/higherhrnet_command.py')
    done = run(python, packages, tool, 'doctor')
    assert done.returncode == 1
    assert done.stderr == ''
    assert '  - torch is not installed' in done.stdout
    assert 'the CPU alone. Components registered: 0' in done.stdout


def test_what_is_registered_here():
    done = run_python('-m', 'higherhrnet_plugin.doctor')
    (count,) = re.findall(r'Components registered: (\d+)', done.stdout)
    tables = [
        table.module_dict
        for table in vars(mmpose.registry).values()
        if isinstance(table, mmpose.registry.Registry)
    ]
    ours = {name for table in tables for name in table}
    assert int(count) == len(ours & set(higherhrnet_plugin.__all__))


def test_other_modules_of_the_package_still_fail(python, packages):
    words = ('-m', 'higherhrnet_plugin.infer', *'abc', '--out', 'd')
    done = run(python, packages, *words)
    assert done.returncode == 1
    assert 'higherhrnet_plugin cannot be used here' in done.stderr
