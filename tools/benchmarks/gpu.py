"""What an accelerator does: speed, memory, exactness, and real trainings.

Runs on one device and writes one JSON file, after each part anew. A part that
fails is noted, and the others still run. ``--quick`` takes a tiny network, to
try the script itself on a CPU.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Callable

# share of the time, in the order in which they run
SHARES = {
    'precision': 25,
    'decoding': 8,
    'targets': 6,
    'cases': 25,
    'training': 80,
    'memory': 70,
    'inference': 45,
    'trainings': 55,
    'compiled': 100,
}


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add = parser.add_argument
    add('--device', default='cuda', help='device of torch')
    add('--quick', action='store_true', help='a tiny network, few rounds')
    add(
        '--parts',
        nargs='+',
        choices=list(SHARES),
        help='these alone; all but compiled without',
    )
    add(
        '--budget-s',
        type=float,
        default=300.0,
        help='seconds for all; a part ends after its share and those left '
        'over by the parts before',
    )
    add('--out', help='JSON file for figures and machine')
    args = parser.parse_args(argv)
    if args.budget_s <= 0:
        parser.error(f'--budget-s must be positive, got {args.budget_s}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import torch
from _tables import to_table
from _timing import describe_machine
from gpu_parts.common import Bench, Row
from gpu_parts.compiling import measure_compiled
from gpu_parts.decoding import measure_decoding, measure_targets
from gpu_parts.inference import measure_inference
from gpu_parts.memory import measure_memory
from gpu_parts.runs import run_cases, train_and_resume
from gpu_parts.training import compare_precision, measure_training
from mmengine.registry import init_default_scope

from higherhrnet_plugin.files import write_whole
from higherhrnet_plugin.inference.model import choose_device

PARTS: dict[str, Callable[[Bench], Iterator[Row]]] = {
    'precision': compare_precision,
    'decoding': measure_decoding,
    'targets': measure_targets,
    'cases': run_cases,
    'training': measure_training,
    'memory': measure_memory,
    'inference': measure_inference,
    'trainings': train_and_resume,
    'compiled': measure_compiled,
}


def wanted(args: argparse.Namespace) -> Sequence[str]:
    """Return the parts to run; compiling takes minutes and is asked for."""
    return args.parts or [name for name in SHARES if name != 'compiled']


def run_part(name: str, bench: Bench) -> dict[str, Any]:
    """Run a part until it ends, fails, or its time is over.

    Args:
        name (str): Key of ``PARTS``.
        bench (Bench): Where to run, and for how long.

    Returns:
        dict: ``rows``, ``seconds``, and ``ended``: how it did.
    """
    start = time.perf_counter()
    rows: list[Row] = []
    ended = 'complete'
    steps = PARTS[name](bench)
    try:
        for row in steps:
            rows.append(row)
            if time.perf_counter() - start > bench.limit_s:
                ended = f'stopped after {bench.limit_s:.0f} s'
                break
    except Exception:  # noqa: BLE001 - the other parts go on
        ended = traceback.format_exc()
    finally:
        steps.close()
    seconds = time.perf_counter() - start
    return {'rows': rows, 'seconds': seconds, 'ended': ended}


def main(argv: Sequence[str] | None = None) -> None:
    """Run the parts.

    Raises:
        SystemExit: If there is no such device, or a part failed.
    """
    args = parse_args(argv)
    init_default_scope('mmpose')
    try:
        device = choose_device(args.device)
    except ValueError as error:
        raise SystemExit(f'error: {error}') from error
    machine = {**describe_machine(), 'cuda': str(torch.version.cuda)}
    print(', '.join(f'{key} {value}' for key, value in machine.items()))
    names = [name for name in SHARES if name in wanted(args)]
    end = time.perf_counter() + args.budget_s
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        for i, name in enumerate(names):
            left = max(0.0, end - time.perf_counter())
            share = SHARES[name] / sum(SHARES[n] for n in names[i:])
            bench = Bench(device, args.quick, Path(folder), left * share)
            results[name] = run_part(name, bench)
            report(name, results[name])
            if args.out:
                content = {'machine': machine, 'parts': results}
                text = json.dumps(content, indent=2) + '\n'
                write_whole(Path(args.out), text)
    failed = [n for n, part in results.items() if 'Error' in part['ended']]
    if failed:
        raise SystemExit(f'error: failed: {", ".join(failed)}')


def report(name: str, result: dict[str, Any]) -> None:
    """Print a part.

    Args:
        name (str): Its name.
        result (dict): As of :func:`run_part`.
    """
    print(f'\n## {name} ({result["seconds"]:.0f} s)\n')
    if result['rows']:
        print(to_table(result['rows']))
    print(f'\n{result["ended"]}', flush=True)


if __name__ == '__main__':
    main()
