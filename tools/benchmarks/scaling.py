"""How the time from the network's outputs to people grows.

One of people, pixels and keypoints changes at a time. Each row also has the
least that must be moved: outputs of the network are read once, and heatmaps of
the size of the image are written once. All ways must find the same people.
Further rows decode at the resolution of the last level, which finds others.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Sequence
from itertools import chain

from _command import build_parser, size_of


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__.splitlines()[0])
    parser.set_defaults(rounds=3)
    add = parser.add_argument
    add('--people', type=int, nargs='+', default=[1, 5, 15, 30])
    add(
        '--sizes',
        type=size_of,
        nargs='+',
        default=[(256, 256), (512, 512), (960, 640)],
        metavar='WxH',
    )
    add('--keypoints', type=int, nargs='+', default=[17, 133])
    add('--base-people', type=int, default=5, help='people of other rows')
    add(
        '--base-size',
        type=size_of,
        default=(512, 512),
        metavar='WxH',
        help='size of other rows',
    )
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

import numpy as np
import torch
from _command import report
from _decode_ways import Ways
from _scenes import NUM_KEYPOINTS, make_levels
from _timing import Row, compare, use_one_thread


def moved_megabytes(ways: Ways) -> float:
    """Count what must be read and written, MB.

    Args:
        ways (Ways): A scene.

    Returns:
        float: outputs of the network and enlarged heatmaps.
    """
    read = [m for m in chain(*chain(*ways.flips)) if m is not None]
    width, height = ways.size
    written = 4 * ways.flips[0][0][0].shape[1] * width * height
    return (sum(m.numel() * 4 for m in read) + written) / 1e6


def copy_time(megabytes: float) -> float:
    """Measure how long memory of the process takes to be moved, ms.

    Args:
        megabytes (float): Read and written together.

    Returns:
        float: median of nine copies of half of it.
    """
    source = torch.ones(int(megabytes * 1e6 / 8))
    target = torch.empty_like(source)
    times = []
    for _ in range(10):
        start = time.process_time()
        target.copy_(source)
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times[1:])


def make_ways(
    seed: int, people: int, size: tuple[int, int], keypoints: int
) -> Ways:
    """Make a scene with flip."""
    rng = np.random.default_rng([seed, people])
    return Ways(make_levels(rng, people, size, keypoints), size)


def measure(name: str, ways: Ways, rounds: int) -> Row:
    """Compare the people of a scene, then time it."""
    found = ways.check()
    megabytes = moved_megabytes(ways)
    note = (
        f'{found}; moves at least {megabytes:.0f} MB, '
        f'{copy_time(megabytes):.1f} ms'
    )
    peers = {'mmpose': ways.mmpose_predict}
    if ways.decoder.num_keypoints == NUM_KEYPOINTS:
        # it takes a minute for 133 keypoints, and is only checked there
        peers['official'] = ways.official_predict
    return compare(name, ways.predict, peers, rounds, note)


def measure_unprojected(name: str, ways: Ways, rounds: int) -> Row:
    """Time decoding at the resolution of the last level."""
    small, full = ways.predict(False), ways.predict()
    return compare(
        f'{name}, not enlarged',
        lambda: ways.predict(False),
        {'enlarged': ways.predict},
        rounds,
        f'{len(small[0])} people, {len(full[0])} enlarged',
    )


def main(argv: Sequence[str] | None = None) -> None:
    """Run the benchmark."""
    args = parse_args(argv)
    use_one_thread()
    size, people = args.base_size, args.base_people
    scenes = [(f'{n} people', (n, size, NUM_KEYPOINTS)) for n in args.people]
    scenes += [
        (f'{w}x{h} pixels', (people, (w, h), NUM_KEYPOINTS))
        for w, h in args.sizes
    ]
    scenes += [(f'{k} keypoints', (people, size, k)) for k in args.keypoints]
    # a scene of several series is measured once
    named: dict[tuple, str] = {}
    for name, scene in scenes:
        named[scene] = f'{named[scene]}, {name}' if scene in named else name
    rows, small = [], []
    for scene, name in named.items():
        ways = make_ways(args.seed, *scene)
        rows.append(measure(name, ways, args.rounds))
        small.append(measure_unprojected(name, ways, args.rounds))
    report(rows + small, args.out)


if __name__ == '__main__':
    main()
