"""Peak memory of a training step and of a test on the CPU.

Each case runs in a process of its own: what a step adds to the weights,
gradients and moments of the optimiser, which are there before it. For a GPU
see the part ``memory`` of ``gpu.py``.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Case(NamedTuple):
    """What is measured.

    Attributes:
        config (str): Key of ``CONFIGS``.
        count (int): Images of a batch.
        with_cp (bool): Whether residual blocks are recomputed.
        training (bool): A training step, or a test with flip.
    """

    config: str
    count: int
    with_cp: bool
    training: bool


USUAL = [
    *(Case('W32-512', n, cp, True) for n in (1, 2, 4) for cp in (False, True)),
    *(Case('W32-640', n, False, True) for n in (1, 2)),
    *(Case('W48-640', 1, cp, True) for cp in (False, True)),
    *(Case('W32-512', n, False, False) for n in (1, 8)),
    Case('W48-640', 1, False, False),
]
QUICK = [
    Case('tiny', 2, False, True),
    Case('tiny', 2, True, True),
    Case('tiny', 2, False, False),
]


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add('--quick', action='store_true', help='a tiny network alone')
    add('--out', help='JSON file for figures and machine')
    add('--case', type=int, help=argparse.SUPPRESS)
    add('--folder', type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import json

import torch
from _decode_memory import added_memory, measure_apart
from _networks import forward
from _tables import to_table
from _timing import describe_machine, use_one_thread
from gpu_parts.common import GIB, Bench, Mode
from gpu_parts.networks import Batches, build_wrapper, builder, write_people
from mmengine.registry import init_default_scope

from higherhrnet_plugin.files import write_whole


def measure(case: Case, bench: Bench) -> float:
    """Measure a case in this process.

    Args:
        case (Case): What.
        bench (Bench): Where.

    Returns:
        float: MiB that a step adds.
    """
    mode = Mode(with_cp=case.with_cp)
    model = builder(case.config, bench)(**mode.options)
    batches = Batches(case.config, bench)
    batches.size, batches.workers = case.count, 0
    batch = batches.take(case.count)
    if case.training:
        wrapper = build_wrapper(model.train(), batches.cfg, mode)
        return added_memory(lambda: model.train_step(batch, wrapper))
    images = model.data_preprocessor(batch, False)['inputs']
    run = forward(model)
    return added_memory(lambda: (run(images), run(images.flip(-1))))


def count_weights(case: Case, bench: Bench) -> float:
    """Return GiB of weights, and of gradients and moments in training."""
    model = builder(case.config, bench)()
    bytes_ = sum(4 * p.numel() for p in model.parameters())
    return (4 if case.training else 1) * bytes_ / GIB


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    args = parse_args(argv)
    use_one_thread()
    init_default_scope('mmpose')
    cases = QUICK if args.quick else USUAL
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.folder or Path(temporary)
        bench = Bench(torch.device('cpu'), args.quick, folder, 0)
        if args.case is not None:
            print(measure(cases[args.case], bench))
            return
        write_people(bench)
        flags = ['--quick'] * args.quick + ['--folder', str(folder)]
        rows: list[dict[str, Any]] = []
        for i, case in enumerate(cases):
            mib = measure_apart(__file__, *flags, '--case', str(i))
            rows.append(
                {
                    'what': 'training' if case.training else 'test with flip',
                    'config': case.config,
                    'mode': Mode(with_cp=case.with_cp).name,
                    'batch': case.count,
                    'weights, GiB': count_weights(case, bench),
                    'a step, GiB': mib / 2**10,
                }
            )
    print(to_table(rows))
    machine = describe_machine()
    print(', '.join(f'{key} {value}' for key, value in machine.items()))
    if args.out:
        content = {'machine': machine, 'rows': rows}
        write_whole(Path(args.out), json.dumps(content, indent=2) + '\n')


if __name__ == '__main__':
    main()
