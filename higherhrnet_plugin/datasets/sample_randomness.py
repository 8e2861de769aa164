"""Random numbers of a sample that depend on its place in the training alone.

Workers of a data loader draw from generators of their own, which go on from
sample to sample. What a sample gets then depends on the number of workers,
and on whether the training was interrupted.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch


class SeededIndex(int):
    """An index that carries what the random numbers of its sample start from.

    Attributes:
        key (tuple[int, ...]): Equal keys give equal random numbers.
    """

    key: tuple[int, ...]

    def __new__(cls, index: int, key: tuple[int, ...]) -> SeededIndex:
        """Make an index.

        Args:
            index (int): Of the sample.
            key (tuple[int, ...]): Whole numbers, 0 or more.

        Returns:
            SeededIndex: equal to the plain one.
        """
        self = super().__new__(cls, index)
        self.key = key
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return SeededIndex, (int(self), self.key)


class SampleRandomnessMixin:
    """Lets a data set draw the random numbers that an index asks for.

    Goes in front of a data set class. Holds for those of Python, NumPy and
    torch on the CPU, in everything that makes the sample. An index that is
    no :class:`SeededIndex` changes nothing.
    """

    def __getitem__(self, idx: int) -> Any:
        if not isinstance(idx, SeededIndex):
            return super().__getitem__(idx)  # type: ignore[misc]
        with sample_randomness(idx.key):
            # a data set inside this one shall not begin anew
            return super().__getitem__(int(idx))  # type: ignore[misc]


@contextmanager
def sample_randomness(key: tuple[int, ...]) -> Iterator[None]:
    """Begin all generators by a key, and put them back afterwards.

    Args:
        key (tuple[int, ...]): Whole numbers, 0 or more.

    Yields:
        None: the effect ends with the ``with`` block.
    """
    kept = random.getstate(), np.random.get_state(), torch.get_rng_state()
    words = np.random.SeedSequence(key).generate_state(6)
    np.random.seed(words)
    random.seed(words.tobytes())
    # torch.manual_seed would begin those of accelerators, too
    start = int.from_bytes(words[:2].tobytes(), 'little')
    torch.default_generator.manual_seed(start >> 1)
    try:
        yield
    finally:
        random.setstate(kept[0])
        np.random.set_state(kept[1])
        torch.set_rng_state(kept[2])
