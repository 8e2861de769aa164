"""Run the lines of README's section on installation in empty environments.

For every Python that is asked for: makes an environment without packages, runs
the lines as they stand there, then imports the package and, in an empty
folder, makes a small data set, trains, tests and asks ``mim``. Prints the
seconds of each step and the versions that came together.

    python tools/dev/check_readme_install.py 3.10 3.11 3.12 3.13
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Optional

from matrix_context import find_python

ROOT = Path(__file__).resolve().parents[2]
CONFIG = 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
# What a user does next, in an empty folder.
NEXT = (
    'python -c "from higherhrnet_plugin import HigherHRNetHead"',
    'mim list',
    'mim search higherhrnet_plugin --valid-config',
    'mim run higherhrnet_plugin make_synthetic_people data/synthetic_people '
    '--num-train 32 --num-val 8 --workers 1',
    f'mim train higherhrnet_plugin {CONFIG} --gpus 0 --work-dir work '
    '--cfg-options train_cfg.max_epochs=1 train_cfg.val_interval=1 '
    'param_scheduler=None default_hooks.logger.interval=1',
    f'mim test higherhrnet_plugin {CONFIG} --gpus 0 --work-dir test '
    '--checkpoint work/epoch_1.pth',
)
REPORTED = (
    'torch',
    'numpy',
    'opencv-python-headless',
    'mmengine',
    'mmcv-lite',
    'mmpose',
    'setuptools',
    'pandas',
)


def read_lines(text: str) -> list[str]:
    """Return the commands of the first block below 'Install', uncommented.

    Args:
        text: Content of README.md.

    Returns:
        One command per line.

    Raises:
        ValueError: If there is no such block.
    """
    match = re.search(r'^## Install.*?^```sh\n(.*?)^```', text, re.M | re.S)
    if match is None:
        raise ValueError("README.md has no block of 'sh' below '## Install'")
    lines = (line.partition('  #')[0].strip() for line in match[1].split('\n'))
    return [line for line in lines if line]


def run(line: str, folder: Path, python: Path, log: Path) -> tuple[int, float]:
    """Run a line in a shell, with the environment activated.

    Args:
        line: The command.
        folder: Working folder.
        python: Python of the environment.
        log: File that the output is added to.

    Returns:
        The exit status, and the seconds.
    """
    start = time.monotonic()
    with log.open('a') as file:
        file.write(f'$ {line}\n')
        file.flush()
        status = subprocess.run(
            ['sh', '-c', line],
            cwd=folder,
            env={
                **os.environ,
                'PATH': f'{python.parent}{os.pathsep}{os.environ["PATH"]}',
                'VIRTUAL_ENV': str(python.parents[1]),
                'OMP_NUM_THREADS': '1',
            },
            # the answer to what the doctor asks
            input='y\n',
            text=True,
            stdout=file,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    return status, time.monotonic() - start


def check(version: str, args: argparse.Namespace) -> bool:
    """Run all lines for one Python and print the summary.

    Args:
        version: Major and minor version.
        args: Parsed arguments.

    Returns:
        Whether every line succeeded.
    """
    interpreter = find_python(version)
    if interpreter is None:
        print(f'Python {version}: not run, there is none here')
        return False
    folder = args.work / version
    shutil.rmtree(folder, ignore_errors=True)
    (folder / 'empty').mkdir(parents=True)
    env, log = folder / 'env', folder / 'log.txt'
    subprocess.run([str(interpreter), '-m', 'venv', str(env)], check=True)
    python = env / 'bin' / 'python'
    first = [f'pip install {args.torch}'] if args.torch else []
    install = [*first, *read_lines((ROOT / 'README.md').read_text())]
    print(f'Python {version}:', flush=True)
    passed = True
    for line in [*install, *NEXT]:
        place = ROOT if line in install else folder / 'empty'
        status, seconds = run(line, place, python, log)
        print(f'  {seconds:6.1f} s  {line}', flush=True)
        passed = status == 0
        if not passed:
            print(f'  failed with status {status}, see {log}', flush=True)
            break
    print(f'  {versions(python)}', flush=True)
    if not args.keep:
        shutil.rmtree(env)
    return passed


def versions(python: Path) -> str:
    """Return the versions of the main packages of an environment."""
    code = (
        'import sys\n'
        'from importlib.metadata import distributions\n'
        'found = {it.metadata["Name"].lower(): it.version '
        'for it in distributions()}\n'
        'print(*(f"{name} {found[name]}" for name in sys.argv[1:] '
        'if name in found), sep=", ")'
    )
    return subprocess.run(
        [str(python), '-c', code, *REPORTED],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


def main(argv: Optional[list[str]] = None) -> int:
    """Run the tool.

    Args:
        argv: Command line; default: that of the process.

    Returns:
        0 if every line succeeded for every Python, otherwise 1.
    """
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('versions', nargs='+', help='such as 3.12')
    parser.add_argument(
        '--torch', help='install this first, as a user of a GPU does'
    )
    parser.add_argument(
        '--work',
        type=Path,
        default=Path(tempfile.gettempdir()) / 'higherhrnet_readme',
        help='folder for environments and logs',
    )
    parser.add_argument(
        '--keep', action='store_true', help='keep the environments'
    )
    args = parser.parse_args(argv)
    passed = [check(version, args) for version in args.versions]
    return int(not all(passed))


if __name__ == '__main__':
    sys.exit(main())
