"""Work ahead keeps the order, and does not run away."""

import threading
import time

import pytest

from higherhrnet_plugin.inference.prefetch import prefetch


@pytest.mark.parametrize('workers', [0, 1, 3])
def test_order(workers):
    def slow_first(i):
        time.sleep(0.02 if i == 0 else 0)
        return i * i

    found = list(prefetch(slow_first, range(20), workers, 4))
    assert found == [i * i for i in range(20)]
    assert list(prefetch(slow_first, [], workers, 4)) == []


def test_only_a_few_ahead():
    taken = []

    def items():
        for i in range(100):
            taken.append(i)
            yield i

    results = prefetch(lambda i: i, items(), 1, 3)
    assert next(results) == 0
    assert len(taken) == 4
    results.close()


@pytest.mark.parametrize('workers', [0, 2])
def test_errors_come_with_their_result(workers):
    def fail(i):
        if i == 2:
            raise ValueError('two')
        return i

    results = prefetch(fail, range(5), workers, 4)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(ValueError, match='two'):
        next(results)


def test_threads_work_ahead():
    own = threading.get_ident()
    names = set(prefetch(lambda _: threading.get_ident(), range(8), 2, 4))
    assert own not in names
    assert set(prefetch(lambda _: threading.get_ident(), [0], 0, 4)) == {own}
