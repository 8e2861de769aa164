"""Time of encoding one image at both levels of a 512x512 input.

Heatmaps and tag positions are compared with the official loops, and with
mmpose's codec, which rounds where the official code truncates and therefore
gets keypoints that are moved by half a cell, inside of its smaller window.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from _command import build_parser


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.add_argument(
        '--people', type=int, nargs='+', default=[1, 5, 15, 30], help='each'
    )
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
import torch
from _command import report, require
from _plain_training import plain_targets, plain_udp_targets
from _timing import Row, compare, use_one_thread
from mmengine.registry import init_default_scope
from mmpose.registry import KEYPOINT_CODECS

import higherhrnet_plugin as plugin
from higherhrnet_plugin.codecs.targets.on_device import draw_batch

KEYPOINTS = 17
INPUT = 512
SIDES = (128, 256)
SIGMA = 2
# of the keypoints of a person, about 12 of 17 are labelled in COCO
LABELLED = 0.7
# mmpose's window is a cell narrower on each side; below it differs
EDGE = np.exp(-((3 * SIGMA + 0.5) ** 2) / (2 * SIGMA**2))


def make_codec(**options: Any) -> plugin.MultiResolutionAssociativeEmbedding:
    """Make our codec."""
    return plugin.MultiResolutionAssociativeEmbedding(
        (INPUT, INPUT), [(s, s) for s in SIDES], SIGMA, **options
    )


def people(
    rng: np.random.Generator, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draw keypoints (N, K, 2) and flags (N, K)."""
    keypoints = rng.uniform(0, INPUT, (count, KEYPOINTS, 2))
    visible = rng.random((count, KEYPOINTS)) < LABELLED
    return keypoints.astype(np.float32), visible.astype(np.float32)


def measure_cells(
    count: int, rng: np.random.Generator, rounds: int
) -> list[Row]:
    """Measure the usual targets, drawn at once and left to the head."""
    keypoints, visible = people(rng, count)
    codec, deferring = make_codec(), make_codec(on_device=True)
    mmpose = [
        KEYPOINT_CODECS.build(
            dict(
                type='AssociativeEmbedding',
                input_size=(INPUT, INPUT),
                heatmap_size=(side, side),
                sigma=SIGMA,
            )
        )
        for side in SIDES
    ]
    moved = [keypoints - INPUT // side / 2 for side in SIDES]
    levels = [(INPUT // side, side, SIGMA) for side in SIDES]

    def official() -> list[tuple[np.ndarray, np.ndarray]]:
        return [plain_targets(keypoints, visible, *level) for level in levels]

    def of_mmpose() -> list[dict]:
        return [c.encode(k, visible) for c, k in zip(mmpose, moved)]

    ours, left = (
        codec.encode(keypoints, visible),
        deferring.encode(keypoints, visible),
    )
    for i, (plain, other) in enumerate(zip(official(), of_mmpose())):
        maps = ours['heatmaps'][i]
        cells = torch.from_numpy(left['target_cells'][:, i])
        drawn = draw_batch([cells], None, (SIDES[i], SIDES[i]), SIGMA)[0]
        for name, others in (('official', plain[0]), ('drawn', drawn.numpy())):
            require(np.array_equal(maps, others), f'{count} people, {name}')
        gap = np.abs(maps - other['heatmaps'])[maps > EDGE].max(initial=0)
        require(gap <= 1e-6, f'{count} people, mmpose: {gap:.1e}')
    require(
        np.array_equal(ours['keypoint_indices'], official()[0][1]),
        f'positions of {count} people',
    )
    peers = {'official': official, 'mmpose': of_mmpose}
    note = 'bit-equal to the official heatmaps'
    return [
        compare(
            f'{count} people{what}',
            lambda c=c: c.encode(keypoints, visible),
            peers,
            rounds,
            text,
        )
        for what, c, text in (
            ('', codec, note),
            (', left to the head', deferring, f'{note} once drawn'),
        )
    ]


def measure_udp(count: int, rng: np.random.Generator, rounds: int) -> Row:
    """Measure targets of unbiased data processing."""
    keypoints, visible = people(rng, count)
    codec = make_codec(use_udp=True)

    def plain() -> list[np.ndarray]:
        return [
            plain_udp_targets(keypoints, visible, INPUT, side, SIGMA)
            for side in SIDES
        ]

    gap = max(
        float(np.abs(a - b).max())
        for a, b in zip(codec.encode(keypoints, visible)['heatmaps'], plain())
    )
    require(gap <= 1e-6, f'UDP heatmaps of {count} people: {gap:.1e}')
    return compare(
        f'{count} people, UDP',
        lambda: codec.encode(keypoints, visible),
        {'plain loop': plain},
        rounds,
        f'{gap:.0e} off the loop',
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    use_one_thread()
    init_default_scope('mmpose')
    rng = np.random.default_rng(args.seed)
    rows = []
    for count in args.people:
        rows += measure_cells(count, rng, args.rounds)
    rows += [measure_udp(n, rng, args.rounds) for n in args.people]
    report(rows, args.out)


if __name__ == '__main__':
    main()
