"""Where and how large to measure, and how to read time and memory."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional

import torch
from _command import CONFIG

Row = dict[str, Any]
GIB = 2**30
# of the inputs of a quick run
QUICK_SIDE = 64
CONFIGS = {
    'W32-512': CONFIG,
    'W32-640': CONFIG.with_name(
        'ae_higherhrnet-w32_8xb16-300e_coco-640x640.py'
    ),
    'W48-512': CONFIG.with_name(
        'ae_higherhrnet-w48_8xb16-300e_coco-512x512.py'
    ),
    'W48-640': CONFIG.with_name(
        'ae_higherhrnet-w48_8xb16-300e_coco-640x640.py'
    ),
    'tiny': CONFIG.parents[1].joinpath(
        'synthetic/ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py'
    ),
}


class Mode(NamedTuple):
    """One way to run or train a network.

    Attributes:
        amp (str | None): Type of mixed precision, as of torch.
        tf32 (bool): Whether convolutions of float32 may use TF32, which
            torch allows unless told otherwise.
        channels_last (bool): Memory format of weights and images.
        with_cp (bool): Whether residual blocks are recomputed.
        parts (int): Batches whose gradients are added up.
        on_device (bool): Whether the head draws the targets.
        benchmark (bool): Whether cuDNN tries its algorithms.
        compiled (bool): Whether the network is compiled.
    """

    amp: Optional[str] = None
    tf32: bool = False
    channels_last: bool = False
    with_cp: bool = False
    parts: int = 1
    on_device: bool = False
    benchmark: bool = False
    compiled: bool = False

    @property
    def name(self) -> str:
        """str: as it stands in tables."""
        words = [self.amp or ('TF32' if self.tf32 else 'float32')]
        words += ['channels_last'] * self.channels_last
        words += ['with_cp'] * self.with_cp
        words += [f'{self.parts} parts'] * (self.parts > 1)
        words += ['targets on the device'] * self.on_device
        words += ['cudnn_benchmark'] * self.benchmark
        words += ['compiled'] * self.compiled
        return ', '.join(words)

    @property
    def options(self) -> dict[str, Any]:
        """dict: arguments of the estimator."""
        options: dict[str, Any] = {
            'channels_last': self.channels_last,
            'compile_network': self.compiled,
        }
        if self.with_cp:
            options['backbone'] = options['head'] = {'with_cp': True}
        return options

    @contextmanager
    def precision(self) -> Iterator[None]:
        """Let torch compute as the mode says.

        Yields:
            Nothing; the effect ends with the ``with`` block.
        """
        cudnn = torch.backends.cudnn
        before = cudnn.allow_tf32, cudnn.benchmark
        cudnn.allow_tf32, cudnn.benchmark = self.tf32, self.benchmark
        try:
            yield
        finally:
            cudnn.allow_tf32, cudnn.benchmark = before


class Bench(NamedTuple):
    """What all parts are told.

    Attributes:
        device (torch.device): Where to run.
        quick (bool): A network and sizes that a CPU runs in seconds.
        folder (Path): For what is written in between.
        limit_s (float): Seconds that a part may take.
    """

    device: torch.device
    quick: bool
    folder: Path
    limit_s: float

    @property
    def has_amp(self) -> bool:
        """bool: whether MMEngine trains in mixed precision here."""
        return self.device.type == 'cuda'

    def wait(self) -> None:
        """Wait until the device has done all it was told."""
        if self.device.type == 'cuda':
            torch.cuda.synchronize(self.device)

    def forget_peak(self) -> None:
        """Give cached memory back, and begin a new peak."""
        gc.collect()
        if self.device.type == 'cuda':
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)

    def peaks(self) -> Row:
        """Return the peak of tensors, and of what torch took for them."""
        if self.device.type != 'cuda':
            return {}
        return {
            'peak, GiB': torch.cuda.max_memory_allocated(self.device) / GIB,
            'reserved, GiB': torch.cuda.max_memory_reserved(self.device) / GIB,
        }

    def seconds(self, function: Callable[[], Any], rounds: int) -> float:
        """Return the median time of a function, after a call to warm up."""
        times = []
        for _ in range(rounds + 1):
            self.wait()
            start = time.perf_counter()
            function()
            self.wait()
            times.append(time.perf_counter() - start)
        return statistics.median(times[1:])


@contextmanager
def out_of_memory(row: Row) -> Iterator[None]:
    """Note in a row that the memory of the device was too small.

    Args:
        row (dict): Gets a note.

    Yields:
        Nothing; the effect ends with the ``with`` block.
    """
    try:
        yield
    except torch.cuda.OutOfMemoryError:
        row['note'] = 'out of memory'
