"""Sigmas from people who were labelled twice."""

import numpy as np
import pytest

from higherhrnet_plugin.checkpoints import find_keypoint_names
from higherhrnet_plugin.setup.sigmas import (
    DEFAULT,
    choose_sigmas,
    measure_sigmas,
    repeated_labels,
)

NAMES = ['a', 'b', 'c']


def annotate(image, points, area=10000.0, visible=None, crowd=0):
    """Annotate one person."""
    rows = np.insert(np.asarray(points, float), 2, 2, axis=1)
    if visible is not None:
        rows[:, 2] = visible
    return dict(
        image_id=image,
        keypoints=rows.ravel().tolist(),
        num_keypoints=int((rows[:, 2] > 0).sum()),
        area=area,
        iscrowd=crowd,
    )


def labelled_twice(number, scatter, area=10000.0, seed=0, k=3):
    """Make people whose two labels scatter around the same true points."""
    rng = np.random.default_rng(seed)
    annotations = []
    for image in range(number):
        true = rng.uniform(0, 300, (k, 2))
        for _ in range(2):
            # `scatter` is the root of the mean square distance to the truth
            off = rng.normal(0, 1, (k, 2)) * np.reshape(scatter, (-1, 1))
            annotations.append(
                annotate(image, true + off * (area / 2) ** 0.5, area)
            )
    return dict(annotations=annotations)


@pytest.mark.parametrize('area', [900.0, 250000.0])
def test_the_scatter_of_labels_comes_back(area):
    scatter = [0.02, 0.05, 0.08]
    content = labelled_twice(4000, scatter, area)
    choice = choose_sigmas(NAMES, content)
    assert choice.value == pytest.approx(scatter, rel=0.05)
    assert '4000 people' in choice.reason


def test_coco_definition():
    """The root of the mean squared distance to the truth, by the area."""
    rng = np.random.default_rng(0)
    one, other = rng.normal(0, 7, (2, 20000, 2))
    area = 40000.0
    expected = np.sqrt(np.square(one).sum(axis=1).mean() / area)
    offsets = np.hypot(*(one - other).T)[:, None] / np.sqrt(area)
    assert measure_sigmas(offsets) == pytest.approx([expected], rel=0.02)


@pytest.mark.parametrize('number', [0, 1, 9])
def test_too_few_are_the_default(number):
    choice = choose_sigmas(NAMES, labelled_twice(number, 0.03))
    assert choice.value == [DEFAULT] * 3
    assert f'{number} people are labelled twice' in choice.reason


def test_keypoints_seldom_labelled_get_those_of_all():
    offsets = np.full((20, 2), 0.1)
    offsets[5:, 1] = np.nan
    # 0.1 of both is sigma 0.1 / sqrt(2)
    assert measure_sigmas(offsets) == pytest.approx([0.0707, 0.0707])
    offsets[:5, 1] = 0.2
    together = np.sqrt((20 * 0.01 + 5 * 0.04) / 25 / 2)
    expected = [0.0707, together]
    assert measure_sigmas(offsets) == pytest.approx(expected, abs=1e-4)


def test_sigmas_stay_in_a_sane_range():
    assert measure_sigmas(np.zeros((10, 1))) == [0.01]
    assert measure_sigmas(np.ones((10, 1))) == [0.15]


@pytest.mark.parametrize(
    'other',
    [
        annotate(0, [(90, 0), (90, 50), (90, 99)]),  # beside
        annotate(1, [(0, 0), (0, 50), (0, 99)]),  # on another image
        annotate(0, [(0, 0), (0, 50), (0, 99)], crowd=1),
        # two keypoints in common are too few
        annotate(0, [(0, 0), (0, 50), (0, 99)], visible=[2, 2, 0]),
    ],
    ids=['beside', 'other image', 'crowd', 'few in common'],
)
def test_other_people_are_no_repeats(other):
    one = annotate(0, [(0, 0), (0, 50), (0, 99)])
    assert not list(repeated_labels(dict(annotations=[one, other])))


def test_one_keypoint_alone_tells_nothing():
    one = annotate(0, [(0, 0)])
    assert not list(repeated_labels(dict(annotations=[one, dict(one)])))


def test_people_labelled_twice_are_found():
    one = annotate(0, [(0, 0), (0, 50), (0, 99)])
    other = annotate(0, [(3, 4), (0, 50), (0, 99)])
    (offsets,) = repeated_labels(dict(annotations=[one, other]))
    assert offsets.tolist() == [0.05, 0, 0]


@pytest.mark.parametrize('name', ['coco', 'crowdpose'])
def test_published_sigmas(name):
    choice = choose_sigmas(find_keypoint_names(name), labelled_twice(99, 0.02))
    assert name in choice.reason
    # of the COCO API, and of CrowdPose's: knees and ankles
    known = dict(zip(find_keypoint_names(name), choice.value))
    assert known['left_knee'] == 0.087
    assert known['left_ankle'] == 0.089
