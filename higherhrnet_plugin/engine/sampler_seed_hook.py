"""The order of a training that goes on is that of its beginning."""

from __future__ import annotations

from typing import Any

from mmengine.dataset import DefaultSampler
from mmengine.hooks import DistSamplerSeedHook
from mmengine.runner import Runner
from torch.utils.data import DataLoader

from ..registry import HOOKS

_KEY = 'sampler_seed'


@HOOKS.register_module()
class KeptSamplerSeedHook(DistSamplerSeedHook):
    """Keep the seed of the training's sampler in its checkpoints.

    Without ``randomness.seed`` every start draws one; a training that goes on
    needs the one it began with. Otherwise it is MMEngine's hook, which tells
    the epoch to the sampler. MMEngine's ``InfiniteSampler`` cannot take
    another seed; ``SeededInfiniteSampler`` can.

    Examples:
        >>> from higherhrnet_plugin.registry import HOOKS
        >>> HOOKS.build(dict(type='KeptSamplerSeedHook')).priority
        'NORMAL'
    """

    def before_train(self, runner: Runner) -> None:
        """Note the seed, or take the noted one.

        Args:
            runner (Runner): Of the training.
        """
        loop = runner.train_loop
        sampler = _find_sampler(loop.dataloader)
        seed = getattr(sampler, 'seed', None)
        if not isinstance(seed, int):
            return
        kept = runner.message_hub.runtime_info.get(_KEY)
        # it comes from a file
        if runner.iter and type(kept) is int and kept >= 0:
            seed = kept
        runner.message_hub.update_info(_KEY, seed)
        if seed == sampler.seed:
            return
        if hasattr(sampler, 'set_seed'):
            sampler.set_seed(seed)
        elif isinstance(sampler, DefaultSampler):
            sampler.seed = seed
        else:
            return
        if hasattr(loop, 'dataloader_iterator'):
            # it has asked for its first batches already
            kind = type(loop.dataloader_iterator)
            loop.dataloader_iterator = kind(loop.dataloader)


def _find_sampler(loader: DataLoader) -> Any:
    """Return what gives the indices, where MMEngine looks for it."""
    if hasattr(loader.sampler, 'set_epoch'):
        return loader.sampler
    return getattr(loader.batch_sampler, 'sampler', None)
