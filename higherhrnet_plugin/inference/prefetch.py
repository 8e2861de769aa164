"""Work ahead in threads, in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Callable, TypeVar

T = TypeVar('T')
R = TypeVar('R')


def prefetch(
    function: Callable[[T], R], items: Iterable[T], workers: int, ahead: int
) -> Iterator[R]:
    """Apply a function to items, a few ahead of who takes the results.

    Args:
        function (Callable): Called in threads; what it raises is raised when
            its result is taken.
        items (Iterable): Taken in the thread that takes the results.
        workers (int): Threads; 0 works in the caller's.
        ahead (int): Results that may wait.

    Yields:
        Results, in the order of the items.
    """
    if not workers:
        yield from map(function, items)
        return
    with ThreadPoolExecutor(workers) as pool:
        waiting: deque[Future[R]] = deque()
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > ahead:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
