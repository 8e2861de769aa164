"""Keypoints that are all moved to one side, and why."""

import math

import numpy as np
import pytest

from higherhrnet_plugin.evaluation.mean_errors import (
    MeanErrors,
    average,
    describe,
    input_pixel,
    mean_errors,
)

SIGMAS = [0.05, 0.05, 0.05]
AREA = 100.0**2


def person(image_id, x, flags=(2, 2, 2), **more):
    """Annotate three keypoints on a line."""
    points = [(x, 50), (x + 40, 60), (x + 80, 70)]
    return dict(
        dict(
            image_id=image_id,
            iscrowd=0,
            area=AREA,
            bbox=[x, 50, 80, 20],
            keypoints=[v for p, f in zip(points, flags) for v in (*p, f)],
        ),
        **more,
    )


def predict(annotation, shift, scores=(0.9, 0.9, 0.9)):
    """Predict a person where they are, but for a shift (x, y)."""
    rows = np.reshape(annotation['keypoints'], (-1, 3)).astype(float)
    rows[:, :2] += shift
    rows[:, 2] = scores
    return dict(
        image_id=annotation['image_id'],
        score=0.9,
        keypoints=rows.reshape(-1).tolist(),
    )


def measure(annotations, predictions, pixels=None):
    return mean_errors(annotations, predictions, SIGMAS, True, pixels or {})


def test_a_shift_in_image_and_input_pixels():
    annotations = [person(1, 0), person(1, 300), person(2, 100)]
    shifts = [(1.0, -0.5), (2.0, 0.5), (4.0, 0.0)]
    found = [predict(a, s) for a, s in zip(annotations, shifts)]
    errors = measure(annotations, found, {1: (2.0, 2.0), 2: (4.0, 8.0)})
    assert errors.keypoints == 9
    assert errors.image == pytest.approx((7 / 3, 0))
    assert errors.input == pytest.approx(((0.5 + 1 + 1) / 3, 0))
    # image 1 is 3 * (-1/3 + 1/6) off the mean in x, image 2 as far
    expected = math.sqrt(2) * math.hypot(0.5, 0.5) / 9
    assert errors.uncertainty == pytest.approx((expected, 0))
    # the input of one image is not known
    errors = measure(annotations, found, {1: (2.0, 2.0)})
    assert errors == (9, pytest.approx((7 / 3, 0)), None, None)


@pytest.mark.parametrize(
    ('annotation', 'scores', 'counted'),
    [
        pytest.param({}, (0.9, 0.9, 0.9), 3, id='all'),
        pytest.param(dict(flags=(2, 1, 0)), (0.9, 0.9, 0.9), 1, id='hidden'),
        pytest.param({}, (0.9, 0, 0.9), 2, id='missing'),
        pytest.param(dict(iscrowd=1), (0.9, 0.9, 0.9), 0, id='crowd'),
    ],
)
def test_what_counts(annotation, scores, counted):
    annotations = [person(1, 0, **annotation)]
    found = [predict(annotations[0], (1, 2), scores)]
    errors = measure(annotations, found)
    assert errors.keypoints == counted
    assert errors.image == (pytest.approx((1, 2)) if counted else None)


def test_gross_errors_and_strangers_do_not_count():
    annotations = [person(1, 0), person(2, 0)]
    # a similarity of 0.5 is at 2 * sigma * sqrt(2 ln(2) area)
    limit = 2 * 0.05 * math.sqrt(2 * math.log(2) * AREA)
    near = predict(annotations[0], (1, 0))
    near['keypoints'][0] += limit - 1.1
    near['keypoints'][3] += limit - 0.9
    stranger = predict(person(3, 500), (9, 9))
    errors = measure(annotations, [near, stranger])
    assert errors.keypoints == 2
    assert errors.image == pytest.approx(((limit - 0.1 + 1) / 2, 0))


def test_nobody():
    for annotations, found in (
        ([], []),
        ([person(1, 0)], []),
        ([], [predict(person(1, 0), (0, 0))]),
    ):
        errors = measure(annotations, found)
        assert errors == (0, None, None, None)
        assert describe(errors) == []


def test_keypoints_beyond_those_of_the_records_are_left_out():
    """Of a whole body the records have the list of the body."""
    annotations = [person(1, 0)]
    found = [predict(annotations[0], (1, 0))]
    errors = mean_errors(annotations, found, [*SIGMAS, 0.1, 0.1], True, {})
    assert errors == measure(annotations, found)


@pytest.mark.parametrize(
    ('shift', 'words'),
    [
        ((0.5, 0.1), 'flip test moves people by half an input pixel to the r'),
        ((0.24, 0.1), None),
        (
            (-0.5, 0.1),
            '`model.head.decoder.align_flip` moves people to the left',
        ),
        ((0.5, 0.5), 'centres of pixels at different places'),
        ((0.0, 0.5), 'centres of pixels at different places'),
    ],
    ids=str,
)
@pytest.mark.parametrize('size', [1, 2])
def test_causes(shift, words, size):
    rng = np.random.default_rng(0)
    errors = [
        rng.normal(0, 0.3, (50, 2)) - rng.normal(0, 0.01, 2) for _ in range(40)
    ]
    moved = size * (np.concatenate(errors).mean(0) - shift)
    (line,) = describe(
        average([size * e - moved for e in errors], [(size, size)] * 40)
    )
    x, y = shift
    start = (
        'mean error of 2000 visible keypoints (right and down are positive): '
        f'x {size * x:+.2f}, y {size * y:+.2f} image pixels, '
        f'x {x:+.2f}, y {y:+.2f} input pixels'
    )
    assert line.startswith(start)
    if words is None:
        assert line == start
    else:
        assert words in line[len(start) :]


def test_chance_has_no_cause():
    errors = MeanErrors(5, (0.9, 0.0), (0.9, 0.0), (0.31, 0.3))
    (line,) = describe(errors)
    assert line.endswith('x +0.90, y +0.00 input pixels')
    (line,) = describe(errors._replace(uncertainty=(0.29, 0.3)))
    assert 'flip test' in line
    (line,) = describe(errors._replace(input=None, uncertainty=None))
    assert line.endswith('x +0.90, y +0.00 image pixels')


@pytest.mark.parametrize('points', [1, 17])
def test_one_image_tells_nothing_of_chance(points):
    errors = average([np.full((points, 2), (0.9, 0.0))], [(1.0, 1.0)])
    assert errors.uncertainty is None
    (line,) = describe(errors)
    assert line.endswith('x +0.90, y +0.00 input pixels')


def test_pixels_of_samples():
    sample = dict(input_size=(128, 64), input_scale=np.array([256.0, 192.0]))
    assert input_pixel(sample) == (2.0, 3.0)
    assert input_pixel(dict(input_size=(128, 64))) is None
    assert input_pixel({}) is None
