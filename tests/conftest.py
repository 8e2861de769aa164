"""Fixtures of the whole suite: the built wheel, and one thread a process."""

import importlib.util
import subprocess
import sys
import sysconfig
import warnings
from pathlib import Path

# The first import of yapf, which mmengine brings, writes a cache that two
# processes must not write at once. This file is read before they start.
import mmengine  # noqa: F401
import pytest
import torch
from mmengine.registry import init_default_scope
from processes import ROOT

# mmpose's data sets do not import by themselves where xtcocotools is missing
import higherhrnet_plugin  # noqa: F401

# the suite runs in several processes side by side
torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def scope() -> None:
    """Begin in mmpose's scope, whatever the last test's Runner has left."""
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        init_default_scope('mmpose')


@pytest.fixture(scope='session')
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel, without isolation and so without network."""
    if importlib.util.find_spec('hatchling') is None:
        pytest.skip('hatchling is not installed')
    folder = tmp_path_factory.mktemp('wheel')
    done = subprocess.run(
        [
            sys.executable,
            '-m',
            'hatchling',
            'build',
            *('--target', 'wheel', '--directory', str(folder)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob('*.whl')
    return path


@pytest.fixture(scope='session')
def installed_wheel(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return the Python of an environment with the wheel installed.

    It sees the packages of the environment that runs the tests, but neither
    the source tree nor an editable install: Python does not read the .pth
    files of a folder that was itself added by one.
    """
    env = tmp_path_factory.mktemp('env')
    subprocess.run(
        [sys.executable, '-m', 'venv', '--without-pip', str(env)], check=True
    )
    python = env / ('Scripts' if sys.platform == 'win32' else 'bin') / 'python'
    packages = Path(
        subprocess.run(
            [
                str(python),
                '-c',
                'import sysconfig; print(sysconfig.get_path("purelib"))',
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
    )
    paths = {sysconfig.get_path(name) for name in ('purelib', 'platlib')}
    lines = sorted(paths)
    if sys.version_info >= (3, 12):
        # what a .pth file of setuptools does, which is not read there
        lines.append('import _distutils_hack; _distutils_hack.add_shim()')
    (packages / 'host.pth').write_text('\n'.join(lines) + '\n')
    subprocess.run(
        [
            sys.executable,
            '-m',
            'pip',
            'install',
            '--quiet',
            '--no-deps',
            '--no-index',
            '--disable-pip-version-check',
            *('--target', str(packages), str(wheel)),
        ],
        check=True,
    )
    return python
