"""Time and memory from the outputs of the network to people.

Compares with the official algorithm, written plainly, and with mmpose's
codec, on made-up outputs, in one thread on the CPU. Stops with an error when
the people are not those of the official algorithm.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Callable

import numpy as np
from _command import build_parser, report, require
from _decode_memory import added_memory, measure_apart
from _plain_decoding import ORDER, plain_aggregate, plain_decode
from _scenes import FLIP, NUM_KEYPOINTS, make_levels, make_noise
from _timing import Row, compare, use_one_thread
from mmpose.codecs import AssociativeEmbedding
from torch import Tensor

from higherhrnet_plugin import AggregatingBottomupDecoder

Flips = Sequence[Sequence[tuple]]
PEERS = ('official', 'mmpose')


class Ways:
    """All ways to decode one scene.

    Args:
        flips (Sequence): ``flips[flip][level]`` of one image.
        size (tuple[int, int]): (W, H).
    """

    def __init__(self, flips: Flips, size: tuple[int, int]) -> None:
        self.flips = flips
        self.size = size
        self.decoder = AggregatingBottomupDecoder(NUM_KEYPOINTS)
        self.codec = AssociativeEmbedding(
            input_size=size,
            heatmap_size=size,
            decode_keypoint_order=list(ORDER),
            decode_center_shift=0.5,
        )
        self.maps = self.decoder.aggregate([flips], (1,), size, FLIP)

    def decode(self) -> Any:
        """Decode given maps."""
        return [v[0] for v in self.decoder.batch_decode(*self.maps)]

    def predict(self) -> Any:
        """Decode outputs."""
        return self.decoder.predict([self.flips], (1,), self.size, FLIP)[0]

    def official(self) -> Any:
        """Decode given maps by the official steps."""
        return plain_decode(*self.maps)

    def official_predict(self) -> Any:
        """Aggregate and decode by the official steps."""
        return plain_decode(*plain_aggregate(self.flips, self.size, FLIP))

    def mmpose(self) -> Any:
        """Decode given maps with mmpose's codec."""
        return [v[0] for v in self.codec.batch_decode(*self.maps)]

    def mmpose_predict(self) -> Any:
        """Resize as mmpose's heads do, and decode with its codec."""
        # mmpose.models may need what the plugin puts in place of mmcv's ops
        from mmpose.models.utils.tta import aggregate_heatmaps, flip_heatmaps

        def unflip(maps: Tensor) -> Tensor:
            return flip_heatmaps(maps, FLIP, shift_heatmap=False)

        heatmaps, tags = [], []
        for mirrored, levels in enumerate(self.flips):
            for heat, tag in levels:
                heatmaps.append(unflip(heat) if mirrored else heat)
                if tag is not None:
                    tags.append(unflip(tag) if mirrored else tag)
        return self.codec.batch_decode(
            aggregate_heatmaps(heatmaps, self.size),
            aggregate_heatmaps(tags, self.size, mode='concat'),
        )

    def check(self, with_official: bool = True) -> str:
        """Compare the results.

        Returns:
            str: what was found.

        Raises:
            SystemExit: If they differ where they must not.
        """
        own, fused, peer = self.decode(), self.predict(), self.mmpose()
        if with_official:
            equal = map(np.array_equal, own, self.official())
            require(all(equal), 'people, with the official steps')
        close = (
            a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-5)
            for a, b in zip(fused, own)
        )
        require(all(close), 'people of predict and batch_decode')
        note = f'{len(own[0])} people'
        if len(own[0]) > self.decoder.max_candidates:
            # mmpose compares with all of them, not with the first 30
            return f"{note}, mmpose's codec finds {len(peer[0])}"
        # mmpose shifts and fills by other rules: people before that
        same = np.array_equal(own[2], peer[2])
        require(same, "scores of people, with mmpose's codec")
        return note


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
    changed = 0
    for seed in range(scenes):
        rng = np.random.default_rng(seed)
        flips = make_levels(rng, 1 + seed % 30, (256, 256))
        ways = Ways(flips, (256, 256))
        found = exact.predict([flips], (1,), (256, 256), FLIP)[0]
        changed += not np.array_equal(found[2], ways.predict()[2])
    return f"assignment='distance' changes {changed} of {scenes} scenes"


def show_memory() -> str:
    """Measure the peak memory of every way at 960x640 with flip."""
    lines = ['| 960x640, 2 tags, 5 true | MiB added |', '| --- | ---: |']
    for way in ('predict', 'official_predict', 'mmpose_predict'):
        added = measure_apart(__file__, '--memory-of', way)
        lines.append(f'| {way} | {added:.0f} |')
    return '\n'.join(lines)


def _size(text: str) -> tuple[int, int]:
    """Read WxH."""
    width, height = text.split('x')
    return int(width), int(height)


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    parser = build_parser(__doc__ or '')
    parser.set_defaults(rounds=3)
    parser.add_argument('--people', type=int, nargs='+', default=[1, 5, 30])
    parser.add_argument(
        '--sizes', type=_size, nargs='+', default=[(512, 512)], metavar='WxH'
    )
    parser.add_argument(
        '--scenes', type=int, default=60, help='to compare assignments'
    )
    parser.add_argument('--memory-of', help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Measure and print."""
    arguments = parse_args()
    use_one_thread()
    if arguments.memory_of:
        rng = np.random.default_rng(5)
        # what is loaded on first use is not part of the peak
        small = Ways(make_levels(rng, 1, (64, 64)), (64, 64))
        getattr(small, arguments.memory_of)()
        ways = Ways(make_levels(rng, 5, (960, 640)), (960, 640))
        # what is measured makes its own
        del ways.maps
        print(added_memory(getattr(ways, arguments.memory_of)))
        return
    rows = [*measure(arguments), *measure_garbage(1)]
    report(rows, arguments.out)
    print(show_memory(), measure_assignment(arguments.scenes), sep='\n\n')


if __name__ == '__main__':
    main()
