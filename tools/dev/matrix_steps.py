"""Steps of one cell of the matrix, each in the cell's own environment."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Callable

from matrix_context import Context, StepError

CONFIG = 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
GENERATOR = 'dataset_converters/make_synthetic_people.py'
TEST_PACKAGES = ('av', 'munkres', 'pytest', 'pytest-timeout', 'tensorboard')
# The tests whose outcome can depend on a version, without the long ones.
TESTS = (
    'integration/test_inferencer.py',
    'integration/test_known_ap.py',
    'integration/test_train_loop.py',
    'test_checkpoints',
    'test_codecs',
    'test_compat',
    'test_datasets',
    'test_evaluation',
    'test_inference',
    'test_models',
    'test_parity',
    'test_registration.py',
)
# Distributions that are reported, by what they provide.
REPORTED = {
    'torch': ('torch',),
    'numpy': ('numpy',),
    'opencv': ('opencv-python-headless', 'opencv-python'),
    'mmengine': ('mmengine', 'onedl-mmengine'),
    'mmcv': ('mmcv', 'mmcv-lite', 'onedl-mmcv'),
    'mmpose': ('mmpose',),
    'xtcocotools': ('xtcocotools',),
    'setuptools': ('setuptools',),
}


def install_torch(context: Context) -> dict:
    """Make the environment and install torch, as the user would."""
    cell = context.cell
    (context.folder / 'pins.txt').write_text('\n'.join(cell.pins) + '\n')
    start = time.monotonic()
    subprocess.run(
        [str(context.interpreter), '-m', 'venv', str(context.folder / 'env')],
        check=True,
    )
    context.call('torch', '-m', 'pip', 'install', cell.torch)
    return {'seconds': round(time.monotonic() - start)}


def install_plugin(context: Context) -> dict:
    """Install the wheel, and what the doctor finds missing beside it."""
    start = time.monotonic()
    for requirement in context.cell.before:
        local = (
            ['--no-index', '--find-links', str(context.wheels)]
            if context.cell.local
            else []
        )
        arguments = ['pip', 'install', '--no-deps', *local, requirement]
        context.call('before', '-m', *arguments)
    context.call('wheel', '-m', 'pip', 'install', context.wheel)
    doctor = ['higherhrnet_plugin.doctor', '--fix', '--yes']
    context.call('doctor', '-m', *doctor)
    return {'seconds': round(time.monotonic() - start)}


def import_plugin(context: Context) -> dict:
    """Import the package in a fresh process and report the versions."""
    code = f"""
import json, time
start = time.perf_counter()
from higherhrnet_plugin import HigherHRNetHead
seconds = time.perf_counter() - start
from importlib.metadata import PackageNotFoundError, version
found = {{}}
for key, names in {REPORTED!r}.items():
    for name in names:
        try:
            found[key] = version(name) + (' (' + name + ')' if '-' in name
                and not name.startswith('opencv') else '')
            break
        except PackageNotFoundError:
            pass
print(json.dumps(dict(seconds=round(seconds, 2), versions=found)))
"""
    first = 'from higherhrnet_plugin import HigherHRNetHead'
    context.call('first_import', '-c', first)
    return json.loads(context.call('import', '-c', code).splitlines()[-1])


def run_tests(context: Context) -> dict:
    """Run a subset of the tests against the installed wheel."""
    context.call('test_packages', '-m', 'pip', 'install', *TEST_PACKAGES)
    tree = context.folder / 'tree'
    for name in ('tests', 'tools', 'configs'):
        shutil.copytree(context.root / name, tree / name)
    # the tests name the package by its path
    shutil.copytree(context.tools.parent, tree / 'higherhrnet_plugin')
    shutil.copy(context.root / 'pyproject.toml', tree)
    report = context.folder / 'tests.xml'
    start = time.monotonic()
    arguments = ['pytest', '-q', '-m', 'not slow', '-W', 'ignore', '-rN']
    folders = 'pythonpath=tests tests/support'
    options = ['-o', folders, '-p', 'no:cacheprovider']
    try:
        context.call(
            'tests',
            '-m',
            *arguments,
            *options,
            *(f'--junitxml={report}', *(f'tests/{name}' for name in TESTS)),
            cwd=tree,
        )
    except StepError:
        if not report.exists():
            raise
    finally:
        shutil.rmtree(tree)
    outcome = _count_tests(report)
    outcome['seconds'] = round(time.monotonic() - start)
    return outcome


def _count_tests(report: Path) -> dict:
    """Count the outcomes in a report of pytest.

    Args:
        report: The report, as JUnit has it.

    Returns:
        Numbers of tests that passed and were skipped, and the names of those
        that failed.
    """
    cases = list(ET.parse(report).getroot().iter('testcase'))
    skipped = sum(case.find('skipped') is not None for case in cases)
    failed = [
        f'{case.get("classname")}.{case.get("name")}'
        for case in cases
        if case.find('failure') is not None or case.find('error') is not None
    ]
    return {
        'passed': len(cases) - skipped - len(failed),
        'skipped': skipped,
        'failed': failed,
    }


def train(context: Context) -> dict:
    """Train on 32 images in an empty folder, with the installed tools."""
    folder = context.folder / 'train'
    folder.mkdir()
    context.call(
        'data',
        context.tools / 'tools/dataset_converters/make_synthetic_people.py',
        'data/synthetic_people',
        '--num-train',
        32,
        '--num-val',
        8,
        cwd=folder,
    )
    (config,) = context.tools.rglob(CONFIG)
    context.call(
        'train',
        context.tools / 'tools/train.py',
        config,
        '--work-dir',
        'work',
        '--cfg-options',
        'train_cfg.max_epochs=3',
        'train_cfg.val_interval=3',
        'default_hooks.checkpoint.interval=3',
        'param_scheduler=None',
        'default_hooks.logger.interval=1',
        cwd=folder,
    )
    (scalars,) = folder.glob('work/*/vis_data/scalars.json')
    rows = [json.loads(line) for line in scalars.read_text().splitlines()]
    losses = [row['loss'] for row in rows if 'loss' in row]
    if not losses or not all(map(math.isfinite, losses)):
        raise StepError(f'losses are {losses}')
    return {'iterations': len(losses), 'last_loss': losses[-1]}


def test_demo_model(context: Context) -> dict:
    """Test the trained model of the demo, with the installed tools."""
    folder = context.folder / 'demo'
    folder.mkdir()
    (folder / 'data').symlink_to(context.data)
    context.call(
        'demo',
        context.tools / 'tools/test.py',
        context.demo / 'config.py',
        context.demo / 'model.pth',
        '--out',
        'result.json',
        '--work-dir',
        'work',
        cwd=folder,
    )
    return json.loads((folder / 'result.json').read_text())


STEPS: Mapping[str, Callable[[Context], dict]] = {
    'torch': install_torch,
    'install': install_plugin,
    'import': import_plugin,
    'demo': test_demo_model,
    'train': train,
    'tests': run_tests,
}
