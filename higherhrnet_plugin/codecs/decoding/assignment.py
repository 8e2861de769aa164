"""The assignment problem, with a fixed choice among equal solutions.

Note:
    - M: rows (candidates), G: columns (people and, where these are few,
      padding), M <= G

Source: the Hungarian method with shortest augmenting paths (Kuhn 1955;
Jonker and Volgenant 1987; Crouse, IEEE TAES 2016, whose order of columns is
that of scipy).
"""

from __future__ import annotations

import math

import numpy as np

# munkres 3 solves matrices of fewer cells in another order
_SMALL = 16


def assign(cost: np.ndarray) -> list[int]:
    """Give every row a column of its own at the lowest total cost.

    The official cost is made of rounded distances, which coincide often, so
    that the optimum is seldom unique, and the choice among equals is part of
    the result. It is that of ``Munkres.compute`` of the package munkres 3.0,
    with which the official numbers were made (version 1 chooses otherwise):
    rows take their first minimum where it is free, the others follow in
    order, each on the shortest path.

    Args:
        cost (np.ndarray): float64 (M, G), finite.

    Returns:
        list[int]: the column of every row.
    """
    best = cost.argmin(axis=1).tolist()
    if len(set(best)) == len(best):
        return best
    state = _Matching(cost)
    place = state.place_small if cost.size < _SMALL else state.place
    for row in state.waiting:
        place(row)
    columns = [-1] * len(cost)
    for column, row in enumerate(state.owner):
        if row >= 0:
            columns[row] = column
    return columns


def assign_closest(distance: np.ndarray, tag_thr: float) -> list[int]:
    """Match with the smallest sum of distances, which are not rounded.

    What is too far away to match costs the threshold, however far it is.

    Args:
        distance (np.ndarray): float64 (M, G), between tags.
        tag_thr (float): A candidate joins a person below this distance.

    Returns:
        list[int]: the column of every row; G and above stand for nobody.

    Raises:
        ImportError: If scipy is missing, as where only exported files run.
    """
    try:
        # late, as the official assignment does without
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise ImportError(
            "assignment='distance' of the decoder needs scipy; install it or "
            "set assignment='munkres'"
        ) from error
    count, people = distance.shape
    cost = np.full((count, people + count), tag_thr)
    cost[:, :people] = np.minimum(distance, tag_thr)
    return linear_sum_assignment(cost)[1].tolist()


class _Matching:
    """Rows with columns, and the prices for which no cost is negative.

    Kept in lists: on matrices this small, calls of numpy take longer.

    Args:
        cost (np.ndarray): float64 (M, G).
    """

    def __init__(self, cost: np.ndarray) -> None:
        lowest = cost.min(axis=1)
        self.cost = cost.tolist()
        self.rows = lowest.tolist()
        self.columns = [0.0] * cost.shape[1]
        self.owner = [-1] * cost.shape[1]
        waiting = set(range(len(cost)))
        pairs = np.nonzero(cost == lowest[:, None])
        for row, column in zip(*(index.tolist() for index in pairs)):
            if row in waiting and self.owner[column] < 0:
                self.owner[column] = row
                waiting.remove(row)
        self.waiting = sorted(waiting)

    def place(self, row: int) -> None:
        """Find a column for a row; of equal ones a free one is taken."""
        size = len(self.owner)
        shortest, before = [math.inf] * size, [-1] * size
        # the order in which equal columns are considered
        rest = list(range(size - 1, -1, -1))
        passed, here, column, low = [], row, -1, 0.0
        while True:
            cost, own = self.cost[here], self.rows[here]
            nearest, at = math.inf, -1
            for i, other in enumerate(rest):
                step = low + cost[other] - own - self.columns[other]
                if step < shortest[other]:
                    shortest[other], before[other] = step, column
                free = self.owner[other] < 0
                value = shortest[other]
                if value < nearest or (value == nearest and free):
                    nearest, at = value, i
            low, column = nearest, rest[at]
            passed.append(column)
            rest[at] = rest[-1]
            rest.pop()
            if self.owner[column] < 0:
                break
            here = self.owner[column]
        self.rows[row] += low
        for other in passed[:-1]:
            self.rows[self.owner[other]] += low - shortest[other]
        for other in passed:
            self.columns[other] -= low - shortest[other]
        self._flip(row, column, before)

    def place_small(self, row: int) -> None:
        """Find a column for a row; of equal ones the first is taken."""
        size = len(self.owner)
        shortest, before = [math.inf] * size, [-1] * size
        rest = list(range(size))
        passed: list[int] = []
        column, visited = -1, [row]
        while True:
            here = visited[-1]
            cost, own = self.cost[here], self.rows[here]
            for other in rest:
                step = cost[other] - own - self.columns[other]
                if step < shortest[other]:
                    shortest[other], before[other] = step, column
            column = min(rest, key=shortest.__getitem__)
            rise = shortest[column]
            for other in visited:
                self.rows[other] += rise
            for other in passed:
                self.columns[other] -= rise
            for other in rest:
                shortest[other] -= rise
            rest.remove(column)
            passed.append(column)
            if self.owner[column] < 0:
                break
            visited.append(self.owner[column])
        self._flip(row, column, before)

    def _flip(self, row: int, column: int, before: list[int]) -> None:
        """Move every row on the path to the next column."""
        while column >= 0:
            last = before[column]
            self.owner[column] = row if last < 0 else self.owner[last]
            column = last
