"""Trainings that are killed, and what they left."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Optional

import torch
from _small_run import SmallRun, environment
from torch.utils._pytree import tree_flatten

from higherhrnet_plugin.compat.checkpoint_files import load_checkpoint_file
from higherhrnet_plugin.engine.work_folder import find_fault, list_checkpoints

TEMPLATE = 'epoch_{}.pth'
# entries of a checkpoint that say what was learned
LEARNED = ('state_dict', 'ema_state_dict', 'optimizer', 'param_schedulers')
# a training that hangs is an error
PATIENCE_S = 600
# epochs of one run, lest the training is over before the last kill
_FAR = 4
# bytes of a file that is no checkpoint, such as last_checkpoint
_NOTE = 10_000


@dataclass
class Outcome:
    """A run that was killed.

    Attributes:
        while_writing: Whether the kill waited for a checkpoint to be begun.
        resumed_from: Epoch of the newest checkpoint at its start.
        was_writing: Whether half a file was left.
        faults: What was wrong in its folder.
    """

    while_writing: bool
    resumed_from: int
    was_writing: bool = False
    faults: list[str] = field(default_factory=list)


def kill_and_resume(
    run: SmallRun, work_dir: Path, kills: int, rng: random.Random
) -> list[Outcome]:
    """Train to the end, with kills on the way.

    Args:
        run: The training.
        work_dir: New work folder.
        kills: How often to kill.
        rng: Chooses the moments and the numbers of workers.

    Returns:
        The kills; fewer if the training was over before.

    Raises:
        SystemExit: If a run fails by itself.
    """
    outcomes: list[Outcome] = []
    while True:
        outcome = None
        if len(outcomes) < kills:
            outcome = Outcome(len(outcomes) % 2 == 0, _newest(work_dir))
        before = set(_parts(work_dir))
        if not _run_once(run, work_dir, outcome, rng) or outcome is None:
            return outcomes
        outcome.was_writing = not before.issuperset(_parts(work_dir))
        _inspect(work_dir, outcome)
        outcomes.append(outcome)
        print(f'kill {len(outcomes)}: {outcome}', flush=True)


def _run_once(
    run: SmallRun,
    work_dir: Path,
    outcome: Optional[Outcome],
    rng: random.Random,
) -> bool:
    """Start or resume; tell whether it was killed."""
    log = work_dir.with_suffix('.log')
    with log.open('a') as file:
        process = subprocess.Popen(
            run.arguments(work_dir, rng.randrange(3)),
            env=environment(),
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        if outcome is None:
            process.wait(PATIENCE_S)
        elif outcome.while_writing:
            _wait_for_checkpoint(process, work_dir, rng.randint(1, 3))
        else:
            # from before the first step to some epochs later
            latest = run.start_s + 3 * run.epoch_s
            seconds = rng.uniform(0.5 * run.start_s, latest)
            _wait(process, seconds, work_dir)
    finally:
        killed = process.poll() is None
        if killed:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if killed and outcome is None:
        raise SystemExit(f'the training hangs, see {log}')
    if not killed and process.returncode:
        raise SystemExit(f'the training failed, see {log}')
    return killed


def _wait(process: subprocess.Popen, seconds: float, work_dir: Path) -> None:
    """Wait, unless the process ends or gets far before."""
    begun, end = _newest(work_dir), time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < end:
        if _newest(work_dir) - begun >= _FAR:
            return
        time.sleep(0.01)


def _wait_for_checkpoint(
    process: subprocess.Popen, work_dir: Path, number: int
) -> None:
    """Wait until the n-th checkpoint is being written."""
    # the last run may have left one
    old = set(_parts(work_dir))
    begun, was_writing = 0, False
    end = time.monotonic() + PATIENCE_S
    while process.poll() is None and time.monotonic() < end:
        is_writing = any(
            _size(part) > _NOTE for part in set(_parts(work_dir)) - old
        )
        begun += is_writing and not was_writing
        if begun == number:
            return
        was_writing = is_writing
        time.sleep(0.0005)


def _parts(work_dir: Path) -> list[Path]:
    """List the halves of files."""
    return list(work_dir.glob('.*.part'))


def _size(path: Path) -> int:
    """Return the size of a file, 0 if it has gone."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _newest(work_dir: Path) -> int:
    """Return the epoch of the newest checkpoint, or 0."""
    found = list_checkpoints(work_dir, TEMPLATE)
    return found[0].step if found else 0


def _inspect(work_dir: Path, outcome: Outcome) -> None:
    """Look at what a killed run has left."""
    for path in work_dir.glob('*.pth'):
        is_best = path.name.startswith('best_')
        fault = find_fault(path, has_optimizer=not is_best)
        outcome.faults += [fault] if fault else []
    if _newest(work_dir) > outcome.resumed_from > 3 and not any(
        work_dir.glob('best_*.pth')
    ):
        outcome.faults.append('there is no best checkpoint')


def compare_runs(one: Path, other: Path, epochs: int) -> list[str]:
    """Compare what two trainings have left.

    Args:
        one: Work folder.
        other: Work folder.
        epochs: Length of the trainings.

    Returns:
        What differs; nothing if all is equal to the bit.
    """
    names = [sorted(p.name for p in f.glob('*.pth')) for f in (one, other)]
    if names[0] != names[1]:
        return [f'files {names[0]} and {names[1]}']
    found = [f'{part.name} is left' for part in _parts(other)]
    for name in names[0]:
        contents = [
            load_checkpoint_file(f / name, 'cpu') for f in (one, other)
        ]
        entries = [e for e in LEARNED if e in contents[0]]
        if name == TEMPLATE.format(epochs) and entries != list(LEARNED):
            found.append(f'{name} has no more than {entries}')
        for entry in entries:
            fault = _difference(*(content.get(entry) for content in contents))
            found += [f'{name}: {entry}: {fault}'] if fault else []
    return found


def _difference(one: Any, other: Any) -> Optional[str]:
    """Say what differs between two nested values, if anything does."""
    leaves, shapes = zip(*map(tree_flatten, (one, other)))
    if shapes[0] != shapes[1]:
        return 'not of the same parts'
    unequal = sum(
        not torch.equal(a, b) if isinstance(a, torch.Tensor) else a != b
        for a, b in zip(*leaves)
    )
    return f'{unequal} of {len(leaves[0])} values' if unequal else None
