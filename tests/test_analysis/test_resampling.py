"""AP on resampled images, and the rule of what may be claimed."""

import numpy as np
import pytest
from resampled_people import SIGMAS, coco_ap, make_crowd, repeated

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.analysis.resampling import (
    Difference,
    average_precision,
    relevant_matches,
    resample_weights,
)

# by name: smallest and largest area
SIZES = {'all': (0.0, 1e10), 'small': (0.0, 30.0**2), 'large': (900.0, 1e10)}


def test_ap_is_that_of_coco_also_of_repeated_images():
    crowd = make_crowd()
    coco = CocoEvaluation(*crowd, SIGMAS, sizes=SIZES)
    draws = [np.ones(8, int), *resample_weights(8, 3)]
    aps = set()
    for weights in draws:
        copied = repeated(*crowd, weights)
        for name, area in SIZES.items():
            matches = coco.matches(name)
            ap = average_precision(matches, weights)
            aps.add(ap)
            assert ap == pytest.approx(coco_ap(*copied, {name: area}))
            fewer = relevant_matches(matches, weights)
            assert average_precision(fewer, weights) == ap
    assert len(aps) == len(draws) * len(SIZES)


def test_resamples_are_the_same_every_time():
    weights = resample_weights(9, 5)
    assert weights.shape == (5, 9)
    assert (weights.sum(axis=1) == 9).all()
    np.testing.assert_array_equal(weights, resample_weights(9, 5))
    assert (weights != weights[0]).any()


@pytest.mark.parametrize(
    ('seeds', 'values', 'interval', 'verdict'),
    [
        ([0, 1], [1.0, 2.0], (0.1, 3.0), 'gain'),
        ([0, 1], [-1.0, -2.0], (-3.0, -0.1), 'loss'),
        ([0, 1], [1.0, -0.1], (0.1, 3.0), 'not shown'),
        ([0, 1], [1.0, 2.0], (-0.1, 3.0), 'not shown'),
        ([0], [1.0], (0.1, 3.0), 'not shown'),
        # nothing is random
        ([], [1.0], (0.1, 3.0), 'gain'),
        ([], [-1.0], (-2.0, -0.1), 'loss'),
        ([], [1.0], (-0.1, 3.0), 'not shown'),
        ([], [0.0], (0.0, 0.0), 'not shown'),
    ],
)
def test_the_rule(seeds, values, interval, verdict):
    assert Difference(seeds, np.array(values), interval).verdict == verdict
