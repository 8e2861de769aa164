"""The assignment problem, with a fixed choice among equal solutions.

Note:
    - M: rows (candidates), G: columns (people and, where these are few,
      padding), M <= G

Source: the Hungarian method with shortest augmenting paths (Kuhn 1955;
Jonker and Volgenant 1987; Crouse, IEEE TAES 2016, whose order of columns is
that of scipy).
"""

from __future__ import annotations

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
    columns = np.empty(len(cost), dtype=np.int64)
    taken = np.flatnonzero(state.owner >= 0)
    columns[state.owner[taken]] = taken
    return columns.tolist()


def assign_closest(distance: np.ndarray, tag_thr: float) -> list[int]:
    """Match with the smallest sum of distances, which are not rounded.

    What is too far away to match costs the threshold, however far it is.

    Args:
        distance (np.ndarray): float64 (M, G), between tags.
        tag_thr (float): A candidate joins a person below this distance.

    Returns:
        list[int]: the column of every row; G and above stand for nobody.

    Raises:
        ImportError: If scipy is not installed.
    """
    try:
        from scipy.optimize import linear_sum_assignment
    except ImportError as error:
        raise ImportError(
            "assignment='distance' of the decoder needs scipy; install it or "
            "use assignment='munkres'"
        ) from error
    count, people = distance.shape
    cost = np.full((count, people + count), tag_thr)
    cost[:, :people] = np.minimum(distance, tag_thr)
    return linear_sum_assignment(cost)[1].tolist()


class _Matching:
    """Rows with columns, and the prices for which no cost is negative.

    Args:
        cost (np.ndarray): float64 (M, G).
    """

    def __init__(self, cost: np.ndarray) -> None:
        self.cost = cost
        self.rows = cost.min(axis=1)
        self.columns = np.zeros(cost.shape[1])
        self.owner = np.full(cost.shape[1], -1)
        self.waiting = []
        for row, low in enumerate(self.rows):
            free = np.flatnonzero((cost[row] == low) & (self.owner < 0))
            if len(free):
                self.owner[free[0]] = row
            else:
                self.waiting.append(row)

    def place(self, row: int) -> None:
        """Find a column for a row; of equal ones a free one is taken."""
        size = len(self.owner)
        reach = np.full(size, np.inf)
        before = np.full(size, -1)
        # the order in which equal columns are considered
        rest = np.arange(size - 1, -1, -1)
        passed, column, low = [], -1, 0.0
        here = row
        while True:
            step = low + self.cost[here, rest]
            step = step - self.rows[here] - self.columns[rest]
            nearer = step < reach[rest]
            reach[rest[nearer]] = step[nearer]
            before[rest[nearer]] = column
            low = reach[rest].min()
            equal = np.flatnonzero(reach[rest] == low)
            free = equal[self.owner[rest[equal]] < 0]
            at = free[-1] if len(free) else equal[0]
            column = int(rest[at])
            passed.append(column)
            rest[at] = rest[-1]
            rest = rest[:-1]
            if self.owner[column] < 0:
                break
            here = int(self.owner[column])
        self.rows[row] += low
        for other in passed[:-1]:
            self.rows[self.owner[other]] += low - reach[other]
        self.columns[passed] -= low - reach[passed]
        self._flip(row, column, before)

    def place_small(self, row: int) -> None:
        """Find a column for a row; of equal ones the first is taken."""
        reach = np.full(len(self.owner), np.inf)
        before = np.full(len(self.owner), -1)
        open_ = np.ones(len(self.owner), dtype=bool)
        column, visited = -1, [row]
        while True:
            here = visited[-1]
            step = self.cost[here] - self.rows[here] - self.columns
            nearer = open_ & (step < reach)
            reach[nearer] = step[nearer]
            before[nearer] = column
            column = int(np.where(open_, reach, np.inf).argmin())
            rise = reach[column]
            self.rows[visited] += rise
            self.columns[~open_] -= rise
            reach[open_] -= rise
            open_[column] = False
            if self.owner[column] < 0:
                break
            visited.append(int(self.owner[column]))
        self._flip(row, column, before)

    def _flip(self, row: int, column: int, before: np.ndarray) -> None:
        """Move every row on the path to the next column."""
        while column >= 0:
            last = int(before[column])
            self.owner[column] = row if last < 0 else self.owner[last]
            column = last
