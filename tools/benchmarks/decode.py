"""Time and memory from the outputs of the network to people.

Compares with the official algorithm, written plainly, and with mmpose's
codec, on made-up outputs, in one thread on the CPU. Stops with an error when
the people are not those of the official algorithm.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Callable

from _command import build_parser, size_of


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.set_defaults(rounds=3)
    parser.add_argument('--people', type=int, nargs='+', default=[1, 5, 30])
    parser.add_argument(
        '--sizes', type=size_of, nargs='+', default=[(512, 512)], metavar='WxH'
    )
    parser.add_argument(
        '--scenes', type=int, default=60, help='to compare assignments'
    )
    parser.add_argument(
        '--no-extras',
        action='store_true',
        help='leave out memory, noise and the comparison of assignments',
    )
    parser.add_argument('--memory-of', help=argparse.SUPPRESS)
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
from _command import report
from _decode_memory import added_memory, measure_apart
from _decode_ways import PEERS, Ways
from _scenes import (
    NUM_KEYPOINTS,
    make_levels,
    make_noise,
    mirrored_keypoints,
)
from _timing import Row, compare, use_one_thread

from higherhrnet_plugin import AggregatingBottomupDecoder


def measure(arguments: argparse.Namespace) -> list[Row]:
    """Time all scenes."""
    rows = []
    for size in arguments.sizes:
        for people in arguments.people:
            for flips in (1, 2):
                rng = np.random.default_rng([arguments.seed, people])
                ways = Ways(make_levels(rng, people, size)[:flips], size)
                note = ways.check()
                name = f'{size[0]}x{size[1]}, {people} true, {flips} tags'
                for title, ours, *peers in (
                    ('batch_decode', ways.decode, ways.official, ways.mmpose),
                    (
                        'predict',
                        ways.predict,
                        ways.official_predict,
                        ways.mmpose_predict,
                    ),
                ):
                    functions: dict[str, Callable[[], Any]] = dict(
                        zip(PEERS, peers)
                    )
                    rows.append(
                        compare(
                            f'{title} {name}',
                            ours,
                            functions,
                            arguments.rounds,
                            note,
                        )
                    )
    return rows


def measure_garbage(rounds: int) -> list[Row]:
    """Time outputs of a model that learnt nothing, against mmpose alone."""
    rows = []
    for plateaus in (False, True):
        for flips in (1, 2):
            rng = np.random.default_rng(0)
            levels = make_noise(rng, (512, 512), plateaus)[:flips]
            ways = Ways(levels, (512, 512))
            name = 'plateaus' if plateaus else 'noise'
            note = f'{len(ways.decode()[0])} people'
            for title, ours, peer in (
                ('batch_decode', ways.decode, ways.mmpose),
                ('predict', ways.predict, ways.mmpose_predict),
            ):
                rows.append(
                    compare(
                        f'{title} {name}, {flips} tags',
                        ours,
                        {'mmpose': peer},
                        rounds,
                        note,
                    )
                )
    return rows


def measure_assignment(scenes: int) -> str:
    """Count the scenes in which the exact assignment changes people."""
    exact = AggregatingBottomupDecoder(NUM_KEYPOINTS, assignment='distance')
    swap = mirrored_keypoints(NUM_KEYPOINTS)
    changed = 0
    for seed in range(scenes):
        rng = np.random.default_rng(seed)
        flips = make_levels(rng, 1 + seed % 30, (256, 256))
        ways = Ways(flips, (256, 256))
        found = exact.predict([flips], (1,), (256, 256), swap)[0]
        changed += not np.array_equal(found[2], ways.predict()[2])
    return f"assignment='distance' changes {changed} of {scenes} scenes"


def show_memory() -> str:
    """Measure the peak memory of every way at 960x640 with flip."""
    lines = ['| 960x640, 2 tags, 5 true | MiB added |', '| --- | ---: |']
    for way in ('predict', 'official_predict', 'mmpose_predict'):
        added = measure_apart(__file__, '--memory-of', way)
        lines.append(f'| {way} | {added:.0f} |')
    return '\n'.join(lines)


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print."""
    arguments = parse_args(argv)
    use_one_thread()
    if arguments.memory_of:
        rng = np.random.default_rng(5)
        # what is loaded on first use is not part of the peak
        small = Ways(make_levels(rng, 1, (64, 64)), (64, 64))
        getattr(small, arguments.memory_of)()
        ways = Ways(make_levels(rng, 5, (960, 640)), (960, 640))
        print(added_memory(getattr(ways, arguments.memory_of)))
        return
    rows = measure(arguments)
    if arguments.no_extras:
        report(rows, arguments.out)
        return
    report([*rows, *measure_garbage(1)], arguments.out)
    print('', show_memory(), measure_assignment(arguments.scenes), sep='\n\n')


if __name__ == '__main__':
    main()
