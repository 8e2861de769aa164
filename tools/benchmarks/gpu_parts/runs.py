"""Trainings by the Runner in mixed precision, and the cases of a device."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from _command import ROOT

from .common import CONFIGS, QUICK_SIDE, Bench, Row
from .networks import write_people

TRAIN = ROOT / 'tools' / 'train.py'
CASES = ROOT / 'tests' / 'support' / 'device_cases.py'
# A warm-up of 500 iterations would learn nothing in 60
CONFIG = """
_base_ = ['{base}']
randomness = dict(seed=0)
train_cfg = dict(max_epochs={epochs}, val_interval=1000)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = []
default_hooks = dict(
    logger=dict(interval=1),
    checkpoint=dict(interval={epochs}, save_best=None, published_keys=None),
)
log_processor = dict(window_size=1)
model = dict(backbone=dict(init_cfg=None))
train_dataloader = dict(
    batch_size={batch},
    num_workers={workers},
    persistent_workers={persistent},
    dataset=dict(
        data_root='{data}/',
        ann_file='annotations/person_keypoints_train.json',
        data_prefix=dict(img='train/'),
    ),
)
val_cfg = val_dataloader = val_evaluator = None
test_cfg = test_dataloader = test_evaluator = None
"""


def train_and_resume(bench: Bench) -> Iterator[Row]:
    """Train by ``tools/train.py``, then go on with ``--resume``.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: losses at the beginning and the end, and of a few more epochs.
    """
    # of 96 images 4 batches, of 8 images 2
    epochs, more = (2, 1) if bench.quick else (15, 2)
    amps = ('float16', 'bfloat16') if bench.has_amp else (None,)
    runs = []
    with ThreadPoolExecutor(1) as pool:
        for amp in amps:
            name = amp or 'float32'
            config = bench.folder / f'{name}.py'
            config.write_text(fill_config(bench, epochs))
            job = bench, config, bench.folder / name, amp
            first = train(*job)
            more_epochs = f'train_cfg.max_epochs={epochs + more}'
            then = pool.submit(train, *job, ('--resume',), (more_epochs,))
            runs.append((name, first, then))
        for name, first, then in runs:
            yield describe(name, first, then.result())


def fill_config(bench: Bench, epochs: int) -> str:
    """Write the config of a training."""
    return CONFIG.format(
        base=CONFIGS['tiny' if bench.quick else 'W32-512'],
        data=write_people(bench),
        epochs=epochs,
        batch=4 if bench.quick else 24,
        workers=0 if bench.quick else 12,
        persistent=not bench.quick,
    )


def train(
    bench: Bench,
    config: Path,
    work_dir: Path,
    amp: str | None,
    flags: Sequence[str] = (),
    options: Sequence[str] = (),
) -> list[dict]:
    """Run ``tools/train.py``.

    Args:
        bench (Bench): Where to run.
        config (Path): The config.
        work_dir (Path): Work folder.
        amp (str, optional): Type of mixed precision.
        flags (Sequence[str]): Further arguments.
        options (Sequence[str]): Of ``--cfg-options``.

    Returns:
        list[dict]: what was logged in each iteration.

    Raises:
        RuntimeError: If it fails.
    """
    if bench.quick:
        options = (*options, f'codec.input_size={QUICK_SIDE}')
    if amp:
        flags = (*flags, '--amp')
        options = (*options, f'optim_wrapper.dtype={amp}')
    command = [sys.executable, str(TRAIN), str(config), *flags]
    command += ['--work-dir', str(work_dir)]
    command += ['--cfg-options', *options] if options else []
    known = set(work_dir.glob('*/vis_data/scalars.json'))
    done = subprocess.run(
        command,
        env=environment(bench),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=max(120.0, bench.limit_s),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f'{command}:\n{done.stdout[-3000:]}')
    (log,) = set(work_dir.glob('*/vis_data/scalars.json')) - known
    return [json.loads(line) for line in log.read_text().splitlines()]


def describe(name: str, first: list[dict], then: list[dict]) -> Row:
    """Sum up a training and its continuation.

    Args:
        name (str): Its precision.
        first (list[dict]): What was logged in each iteration.
        then (list[dict]): The same after ``--resume``.

    Returns:
        dict: for the table.
    """
    losses = [record['loss'] for record in first]
    tenth = max(1, len(losses) // 6)
    begin, end = losses[:tenth], losses[-tenth:]
    return {
        'precision': name,
        'iterations': len(losses),
        'loss at first': statistics.mean(begin),
        'loss at last': statistics.mean(end),
        'falls': statistics.mean(end) < statistics.mean(begin),
        'resumed at': then[0]['step'],
        'loss resumed': statistics.mean(record['loss'] for record in then),
        'iteration, ms': 1e3 * statistics.median(r['time'] for r in first),
        'of it loading, ms': 1e3
        * statistics.median(r['data_time'] for r in first),
        'memory, MB': first[-1].get('memory'),
        'losses': losses,
    }


def environment(bench: Bench) -> dict[str, str]:
    """Return the variables of a process that finds this source tree."""
    paths = [str(ROOT), os.environ.get('PYTHONPATH', '')]
    variables = {
        **os.environ,
        'PYTHONPATH': os.pathsep.join(filter(None, paths)),
    }
    if bench.device.type == 'cpu':
        variables['CUDA_VISIBLE_DEVICES'] = ''
    return variables


def run_cases(bench: Bench) -> Iterator[Row]:
    """Run ``tests/support/device_cases.py`` on the device.

    On a CPU these are the cases on the stand-in device.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: what pytest says at last, and which cases failed.
    """
    start = time.perf_counter()
    command = [sys.executable, '-m', 'pytest', '-q', '-p', 'no:cacheprovider']
    done = subprocess.run(
        [*command, str(CASES)],
        cwd=ROOT,
        env={**environment(bench), 'HIGHERHRNET_DEVICE': bench.device.type},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=max(120.0, bench.limit_s),
        check=False,
    )
    lines = done.stdout.splitlines()
    # all in one row, as a part may be stopped after any
    bad = [w for w in lines if w.startswith(('FAILED', 'ERROR', 'SKIPPED'))]
    yield {
        'cases': lines[-1] if lines else 'nothing',
        'passed': done.returncode == 0,
        's': time.perf_counter() - start,
        'not passed': bad,
        'output': done.stdout[-6000:] if done.returncode else '',
    }
