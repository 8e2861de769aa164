"""What ``compile_network`` gives, and how long it takes to begin with."""

from __future__ import annotations

import time
from collections.abc import Iterator

import torch
from _networks import forward, largest_difference

from .common import QUICK_SIDE, Bench, Mode, Row
from .inference import time_flip
from .networks import Batches, builder
from .training import time_steps

PLAIN = Mode('bfloat16', tf32=True, channels_last=True)
COMPILED = PLAIN._replace(compiled=True)


def measure_compiled(bench: Bench) -> Iterator[Row]:
    """Run the network compiled, first in a test, then in training.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: images a second, and the seconds until the first result.
    """
    config, side = ('tiny', QUICK_SIDE) if bench.quick else ('W32-512', 512)
    count = 2 if bench.quick else 16
    build = builder(config, bench)
    image = torch.randn(1, 3, side, side, device=bench.device)
    for mode in (PLAIN, COMPILED):
        run = forward(build(**mode.options), torch.bfloat16)
        start = time.perf_counter()
        maps = run(image.expand(count, -1, -1, -1).contiguous())
        bench.wait()
        row: Row = {
            'what': 'test with flip',
            'mode': mode.name,
            'batch': count,
        }
        row['begun after, s'] = time.perf_counter() - start
        if mode is PLAIN:
            expected = maps
        row['maps apart'] = largest_difference(maps, expected)
        yield {**row, **time_flip(bench, run, image, count)}
    if not bench.has_amp:
        return
    batches = Batches(config, bench)
    for mode in (PLAIN, COMPILED):
        model = build(**mode.options).train()
        batch = batches.take(24)
        row = {'what': 'training', 'mode': mode.name, 'batch': 24}
        row.update(time_steps(bench, model, batches.cfg, mode, batch))
        yield {**row, **bench.peaks()}
