"""MMEngine's samplers with indices that carry a seed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmengine.dataset import DefaultSampler, InfiniteSampler

from ...registry import DATA_SAMPLERS
from ..sample_randomness import SeededIndex


@DATA_SAMPLERS.register_module()
class SeededSampler(DefaultSampler):
    """MMEngine's sampler for training by epochs, in the same order.

    The random numbers of a sample depend on the seed, the epoch and its place
    in the epoch: not on the number of workers, on that of processes with the
    same global order, or on a training having been resumed. Needs data sets
    with :class:`SampleRandomnessMixin`; others take it for MMEngine's.

    Arguments are those of ``DefaultSampler``.

    Examples:
        >>> from higherhrnet_plugin import SeededSampler
        >>> sorted(SeededSampler(range(4), shuffle=True, seed=0))
        [0, 1, 2, 3]
    """

    def __iter__(self) -> Iterator[int]:
        for turn, index in enumerate(super().__iter__()):
            place = turn * self.world_size + self.rank
            yield SeededIndex(index, (self.seed, self.epoch, place))


@DATA_SAMPLERS.register_module()
class SeededInfiniteSampler(InfiniteSampler):
    """MMEngine's sampler for training by iterations, in the same order.

    The random numbers of a sample depend on the seed and its place in the
    training, as for :class:`SeededSampler`.

    Args:
        args (Any): Of ``InfiniteSampler``.
        kwargs (Any): Of ``InfiniteSampler``.

    Examples:
        >>> from itertools import islice
        >>> from higherhrnet_plugin import SeededInfiniteSampler
        >>> list(islice(SeededInfiniteSampler(range(2), shuffle=False), 5))
        [0, 1, 0, 1, 0]
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.set_seed(self.seed)

    def set_seed(self, seed: int) -> None:
        """Begin anew, from another seed.

        Args:
            seed (int): The same on all processes.
        """
        self.seed = seed
        self.indices = self._seeded_indices()

    def _seeded_indices(self) -> Iterator[int]:
        """Draw indices for as long as they are asked for."""
        for turn, index in enumerate(self._indices_of_rank()):
            place = turn * self.world_size + self.rank
            yield SeededIndex(index, (self.seed, place))
