"""The order of MMEngine's samplers, with keys."""

from itertools import islice

import pytest
from mmengine.dataset import DefaultSampler, InfiniteSampler, sampler

from higherhrnet_plugin import SeededInfiniteSampler, SeededSampler

DATA = list(range(10))


def as_process(monkeypatch, rank, size):
    """Let samplers think that they are one of several."""
    monkeypatch.setattr(sampler, 'get_dist_info', lambda: (rank, size))


@pytest.mark.parametrize('shuffle', [True, False])
def test_the_order_is_mmengines(shuffle, monkeypatch):
    for rank, size in ((0, 1), (0, 3), (2, 3)):
        as_process(monkeypatch, rank, size)
        ours = SeededSampler(DATA, shuffle=shuffle, seed=4)
        host = DefaultSampler(DATA, shuffle=shuffle, seed=4)
        for epoch in (0, 1, 0):
            ours.set_epoch(epoch)
            host.set_epoch(epoch)
            assert list(ours) == list(host)
        forever = SeededInfiniteSampler(DATA, shuffle=shuffle, seed=4)
        host = InfiniteSampler(DATA, shuffle=shuffle, seed=4)
        assert list(islice(forever, 25)) == list(islice(host, 25))


def test_keys_are_of_seed_epoch_and_place():
    ours = SeededSampler(DATA, seed=4)
    ours.set_epoch(2)
    assert [i.key for i in ours] == [(4, 2, place) for place in range(10)]
    assert [i.key for i in ours] == [(4, 2, place) for place in range(10)]
    forever = SeededInfiniteSampler(DATA, seed=4)
    keys = [i.key for i in islice(forever, 25)]
    assert keys == [(4, place) for place in range(25)]


@pytest.mark.parametrize('kind', [SeededSampler, SeededInfiniteSampler])
def test_processes_share_the_samples_of_one(kind, monkeypatch):
    def pairs(rank, size, number):
        as_process(monkeypatch, rank, size)
        drawn = islice(kind(DATA, seed=4), number)
        return {(int(index), index.key) for index in drawn}

    alone = pairs(0, 1, 10)
    assert len(alone) == 10
    assert pairs(0, 2, 5) | pairs(1, 2, 5) == alone


def test_another_seed_begins_anew():
    forever = SeededInfiniteSampler(DATA, seed=4)
    list(islice(forever, 3))
    forever.set_seed(5)
    other = SeededInfiniteSampler(DATA, seed=5)
    drawn = [(int(i), i.key) for i in islice(forever, 12)]
    assert drawn == [(int(i), i.key) for i in islice(other, 12)]
