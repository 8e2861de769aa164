"""Every line of the diagnosis has a case that triggers it, and only it."""

import copy

import pytest

from higherhrnet_plugin.evaluation import diagnose

NORMAL = '3 people predicted on 3 images, mean score 0.600'


def person(image_id, side, **more):
    """Annotate two keypoints at opposite corners of a square."""
    return dict(
        dict(
            image_id=image_id,
            category_id=1,
            iscrowd=0,
            area=side**2,
            bbox=[10, 10, side, side],
            keypoints=[10, 10, 2, 10 + side, 10 + side, 1, 0, 0, 0],
        ),
        **more,
    )


def ground_truth():
    """Annotate a person of medium size, a large one and a crowd."""
    return dict(
        images=[dict(id=i, width=640, height=480) for i in (1, 2, 3)],
        annotations=[
            person(1, 50),
            person(2, 200),
            person(3, 120),
            person(3, 60, iscrowd=1),
        ],
        categories=[dict(id=1, name='person')],
    )


def predictions(scale=1.0, shift=0.0, **more):
    """Predict the people nearly where they are."""
    found = []
    for annotation in ground_truth()['annotations'][:3]:
        values = list(annotation['keypoints'])
        values[:6] = [v * scale + 1 + shift for v in values[:6]]
        values[2::3] = [0.9, 0.5, 0]
        found.append(
            dict(
                image_id=annotation['image_id'],
                category_id=1,
                score=0.6,
                keypoints=values,
                **more,
            )
        )
    return found


def test_a_usual_evaluation_is_one_line():
    for use_area in (True, False):
        assert diagnose(ground_truth(), predictions(), {}, use_area) == [
            NORMAL
        ]


def test_degrees_of_crowding_are_no_sizes():
    truth = ground_truth()
    for annotation in truth['annotations']:
        annotation.update(area=100.0, bbox=[10, 10, 10, 10])
    found = predictions()
    sizes = [
        line
        for line in diagnose(truth, found, {})
        if 'AP (M)' in line or 'AP (L)' in line
    ]
    assert len(sizes) == 2
    left = diagnose(truth, found, {}, by_size=False)
    assert not set(sizes) & set(left)
    truth['annotations'] = []
    words = 'the ground truth has no labelled people: every AP is -1'
    assert words in diagnose(truth, found, {}, by_size=False)


def test_nothing_is_changed():
    truth, found = ground_truth(), predictions()
    before = copy.deepcopy((truth, found))
    diagnose(truth, found, {})
    assert (truth, found) == before


def test_nothing_predicted():
    (line,) = diagnose(ground_truth(), [], {})
    assert line.startswith('nothing was predicted: AP is 0')


@pytest.mark.parametrize(
    ('kept', 'words'),
    [
        ([1, 2, 3], 'no person has an area of 32^2 to 96^2 pixels: AP (M)'),
        ([0, 3], 'no person has an area above 96^2 pixels: AP (L)'),
        ([3], 'the ground truth has no labelled people: every AP is -1'),
    ],
)
@pytest.mark.parametrize('use_area', [True, False])
def test_sizes_that_are_missing(kept, words, use_area):
    truth = ground_truth()
    truth['annotations'] = [truth['annotations'][i] for i in kept]
    for annotation in truth['annotations']:
        # the other source of the size must not be read
        if use_area:
            annotation['bbox'] = [0, 0, 1, 1]
        else:
            side = annotation['bbox'][2] / 0.53**0.5
            annotation['bbox'] = [0, 0, side, side]
            annotation['area'] = 1
    _, line = diagnose(truth, predictions(), {}, use_area)
    assert line.startswith(words)


def test_unlabelled_people_do_not_count():
    truth = ground_truth()
    for annotation in truth['annotations']:
        annotation['keypoints'] = [0] * 9
    _, line = diagnose(truth, predictions(), {})
    assert 'no labelled people' in line


def test_derived_areas():
    repaired = {
        '`area` derived from the segmentation': dict(count=2, examples=[]),
        '`area` that is not above 0 derived': dict(count=3, examples=[]),
        '`area` in text, read as numbers': dict(count=7, examples=[]),
        '`bbox` derived from the keypoints': dict(count=9, examples=[]),
    }
    _, line = diagnose(ground_truth(), predictions(), repaired)
    assert line.startswith('5 areas were missing or could not be right, ')
    # they are not read
    assert diagnose(ground_truth(), predictions(), repaired, False) == [NORMAL]


def test_categories_that_do_not_match():
    truth = ground_truth()
    found = predictions()
    for prediction in found:
        prediction['category_id'] = 9
    _, line = diagnose(truth, found, {})
    assert line.startswith('predictions of the categories 9 do not count')
    truth['categories'] = [dict(id=9)]
    _, line = diagnose(truth, found, {})
    assert line.startswith('ground truth of the categories 1 do not count')


def test_images_that_are_not_listed():
    found = [
        *predictions(),
        *(dict(predictions()[0], image_id=i) for i in range(70, 75)),
    ]
    _, line = diagnose(ground_truth(), found, {})
    assert line.startswith('5 images with predictions are not in the ground')
    assert '(ids 70, 71, 72, ...)' in line


def test_images_that_were_not_tested():
    _, line = diagnose(ground_truth(), predictions()[:1], {})
    assert line.startswith('2 of 3 images with people have no predictions')
    assert '(ids 2, 3)' in line
    assert len(diagnose(ground_truth(), predictions()[:2], {})) == 1


def test_coordinates_outside_of_the_image():
    found = predictions()
    for prediction in found:
        # above the image, so that the reach stays
        prediction['keypoints'][1] = -20
    _, line = diagnose(ground_truth(), found, {})
    assert line.startswith('50 % of the confident keypoints lie outside')


@pytest.mark.parametrize(('score', 'lines'), [(0.44, 1), (0.46, 2)])
def test_what_is_filled_in_outside_of_the_image_does_not_count(score, lines):
    found = predictions()
    for prediction in found:
        prediction['keypoints'][1:3] = [-20, score]
        prediction['keypoints'][6:9] = [40, -20, score]
        # 0.9, the highest of all, stays inside
        prediction['keypoints'][5] = 0.9
    # half of the highest of the file, not of the person
    found[0]['keypoints'][5] = 0.3
    assert len(diagnose(ground_truth(), found, {})) == lines


@pytest.mark.parametrize('scale', [0.25, 0.4, 2.2])
def test_coordinates_of_another_scale(scale):
    line = diagnose(ground_truth(), predictions(scale), {})[-1]
    number = float(line.split('reach ')[1].split(' ')[0])
    assert number == pytest.approx(scale, abs=0.03)
    assert 'scaled wrongly' in line


@pytest.mark.parametrize(('score', 'lines'), [(0.44, 1), (0.46, 2)])
def test_what_is_filled_in_far_away_does_not_count(score, lines):
    truth = ground_truth()
    for image in truth['images']:
        del image['width']
    found = predictions()
    for prediction in found:
        prediction['keypoints'][5] = 0.9
        prediction['keypoints'][6:9] = [9000, 40, score]
    assert len(diagnose(truth, found, {})) == lines


def test_the_size_of_the_image_may_be_unknown():
    truth = ground_truth()
    for image in truth['images']:
        del image['width']
    assert diagnose(truth, predictions(), {}) == [NORMAL]
