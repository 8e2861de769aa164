"""The main job from the installed wheel, in another folder, with mim."""

import importlib.util
import json
import os
import subprocess
from pathlib import Path

import pytest

CONFIG = 'ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
SHORT = (
    'train_cfg.max_epochs=1',
    'train_cfg.val_interval=1',
    'train_dataloader.batch_size=4',
    'param_scheduler=None',
    'default_hooks.logger.interval=1',
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec('mim') is None,
        reason='openmim is not installed',
    ),
]


@pytest.fixture(scope='module')
def folder(installed_wheel: Path, tmp_path_factory) -> Path:
    """Make a small data set where the config looks for it."""
    folder = tmp_path_factory.mktemp('job')
    call(
        *(installed_wheel, folder, 'run', 'higherhrnet_plugin'),
        *('make_synthetic_people', 'data/synthetic_people'),
        *('--num-train', '8', '--num-val', '4', '--workers', '1'),
    )
    return folder


def call(python: Path, folder: Path, *args: str) -> str:
    """Run mim in a folder and return what it printed."""
    done = subprocess.run(
        [str(python), '-c', 'from mim.cli import cli; cli()', *args],
        cwd=folder,
        # mim starts `python`
        env={
            **os.environ,
            'PATH': f'{python.parent}{os.pathsep}{os.environ["PATH"]}',
            'OMP_NUM_THREADS': '1',
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout + done.stderr


def test_train_and_test(installed_wheel, folder):
    log = call(
        *(installed_wheel, folder, 'train', 'higherhrnet_plugin', CONFIG),
        *('--gpus', '0', '--work-dir', 'work', '--cfg-options', *SHORT),
    )
    for name in ('loss_heatmap_0', 'loss_heatmap_1', 'loss_pull', 'loss_push'):
        assert f'{name}: ' in log
    assert 'coco/AP: ' in log
    (published,) = (folder / 'work').glob('epoch_1-*.pth')
    call(
        *(installed_wheel, folder, 'test', 'higherhrnet_plugin', CONFIG),
        *('--checkpoint', str(published), '--gpus', '0'),
        *('--out', 'work/result.json', '--show-dir', 'pictures'),
        *('--work-dir', 'work/test'),
    )
    metrics = json.loads((folder / 'work' / 'result.json').read_text())
    assert 0 <= metrics['coco/AP'] <= 1
    assert list((folder / 'work' / 'test').rglob('*.jpg'))


def test_the_hosts_own_tool_trains(installed_wheel, folder):
    config = next(
        path
        for path in installed_wheel.parents[1].rglob(CONFIG)
        if '.mim' in path.parts
    )
    log = call(
        *(installed_wheel, folder, 'train', 'mmpose', str(config)),
        *('--gpus', '0', '--work-dir', 'host', '--cfg-options', *SHORT),
    )
    assert 'coco/AP: ' in log
    assert (folder / 'host' / 'epoch_1.pth').exists()
