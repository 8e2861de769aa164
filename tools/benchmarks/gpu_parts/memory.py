"""Peak memory of training by config, batch and what saves memory."""

from __future__ import annotations

from collections.abc import Iterator

from .common import CONFIGS, Bench, Mode, Row, out_of_memory
from .networks import Batches, build_wrapper, builder

BATCHES = (1, 2, 4, 8, 16, 24)
SINGLE, MIXED = Mode(tf32=True), Mode('float16', tf32=True)
MODES = [
    mode._replace(with_cp=with_cp)
    for mode in (SINGLE, MIXED)
    for with_cp in (False, True)
]


def measure_memory(bench: Bench) -> Iterator[Row]:
    """Measure the peak of two training steps, the optimiser's state included.

    Args:
        bench (Bench): Where to run. On a CPU torch does not count.

    Yields:
        dict: GiB by batch, of a config and a mode.
    """
    names = [c for c in CONFIGS if (c == 'tiny') == bench.quick]
    sizes = BATCHES[:2] if bench.quick else BATCHES
    for name in names:
        batches, build = Batches(name, bench), builder(name, bench)
        for mode in MODES:
            row: Row = {'config': name, 'mode': mode.name}
            if mode.amp and not bench.has_amp:
                continue
            with mode.precision():
                model = build(**mode.options).train()
                wrapper = build_wrapper(model, batches.cfg, mode)
                for size in sizes:
                    with out_of_memory(row):
                        bench.forget_peak()
                        for _ in range(2):
                            model.train_step(batches.take(size), wrapper)
                        row[f'{size}, GiB'] = peak(bench)
                del model, wrapper
            yield row


def peak(bench: Bench) -> float | None:
    """Return the peak in GiB, where the device counts."""
    bench.wait()
    return bench.peaks().get('peak, GiB')
