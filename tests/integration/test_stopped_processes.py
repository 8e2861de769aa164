"""A process of a training stops: the others end, or all begin again."""

import os
import signal
import subprocess
import sys
import time

import pytest
import torch
from data_sets import write_data_set
from processes import ROOT, free_port, run_python, run_tool
from small_configs import TINY, load_small

TRAIN = ROOT / 'tools' / 'train.py'
# of gloo; processes of a busy machine begin at times that far apart
TIMEOUT = 20

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == 'win32', reason='needs signals'),
    pytest.mark.skipif(torch.cuda.is_available(), reason='is for CPUs'),
]


def environment(rank, size, port):
    """Name what torchrun sets, for processes without it."""
    return dict(
        RANK=str(rank),
        LOCAL_RANK=str(rank),
        WORLD_SIZE=str(size),
        MASTER_ADDR='127.0.0.1',
        MASTER_PORT=str(port),
    )


@pytest.fixture
def write_config(tmp_path):
    """Write a config of a training of two epochs that is stopped."""

    def write(name, epoch, timeout=TIMEOUT):
        people = write_data_set(tmp_path, people=(1, 4, 2, 3))
        cfg = load_small(TINY, people, tmp_path / 'work')
        cfg.train_dataloader.batch_size = 1
        cfg.train_cfg.update(max_epochs=2, val_interval=9)
        cfg.default_hooks.checkpoint.update(interval=1, published_keys=None)
        cfg.custom_imports.imports = ['higherhrnet_plugin', 'stop_hook']
        note = str(tmp_path / 'stopped')
        cfg.custom_hooks = [
            dict(type='mmengine.StopHook', name=name, epoch=epoch, note=note)
        ]
        cfg.env_cfg = dict(dist_cfg=dict(timeout=timeout))
        path = tmp_path / 'config.py'
        cfg.dump(path)
        return path

    return write


def python_path():
    return f'{ROOT}:{ROOT / "tests" / "support"}'


@pytest.mark.parametrize('name', ['SIGKILL', 'SIGSTOP'])
def test_the_others_end_within_the_time_out(write_config, tmp_path, name):
    config, port = write_config(name, 0), free_port()
    processes = [
        subprocess.Popen(
            [sys.executable, TRAIN, config, '--launcher', 'pytorch'],
            env={
                **os.environ,
                'PYTHONPATH': python_path(),
                'OMP_NUM_THREADS': '1',
                **environment(rank, 2, port),
            },
            stderr=(tmp_path / f'{rank}.txt').open('w'),
        )
        for rank in range(2)
    ]
    try:
        note = tmp_path / 'stopped'
        while not note.exists():
            assert processes[0].poll() is None
            time.sleep(0.1)
        # the rest is for the end of Python
        assert processes[0].wait(timeout=TIMEOUT + 60) == 1
    finally:
        for process in processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
    assert 'RuntimeError' in (tmp_path / '0.txt').read_text()


@pytest.mark.timeout(900)
def test_torchrun_begins_again_from_the_last_checkpoint(
    write_config, tmp_path
):
    config = write_config('SIGKILL', 1, timeout=300)
    done = run_python(
        '-m',
        'torch.distributed.run',
        '--standalone',
        '--nproc-per-node',
        2,
        '--max-restarts',
        1,
        TRAIN,
        config,
        '--launcher',
        'pytorch',
        '--resume',
        timeout=600,
        PYTHONPATH=python_path(),
        # or else the processes find the addresses of those before them
        TORCH_DISABLE_SHARE_RDZV_TCP_STORE='1',
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / 'stopped').exists()
    assert 'resumed epoch: 1' in done.stdout
    assert (tmp_path / 'work' / 'epoch_2.pth').exists()


def test_sync_bn_on_cpus_is_named(write_config):
    done = run_tool(
        'train.py',
        *(write_config('SIGKILL', 9), '--launcher', 'pytorch'),
        '--cfg-options',
        'sync_bn=torch',
        timeout=300,
        **{**environment(0, 1, free_port()), 'PYTHONPATH': python_path()},
    )
    assert done.returncode == 2
    assert "error: sync_bn='torch' in the config needs GPUs" in done.stderr
    assert 'Traceback' not in done.stderr
