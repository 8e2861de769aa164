"""Speed and memory of the network with a flip test."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

import torch
from _networks import forward, largest_difference
from torch import Tensor

from .common import QUICK_SIDE, Bench, Mode, Row, out_of_memory
from .networks import builder

MODES = (
    Mode(),
    Mode(tf32=True),
    Mode('float16', tf32=True),
    Mode('bfloat16', tf32=True),
    Mode('float16', tf32=True, channels_last=True),
    Mode('bfloat16', tf32=True, channels_last=True),
)
# config, side, images of a batch
USUAL = [
    ('W32-512', 512, (1, 8, 16, 32)),
    ('W32-640', 640, (1, 16, 32)),
    ('W48-640', 640, (1, 16)),
]
QUICK = [('tiny', QUICK_SIDE, (1, 2))]


def measure_inference(bench: Bench) -> Iterator[Row]:
    """Time images and their mirror images, from inputs to maps.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: images a second, peak memory, and how far the maps of one image
        are from those of float32, relative to the largest value of a level.
    """
    for config, side, counts in QUICK if bench.quick else USUAL:
        build = builder(config, bench)
        image = torch.randn(1, 3, side, side, device=bench.device)
        with Mode().precision():
            expected = forward(build())(image)
        cases = [(mode, count) for mode in MODES for count in counts]
        for mode, group in groupby(cases, key=lambda case: case[0]):
            if bench.device.type == 'cpu' and mode.amp == 'float16':
                continue
            with mode.precision():
                model = build(**mode.options)
                amp = getattr(torch, mode.amp) if mode.amp else None
                run = forward(model, amp)
                gap = largest_difference(run(image), expected)
                for _, count in group:
                    row: Row = {'config': config, 'mode': mode.name}
                    row['batch'] = count
                    with out_of_memory(row):
                        row.update(time_flip(bench, run, image, count))
                    yield {**row, 'maps apart': gap}


def time_flip(bench: Bench, run: object, image: Tensor, count: int) -> Row:
    """Time a batch and its mirror image.

    Args:
        bench (Bench): Where to run.
        run (Callable): From images to maps.
        image (Tensor): (1, 3, H, W).
        count (int): B.

    Returns:
        dict: images a second, and peak memory.
    """
    images = image.expand(count, -1, -1, -1).contiguous()

    def both() -> None:
        run(images)
        run(images.flip(-1))

    bench.forget_peak()
    spent = bench.seconds(both, 1 if bench.quick else 4)
    return {'images/s': count / spent, 'ms': 1e3 * spent, **bench.peaks()}
