"""The seed of the order is that of the first start."""

from itertools import islice
from types import SimpleNamespace

import pytest
from mmengine.dataset import DefaultSampler, InfiniteSampler
from mmengine.logging import MessageHub
from torch.utils.data import DataLoader, SequentialSampler

from higherhrnet_plugin import (
    KeptSamplerSeedHook,
    SeededInfiniteSampler,
    SeededSampler,
)

DATA = list(range(20))


class Batches:
    """An iterator that has asked for a batch, as MMEngine's."""

    def __init__(self, loader):
        self.batches = iter(loader)
        self.first = next(self.batches)


def training(sampler, iteration, kept=None, by_epoch=True):
    """Make what the hook looks at, in a run that is begun or resumed."""
    loader = DataLoader(DATA, sampler=sampler)
    loop = SimpleNamespace(dataloader=loader)
    if not by_epoch:
        loop.dataloader_iterator = Batches(loader)
    info = {} if kept is None else {'sampler_seed': kept}
    hub = MessageHub('of a test', runtime_info=info)
    return SimpleNamespace(train_loop=loop, iter=iteration, message_hub=hub)


@pytest.mark.parametrize('kind', [SeededSampler, DefaultSampler])
def test_a_resumed_training_takes_the_kept_one(kind):
    sampler = kind(DATA, seed=5)
    runner = training(sampler, iteration=3, kept=4)
    KeptSamplerSeedHook().before_train(runner)
    assert sampler.seed == 4
    assert list(sampler) == list(kind(DATA, seed=4))
    assert runner.message_hub.get_info('sampler_seed') == 4


def test_one_by_iterations_begins_anew():
    sampler = SeededInfiniteSampler(DATA, seed=5)
    runner = training(sampler, iteration=3, kept=4, by_epoch=False)
    KeptSamplerSeedHook().before_train(runner)
    first = next(iter(SeededInfiniteSampler(DATA, seed=4)))
    assert runner.train_loop.dataloader_iterator.first.tolist() == [first]


@pytest.mark.parametrize(
    ('iteration', 'kept'),
    [(0, 4), (3, None), (3, 5), (3, -1), (3, '4'), (3, True), (3, [4])],
)
def test_its_own_is_noted_otherwise(iteration, kept):
    sampler = SeededSampler(DATA, seed=5)
    runner = training(sampler, iteration, kept)
    KeptSamplerSeedHook().before_train(runner)
    assert sampler.seed == 5
    assert runner.message_hub.get_info('sampler_seed') == 5


def test_samplers_that_cannot_change_are_left_alone():
    sampler = InfiniteSampler(DATA, seed=5)
    runner = training(sampler, iteration=3, kept=4, by_epoch=False)
    batches = runner.train_loop.dataloader_iterator
    KeptSamplerSeedHook().before_train(runner)
    assert runner.train_loop.dataloader_iterator is batches
    rest = [int(batch) for batch in islice(batches.batches, 5)]
    whole = list(islice(InfiniteSampler(DATA, seed=5), 6))
    assert [int(batches.first), *rest] == whole
    plain = SequentialSampler(DATA)
    KeptSamplerSeedHook().before_train(training(plain, 3, 4))
