"""Speed and memory of training steps, and how exact their precision is."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import torch
from torch import Tensor, nn

from .common import Bench, Mode, Row, out_of_memory
from .networks import Batch, Batches, build_wrapper, builder

FULL, TF32 = Mode(), Mode(tf32=True)
HALF, BRAIN = Mode('float16', tf32=True), Mode('bfloat16', tf32=True)
LAST = BRAIN._replace(channels_last=True)
HALF_LAST = HALF._replace(channels_last=True)
SAVING = HALF._replace(with_cp=True)
# config, mode, images of a batch
USUAL = [
    *(('W32-512', mode, 24) for mode in (FULL, TF32, HALF, BRAIN)),
    *(('W32-512', mode, 24) for mode in (HALF_LAST, LAST)),
    ('W32-512', LAST._replace(benchmark=True), 24),
    ('W32-512', TF32._replace(with_cp=True), 24),
    ('W32-512', SAVING, 24),
    ('W32-512', HALF._replace(on_device=True), 24),
    ('W32-512', HALF._replace(parts=4), 6),
    ('W32-512', HALF, 8),
    ('W32-512', HALF, 48),
    ('W32-512', LAST, 96),
    *(('W48-640', mode, 16) for mode in (TF32, HALF, LAST, SAVING)),
    *(('W32-640', mode, 16) for mode in (HALF, LAST)),
]
QUICK = [
    *(('tiny', mode, 2) for mode in (FULL, TF32, BRAIN)),
    ('tiny', FULL._replace(channels_last=True), 2),
    ('tiny', FULL._replace(with_cp=True), 2),
    ('tiny', FULL._replace(on_device=True), 2),
    ('tiny', FULL._replace(parts=2), 1),
]
MODES = (TF32, HALF, BRAIN, HALF_LAST, LAST)
# for gradients, which are too small for float16 without
SCALE = 1024.0


def measure_training(bench: Bench) -> Iterator[Row]:
    """Time training steps, the upload of the batch included.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: images a second, peak memory, and whether losses are finite.
    """
    cases = QUICK if bench.quick else USUAL
    for config, group in groupby(cases, key=lambda case: case[0]):
        batches, build = Batches(config, bench), builder(config, bench)
        for _, mode, count in group:
            row: Row = {'config': config, 'mode': mode.name, 'batch': count}
            if mode.amp and not bench.has_amp:
                row['note'] = 'MMEngine has no mixed precision here'
            else:
                with out_of_memory(row), mode.precision():
                    batch = batches.take(count, mode.on_device)
                    model = build(**mode.options).train()
                    row.update(
                        time_steps(bench, model, batches.cfg, mode, batch)
                    )
                    row.update(bench.peaks())
                model = None
            yield row


def time_steps(
    bench: Bench, model: nn.Module, cfg: Any, mode: Mode, batch: Batch
) -> Row:
    """Time training steps of one network.

    Args:
        bench (Bench): Where to run.
        model (nn.Module): In training mode.
        cfg (Config): Its full config.
        mode (Mode): How to train it.
        batch (dict): As the loader gives it.

    Returns:
        dict: images a second, milliseconds, and whether losses are finite.
    """
    wrapper = build_wrapper(model, cfg, mode)
    start = time.perf_counter()
    bench.forget_peak()
    # once around for the state of the optimiser, once for the cache
    for _ in range(2 * mode.parts):
        model.train_step(batch, wrapper)
    bench.wait()
    first = time.perf_counter() - start
    steps = 2 if bench.quick else 5
    start = time.perf_counter()
    for _ in range(steps * mode.parts):
        losses = model.train_step(batch, wrapper)
    bench.wait()
    spent = (time.perf_counter() - start) / steps
    images = len(batch['inputs']) * mode.parts
    return {
        'images/s': images / spent,
        'ms a step': 1e3 * spent,
        'begun after, s': first,
        'finite': all(bool(torch.isfinite(v)) for v in losses.values()),
        'loss': losses['loss'].item(),
    }


def gradients(
    model: nn.Module, batch: Batch, amp: str | None
) -> tuple[dict[str, float], Tensor]:
    """Run a training step without an optimiser.

    Args:
        model (nn.Module): In training mode.
        batch (dict): As the loader gives it.
        amp (str, optional): Type of mixed precision.

    Returns:
        tuple: the losses, and all gradients in float64 as one vector.
    """
    data = model.data_preprocessor(batch, True)
    context: Any = contextlib.nullcontext()
    if amp:
        kind = getattr(torch, amp)
        context = torch.autocast(data['inputs'].device.type, dtype=kind)
    with context:
        losses = model(**data, mode='loss')
        total, _ = model.parse_losses(losses)
    scale = SCALE if amp else 1.0
    (total * scale).backward()
    found = [p.grad for p in model.parameters() if p.grad is not None]
    vector = torch.cat([g.detach().double().flatten().cpu() for g in found])
    return {k: v.item() for k, v in losses.items()}, vector / scale


def compare_precision(bench: Bench) -> Iterator[Row]:
    """Compare losses and gradients of a batch with those of float32.

    Args:
        bench (Bench): Where to run.

    Yields:
        dict: the largest relative difference of a loss, the relative norm of
        the difference of all gradients, and their cosine.
    """
    config, count = ('tiny', 2) if bench.quick else ('W32-512', 4)
    batch = Batches(config, bench).take(count)
    build = builder(config, bench)

    def run(mode: Mode) -> tuple[dict[str, float], Tensor]:
        with mode.precision():
            return gradients(build(**mode.options).train(), batch, mode.amp)

    losses, expected = run(FULL)
    host = builder(config, bench._replace(device=torch.device('cpu')))
    cases = [('the CPU, float32', gradients(host().train(), batch, None))]
    for name, found in cases:
        yield {'compared': name, **difference(found, (losses, expected))}
    for mode in MODES:
        if bench.device.type == 'cpu' and mode.amp == 'float16':
            continue
        found = run(mode)
        yield {'compared': mode.name, **difference(found, (losses, expected))}


def difference(found: Any, expected: Any) -> Row:
    """Tell how far losses and gradients of two runs are apart.

    Args:
        found (tuple): Losses and gradients.
        expected (tuple): The same.

    Returns:
        dict: what :func:`compare_precision` tells.
    """
    (losses, ours), (others, theirs) = found, expected
    return {
        'losses apart': max(
            abs(losses[k] - v) / abs(v) for k, v in others.items()
        ),
        'gradients apart': float((ours - theirs).norm() / theirs.norm()),
        'cosine': float(ours @ theirs / (ours.norm() * theirs.norm())),
        **losses,
    }
