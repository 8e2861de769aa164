"""Kill a training again and again; what it learns must not change.

Trains a tiny network on a few synthetic images, once undisturbed and once
killed (SIGKILL, workers included) at random moments, half of them while a
checkpoint is being written. It goes on by ``--resume`` each time, with another
number of workers. In the end weights, their moving average, the state of the
optimiser and of its schedules, and the best checkpoint have to be equal to
the bit. Prints what happened; the exit code is 1 if anything differs.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        '--kills', type=int, default=25, help='how often (default: 25)'
    )
    parser.add_argument(
        '--epochs',
        type=int,
        default=60,
        help='length of the training, which must outlast the kills '
        '(default: 60)',
    )
    parser.add_argument(
        '--seed', type=int, default=0, help='of the moments (default: 0)'
    )
    parser.add_argument(
        '--work-dir',
        type=Path,
        help='new folder for data and trainings; default: one that is removed',
    )
    return parser.parse_args()


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from _killed_runs import Outcome, compare_runs, kill_and_resume
from _small_run import SmallRun


def describe(kills: list[Outcome], run: SmallRun) -> str:
    """Sum up what happened.

    Args:
        kills: In their order.
        run: The training.

    Returns:
        A line for each figure.
    """
    writing = [kill for kill in kills if kill.was_writing]
    asked = [kill for kill in kills if kill.while_writing]
    starts = [kill.resumed_from for kill in kills]
    lost = sum(a == b for a, b in zip(starts, starts[1:]))
    return '\n'.join(
        (
            f'kills: {len(kills)}, {len(asked)} of them once a checkpoint was '
            'begun',
            f'half files left under other names: {len(writing)}',
            f'epochs the killed runs started from: {starts}',
            f'runs that were killed before their first checkpoint: {lost}',
            f'unsound files under final names: '
            f'{sum(len(kill.faults) for kill in kills)}',
            f'undisturbed training: {run.epochs} epochs of '
            f'{run.epoch_s:.1f} s, the first checkpoint after '
            f'{run.start_s:.0f} s',
        )
    )


def stress(args: argparse.Namespace, folder: Path) -> int:
    """Train twice and compare.

    Args:
        args: Parsed arguments.
        folder: Existing folder to work in.

    Returns:
        Exit code.
    """
    begun = time.monotonic()
    run = SmallRun.prepare(folder, args.epochs)
    undisturbed, killed = folder / 'undisturbed', folder / 'killed'
    run.train(undisturbed)
    kills = kill_and_resume(run, killed, args.kills, random.Random(args.seed))
    print(describe(kills, run))
    differences = [fault for kill in kills for fault in kill.faults]
    differences += compare_runs(undisturbed, killed, args.epochs)
    for line in differences:
        print(f'DIFFERS: {line}')
    if len(kills) < args.kills:
        print(
            f'the training was over after {len(kills)} of {args.kills} kills; '
            'raise --epochs'
        )
    print(
        f'{"different" if differences else "equal to the bit"}; '
        f'{time.monotonic() - begun:.0f} s in all'
    )
    return int(bool(differences) or len(kills) < args.kills)


def main() -> int:
    """Run the tool.

    Returns:
        Exit code.
    """
    args = parse_args()
    if args.work_dir is not None:
        args.work_dir.mkdir(parents=True)
        return stress(args, args.work_dir.resolve())
    with tempfile.TemporaryDirectory() as folder:
        return stress(args, Path(folder))


if __name__ == '__main__':
    sys.exit(main())
