"""Time and memory of the losses, forward and backward.

Values and gradients are compared on the data that is timed. mmpose's losses
differ by constants: its tag loss sums over images where ours averages, and
counts each person's distance to itself, so gradients are compared.
"""

from __future__ import annotations

import argparse
import math
import multiprocessing
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, NamedTuple

from _command import build_parser


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.add_argument(
        '--batch', type=int, nargs='+', default=[8, 24], help='images'
    )
    parser.add_argument(
        '--people', type=int, nargs='+', default=[1, 5, 15, 30], help='each'
    )
    parser.add_argument(
        '--memory-tries', type=int, default=3, help='processes for each'
    )
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import torch
from _command import report, require
from _plain_training import plain_ae_loss, plain_heatmap_loss
from _timing import Row, compare, use_one_thread
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from torch import Tensor
from tqdm import tqdm

import higherhrnet_plugin as plugin

KEYPOINTS = 17
SIZES = (128, 256)
# of the keypoints of a person, about 12 of 17 are labelled in COCO
LABELLED = 0.7


class Case(NamedTuple):
    """Leaves, and losses of them by name.

    Attributes:
        leaves (list[Tensor]): What gets a gradient.
        losses (dict[str, Callable]): 'ours', 'official' and 'mmpose'.
    """

    leaves: list[Tensor]
    losses: dict[str, Callable[[], Tensor]]

    def step(self, name: str) -> Callable[[], Tensor]:
        """Return one forward and backward pass."""

        def run() -> Tensor:
            for leaf in self.leaves:
                leaf.grad = None
            loss = self.losses[name]()
            loss.backward()
            return loss.detach()

        return run


def tag_case(batch: int, people: int) -> Case:
    """Draw tags and their positions."""
    side = SIZES[0]
    tags = torch.randn(batch, KEYPOINTS, side, side, requires_grad=True)
    shape = people, KEYPOINTS
    indices = [
        torch.stack(
            (
                torch.randint(side * side, shape),
                (torch.rand(shape) < LABELLED).long(),
            ),
            dim=-1,
        )
        for _ in range(batch)
    ]
    ours = plugin.MultiResolutionAELoss(pull_weight=1, push_weight=1)
    mmpose = MODELS.build(dict(type='AssociativeEmbeddingLoss'))
    return Case(
        [tags],
        {
            'ours': lambda: sum(ours(tags, indices)),
            'official': lambda: plain_ae_loss(tags, indices),
            'mmpose': lambda: sum(mmpose(tags, indices)) / batch,
        },
    )


def heatmap_case(batch: int) -> Case:
    """Draw heatmaps, targets and masks of both levels."""
    preds = [
        torch.randn(batch, KEYPOINTS, s, s, requires_grad=True) for s in SIZES
    ]
    targets = [torch.rand(batch, KEYPOINTS, s, s) for s in SIZES]
    masks = [torch.rand(batch, s, s) > 0.1 for s in SIZES]
    floats = [mask.float() for mask in masks]
    ours = plugin.MultiResolutionHeatmapLoss()
    mmpose = MODELS.build(dict(type='KeypointMSELoss'))
    return Case(
        preds,
        {
            'ours': lambda: sum(ours(preds, targets, masks)),
            'official': lambda: sum(
                map(plain_heatmap_loss, preds, targets, floats)
            ),
            'mmpose': lambda: sum(
                mmpose(p, t, mask=m[:, None])
                for p, t, m in zip(preds, targets, masks)
            ),
        },
    )


def largest_difference(case: Case, peer: str) -> tuple[float, float]:
    """Return those of value and gradients, relative to their size."""
    loss = case.step('ours')()
    gradients = [leaf.grad for leaf in case.leaves]
    other = case.step(peer)()
    gaps = [
        float((leaf.grad - grad).abs().max() / leaf.grad.abs().max())
        for leaf, grad in zip(case.leaves, gradients)
    ]
    return float((loss - other).abs() / other.abs()), max(gaps)


def measure(workload: str, case: Case, rounds: int) -> Row:
    """Compare the losses of a case, then time them."""
    value, gradient = largest_difference(case, 'official')
    require(
        max(value, gradient) <= 1e-6,
        f'{workload}: value {value:.1e}, gradient {gradient:.1e}',
    )
    _, of_mmpose = largest_difference(case, 'mmpose')
    # its means have 1e-6 in the denominator
    require(of_mmpose <= 1e-5, f'{workload}: mmpose gradient {of_mmpose:.1e}')
    note = f'value {value:.0e}, gradient {gradient:.0e} off the official'
    peers = {name: case.step(name) for name in ('official', 'mmpose')}
    # ours comes next, and finds memory as its own last step left it
    peers['warm up'] = case.step('ours')
    row = compare(workload, case.step('ours'), peers, rounds, note)
    del row.peers['warm up'], row.ratios['warm up']
    return row


def peak(arguments: tuple[str, int]) -> float:
    """Return the memory, MB, that a pass over heatmaps adds to its data."""
    name, batch = arguments
    use_one_thread()
    init_default_scope('mmpose')
    # libraries are loaded by a small pass
    heatmap_case(1).step(name)()
    run = heatmap_case(batch).step(name)
    before = _memory('VmRSS')
    run()
    return _memory('VmHWM') - before


def _memory(key: str) -> float:
    """Read one figure of this process, MB; Linux alone has them.

    The peak that ``getrusage`` gives begins with that of the parent process.
    """
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit(f'error: /proc/self/status has no {key}')


def measure_memory(batch: int, tries: int) -> dict[str, float]:
    """Measure the peak of each loss, the least of some fresh processes.

    In some of them libraries take 20 MB more, on their own.
    """
    context = multiprocessing.get_context('spawn')
    peaks = dict.fromkeys(('ours', 'official', 'mmpose'), math.inf)
    for name in tqdm(list(peaks) * tries, 'memory', leave=False):
        with context.Pool(1) as pool:
            peaks[name] = min(peaks[name], *pool.map(peak, [(name, batch)]))
    return peaks


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    torch.manual_seed(args.seed)
    use_one_thread()
    init_default_scope('mmpose')
    rows = [
        measure(f'tags, {b} images x {n}', tag_case(b, n), args.rounds)
        for b in args.batch
        for n in args.people
    ]
    for batch in args.batch:
        case = heatmap_case(batch)
        rows.append(measure(f'heatmaps, {batch} images', case, args.rounds))
        maps = sum(leaf.numel() * 4 for leaf in case.leaves) / 1e6
        peaks = measure_memory(batch, args.memory_tries)
        text = ', '.join(f'{name} {mb:.0f}' for name, mb in peaks.items())
        memory = f'peak memory, MB: {text} (gradients alone {maps:.0f})'
        rows[-1] = rows[-1]._replace(note=f'{rows[-1].note}; {memory}')
    report(rows, args.out)


if __name__ == '__main__':
    main()
