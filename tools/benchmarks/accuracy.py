"""Train arms from several seeds, test them, and compare them in pairs.

Every run that is finished is in the file of results at once, and is never
made again: the same command goes on after a stop, and adds arms and seeds
later. It ends by writing tables and a plot. docs/ablation.md tells what is
compared and how; ``_accuracy_arms.py`` has the arms.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _accuracy_arms import (
    ABLATION,
    ARMS,
    PROTOCOLS,
    VAL_FILE,
    Arm,
    tested_with,
    trained,
)
from _command import ROOT

RUN = Path(__file__).with_name('_accuracy_run.py')


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add(
        'data',
        type=Path,
        nargs='?',
        help='data set of make_synthetic_people.py; without it nothing is '
        'trained, and tables and plot are written',
    )
    add(
        '--protocol',
        choices=PROTOCOLS,
        default='hard',
        help='how is trained: on hard people, on usual ones, or on usual ones '
        'from weights of make demo, which --start names',
    )
    add('--start', type=Path, help='weights that every arm starts from')
    add(
        '--arms',
        nargs='+',
        choices=ARMS,
        default=list(ABLATION),
        help='which; by default those of the ablation of the paper',
    )
    add('--seeds', type=int, nargs='+', default=[0, 1, 2, 3], help='which')
    add('--jobs', type=int, default=2, help='runs side by side')
    add('--device', choices=('cpu', 'cuda'), default='cpu', help='where')
    add(
        '--budget-s',
        type=float,
        help='start no run that would not end in so many seconds, and end '
        'those of the last seed if all together are too slow',
    )
    add(
        '--work-dir',
        type=Path,
        default=Path('work_dirs/accuracy'),
        help='folder for weights, logs and the people found',
    )
    add(
        '--results',
        type=Path,
        help='file of results; by default docs/accuracy_PROTOCOL.json',
    )
    add(
        '--merge',
        type=Path,
        nargs='+',
        default=[],
        help='files of results whose runs are added first',
    )
    add(
        '--page',
        type=Path,
        help='Markdown file PAGE.md to write the tables into, between '
        'comments as in docs/ablation.md; the plot goes to PAGE_PROTOCOL.png '
        'beside it',
    )
    args = parser.parse_args(argv)
    if args.results is None:
        name = f'accuracy_{args.protocol}.json'
        args.results = ROOT / 'docs' / name
    if args.jobs < 1:
        parser.error(f'--jobs must be positive, got {args.jobs}')
    if min(args.seeds) < 0:
        parser.error(f'--seeds must not be negative, got {args.seeds}')
    starts = 'start' in PROTOCOLS[args.protocol]
    if args.data is not None and starts != (args.start is not None):
        need = 'needs' if starts else 'does not go with'
        parser.error(f'--protocol {args.protocol} {need} --start')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from _accuracy_page import report
from _accuracy_pool import Job, Pool
from _accuracy_results import Results, read_results


def collect(folder: Path, results: Results) -> None:
    """Add the records of a run to the results."""
    for path in sorted(folder.glob('*.record.json')):
        record = json.loads(path.read_text())
        if not results.has(record['arm'], record['seed']):
            results.add(record)


def plan(
    args: argparse.Namespace, results: Results, arms: Mapping[str, Arm]
) -> list[Job]:
    """List the runs that are not there yet, seed by seed.

    Args:
        args (argparse.Namespace): Of the command line.
        results (Results): What is there.
        arms (Mapping): All arms.

    Returns:
        list[Job]: in the order of their start.
    """
    jobs = []
    for seed in args.seeds:
        for name in trained(args.arms, arms):
            folder = args.work_dir / args.protocol / f'{name}-{seed}'
            collect(folder, results)
            wanted = set(tested_with(name, arms)) & set(args.arms)
            if all(results.has(arm, seed) for arm in wanted):
                continue
            words = [sys.executable, RUN, name, seed, args.data, folder]
            words += [args.protocol, *([args.start] if args.start else [])]
            command = [*map(str, words)]
            steps = PROTOCOLS[args.protocol]['iterations']
            jobs.append(Job(name, seed, folder, command, steps))
    return jobs


def with_bases(
    names: Sequence[str], arms: Mapping[str, Arm]
) -> dict[str, Arm]:
    """Add what arms are compared with.

    Args:
        names (Sequence[str]): Arms that are asked for.
        arms (Mapping): All arms.

    Returns:
        dict[str, Arm]: in the order of all; of the ablation only what is
        asked for, and what that is compared with.
    """
    wanted = list(names)
    for name in wanted:
        base = arms[name].base
        follow = name in names or name not in ABLATION
        if follow and base and base not in wanted:
            wanted.append(base)
    return {name: arm for name, arm in arms.items() if name in wanted}


def read_data_options(args: argparse.Namespace) -> dict[str, Any]:
    """Read how a data set was made.

    Args:
        args (argparse.Namespace): Of the command line.

    Returns:
        dict: its options, and ``val_sha256`` of the held-out annotations:
        another OpenCV may draw other pictures from the same options; and
        ``start_sha256`` of the weights to start from, if there are any.
        Without a data set, those that the results have.

    Raises:
        SystemExit: If it is no finished data set of the generator, or has
            other people than the protocol.
    """
    folder = args.data
    if folder is None:
        return read_results(args.results).data
    path = folder / 'dataset.json'
    if not path.is_file():
        raise SystemExit(
            f'error: {folder} holds no finished data set; make it with '
            'tools/dataset_converters/make_synthetic_people.py'
        )
    options = json.loads(path.read_text())
    wanted = 'hard' if args.protocol == 'hard' else 'usual'
    if options.get('people', 'usual') != wanted:
        raise SystemExit(
            f'error: {folder} was not made with --people {wanted}, which '
            f'--protocol {args.protocol} needs'
        )
    files = {'val_sha256': folder / VAL_FILE, 'start_sha256': args.start}
    for name, file in files.items():
        if file is not None:
            options[name] = hashlib.sha256(file.read_bytes()).hexdigest()
    return options


def main(
    argv: Sequence[str] | None = None, arms: Mapping[str, Arm] = ARMS
) -> None:
    """Run the study.

    Args:
        argv (Sequence[str], optional): Arguments, None for those of the
            process.
        arms (Mapping): All arms. Defaults to ``ARMS``.

    Raises:
        SystemExit: If a run failed, or there is nothing to show.
    """
    args = parse_args(argv)
    try:
        options = read_data_options(args)
        results = Results(args.results, PROTOCOLS[args.protocol], options)
        for path in args.merge:
            results.merge(read_results(path))
    except (OSError, ValueError) as error:
        raise SystemExit(f'error: {error}') from error
    failed: list[Job] = []
    if args.data is not None:
        jobs = plan(args, results, arms)
        pool = Pool(jobs, args.jobs, args.device, args.budget_s)
        pool.run(lambda job: collect(job.folder, results))
        failed = pool.failed
    if not results.runs:
        raise SystemExit('error: there is no finished run')
    shown = with_bases(args.arms, arms)
    print(report(results.by_arm(), shown, args.page, args.protocol))
    if failed:
        names = ', '.join(f'{job.arm}, seed {job.seed}' for job in failed)
        raise SystemExit(f'error: failed: {names}')


if __name__ == '__main__':
    main()
