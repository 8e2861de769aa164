"""Random numbers of a sample by its place, whatever happened before."""

import pickle
import random

import numpy as np
import pytest
import torch
from mmengine.dataset import BaseDataset

from higherhrnet_plugin.datasets.sample_randomness import (
    SampleRandomnessMixin,
    SeededIndex,
    sample_randomness,
)


def draw():
    """Draw from every generator."""
    return (
        random.random(),
        float(np.random.rand()),
        float(torch.rand(())),
        random.gauss(0, 1),
        float(np.random.normal()),
    )


class Numbers(SampleRandomnessMixin, BaseDataset):
    """Samples that are random numbers; the first try of some fails."""

    def load_data_list(self):
        return [{'place': i} for i in range(4)]

    def prepare_data(self, idx):
        assert type(idx) is not SeededIndex
        values = draw()
        return None if values[0] < 0.3 else (int(idx), values)


def test_an_index_is_a_number():
    index = SeededIndex(3, (5, 0, 7))
    assert index == 3
    assert [10, 11, 12, 13][index] == 13
    assert type(index + 1) is int
    again = pickle.loads(pickle.dumps([index]))[0]
    assert (again, again.key) == (3, (5, 0, 7))


def test_equal_keys_give_equal_numbers():
    keys = [(5, 0, 7), (5, 1, 7), (5, 0, 8), (6, 0, 7), (5, 7), (7, 0, 5)]
    seen = []
    for key in keys:
        with sample_randomness(key):
            seen.append(draw())
        random.random(), np.random.rand(), torch.rand(())
        with sample_randomness(key):
            assert draw() == seen[-1]
    # no number of any generator comes twice
    assert len({value for values in seen for value in values}) == 5 * len(keys)


def test_the_generators_go_on_as_if_nothing_had_been():
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    expected = [draw(), draw()]
    random.seed(1), np.random.seed(1), torch.manual_seed(1)
    first = draw()
    with sample_randomness((1, 2)):
        draw()
    with pytest.raises(ZeroDivisionError), sample_randomness((1, 2)):
        print(draw()[0] / 0)
    assert [first, draw()] == expected


def test_neighbours_are_not_alike():
    values = []
    for place in range(2000):
        with sample_randomness((0, 0, place)):
            values.append((random.random(), np.random.rand()))
    values = np.array(values)
    assert abs(values.mean(0) - 0.5).max() < 0.03
    assert abs(np.corrcoef(values[1:].T, values[:-1].T)[:2, 2:]).max() < 0.06


def test_a_data_set_draws_what_the_index_asks_for():
    data = Numbers(serialize_data=False)
    first = [data[SeededIndex(i, (0, 0, i))] for i in range(4)]
    # another image is tried in place of one that fails, and the same one
    assert any(sample[0] != i for i, sample in enumerate(first))
    for i in (2, 0, 3, 1):
        draw()
        assert data[SeededIndex(i, (0, 0, i))] == first[i]
    assert data[SeededIndex(0, (0, 1, 0))] != first[0]


def test_a_plain_index_changes_nothing():
    data = Numbers(serialize_data=False)
    np.random.seed(3), random.seed(3), torch.manual_seed(3)
    plain = [data[i] for i in range(4)]
    np.random.seed(3), random.seed(3), torch.manual_seed(3)
    assert plain == [BaseDataset.__getitem__(data, i) for i in range(4)]
