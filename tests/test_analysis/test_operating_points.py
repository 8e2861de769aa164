"""Thresholds against values worked out by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from higherhrnet_plugin.analysis.operating_points import operating_points


def evaluation(scores, right, people):
    decisions = np.array(scores, float), np.array(right, bool), people
    return SimpleNamespace(decisions=lambda oks: decisions)


def test_values_by_hand():
    points = operating_points(
        evaluation([0.9, 0.8, 0.8, 0.1], [1, 1, 0, 0], people=4)
    )
    assert points.precision.tolist() == pytest.approx([1, 1, 2 / 3, 1 / 2])
    assert points.recall.tolist() == pytest.approx(
        [1 / 4, 1 / 2, 1 / 2, 1 / 2]
    )
    # 2 / (predicted + people) of those that are right, doubled
    assert points.f1.tolist() == pytest.approx([2 / 5, 4 / 6, 4 / 7, 4 / 8])
    # the second alone would be better, but no threshold parts equal scores
    assert points.best == 2


def test_what_a_threshold_keeps():
    points = operating_points(evaluation([0.9, 0.8, 0.8], [1, 1, 1], 3))
    assert [points.at(t) for t in (0.5, 0.8, 0.81, 0.95)] == [2, 2, 0, None]


@pytest.mark.parametrize(('scores', 'people'), [([], 3), ([0.5], 0)])
def test_nothing_to_say(scores, people):
    right = [False] * len(scores)
    assert operating_points(evaluation(scores, right, people)) is None
