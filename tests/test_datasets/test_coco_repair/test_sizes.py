"""Boxes and areas that contradict the keypoints, the image or each other."""

import json

import numpy as np
import pytest
from own_data import (
    clean_file,
    evaluate,
    metainfo,
    noisy_predictions,
    read,
)

from higherhrnet_plugin import BottomupCocoDataset
from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

W, H = 160, 120
K = 5


def people(number=8, seed=0):
    """Annotate people as COCO does, one an image, anywhere in it."""
    rng = np.random.default_rng(seed)
    found = []
    for i in range(number):
        size = rng.uniform(20, 45, 2)
        corner = rng.uniform(1, (W, H) - size - 1)
        # the farthest keypoints lie near the sides of the box
        points = corner + size * rng.uniform(0.1, 0.9, (K, 2))
        points[:2] = corner + 0.05 * size, corner + 0.95 * size
        keypoints = np.concatenate((points, np.full((K, 1), 2)), axis=1)
        found.append(
            dict(
                id=i,
                image_id=i,
                category_id=1,
                iscrowd=0,
                bbox=[*corner.tolist(), *size.tolist()],
                area=float(0.6 * size.prod()),
                num_keypoints=K,
                keypoints=keypoints.reshape(-1).tolist(),
            )
        )
    return found


def repair(annotations, k=K, size=(W, H), **options):
    images = [
        dict(id=i, file_name=f'{i}.jpg', width=size[0], height=size[1])
        for i in sorted({a['image_id'] for a in annotations})
    ]
    content = dict(
        images=images,
        annotations=annotations,
        categories=[dict(id=1, name='person')],
    )
    options = CocoOptions(k, missing_images='ignore', **options)
    content, report = repair_coco(content, options, 'own.json')
    return content['annotations'], report


def corners(x, y, w, h):
    return [x, y, x + w, y + h]


def centre(x, y, w, h):
    return [x + w / 2, y + h / 2, w, h]


def plain(*box):
    return list(box)


def relative(box):
    return (np.array(box) / [W, H, W, H]).tolist()


FORMS = {
    'x1, y1, x2, y2': corners,
    'centre x, centre y, w, h': centre,
    'x, y, w, h from any corner, w or h below 0': lambda x, y, w, h: (
        [x + w, y, -w, h] if x % 1 < 0.5 else [x + w, y + h, -w, -h]
    ),
    'fractions of the image': lambda *b: relative(b),
    'x1, y1, x2, y2 as fractions of the image': lambda *b: relative(
        corners(*b)
    ),
    'centre x, centre y, w, h as fractions of the image': lambda *b: relative(
        centre(*b)
    ),
}


@pytest.mark.parametrize('seed', range(3))
@pytest.mark.parametrize('number', [4, 8, 60, 2500])
@pytest.mark.parametrize('form', FORMS)
def test_forms_of_boxes_are_recognised(form, number, seed):
    if number == 2500 and seed:
        pytest.skip('one large file will do')
    truth = people(number, seed)
    given = [dict(a, bbox=FORMS[form](*a['bbox'])) for a in truth]
    found, report = repair(given)
    for a, b in zip(found, truth):
        np.testing.assert_allclose(a['bbox'], b['bbox'], atol=1e-9)
        assert a['area'] == b['area']
    assert list(report.repaired) == [
        f'`bbox` given as {form}, made x, y, w, h'
    ]


@pytest.mark.parametrize('seed', range(20))
@pytest.mark.parametrize('number', [1, 2, 5, 40])
def test_boxes_of_coco_stay(number, seed):
    given = people(number, seed)
    found, report = repair(given)
    assert found == given
    assert report.is_clean
    assert not report.noted


@pytest.mark.parametrize('share', [0.53, 1])
def test_areas_of_corners_are_forgotten(share):
    given = people()
    boxes = [a['bbox'] for a in given]
    for a in given:
        a['bbox'] = corners(*a['bbox'])
        a['area'] = share * a['bbox'][2] * a['bbox'][3]
    found, report = repair(given)
    for a, (_, _, w, h) in zip(found, boxes):
        assert a['area'] == pytest.approx(0.53 * w * h)
    assert len(report.repaired) == 2


def test_a_single_box_beside_the_keypoints():
    given = people()
    given[3]['bbox'] = [150, 110, 4, 4]
    points = np.reshape(given[3]['keypoints'], (-1, 3))[:, :2]
    found, report = repair(given)
    x, y, w, h = found[3]['bbox']
    assert ((points >= [x, y]) & (points <= [x + w, y + h])).all()
    assert report.repaired == {
        '`bbox` beside the keypoints derived from the keypoints': dict(
            count=1, examples=['annotation 3']
        )
    }
    assert [a for a in found if a['id'] != 3] == [
        a for a in given if a['id'] != 3
    ]


@pytest.mark.parametrize('area', [None, W * H], ids=['none', 'image'])
def test_boxes_of_the_whole_image(area):
    given = [dict(a, bbox=[0, 0, W, H], area=area) for a in people()]
    found, report = repair(given)
    for a in found:
        points = np.reshape(a['keypoints'], (-1, 3))[:, :2]
        margin = 0.1 * np.ptp(points, axis=0).max()
        expected = np.prod(np.ptp(points, axis=0) + 2 * margin)
        # less where the margin leaves the image
        assert 0.7 * expected < a['bbox'][2] * a['bbox'][3] <= expected + 1e-6
        assert a['area'] == pytest.approx(0.53 * np.prod(a['bbox'][2:]))
    kinds = list(report.repaired)
    assert kinds[0] == ('`bbox` of the whole image derived from the keypoints')
    assert len(kinds) == 2


def test_some_people_fill_the_image():
    given = people()
    for a in given[:4]:
        a['bbox'], a['area'] = [0, 0, W, H], 0.5 * W * H
    found, report = repair(given)
    assert found == given
    assert report.is_clean


@pytest.mark.parametrize(
    ('area', 'kind'),
    [
        (W * H, '`area` of the whole image'),
        (2 * W * H, '`area` of the whole image'),
        (lambda w, h: 4.5 * w * h, '`area` far larger than the box'),
        (lambda w, h: 1.9 * w * h, None),
        (lambda w, h: w * h, None),
        (lambda w, h: 0.02 * w * h, None),
        (lambda w, h: 0.009 * w * h, '`area` below 1 % of the box'),
        (lambda w, h: w * h / W / H, '`area` below 1 % of the box'),
        (0, '`area` that is not above 0'),
    ],
)
@pytest.mark.parametrize('polygons', [False, True])
def test_areas_that_cannot_be(area, kind, polygons):
    given = people()
    for a in given:
        x, y, w, h = a['bbox']
        a['area'] = area(w, h) if callable(area) else area
        # half of the box
        a['segmentation'] = [[x, y, x + w, y, x + w, y + h]] * polygons
    found, report = repair(given)
    if kind is None:
        assert found == given
        assert report.is_clean
        return
    for a in found:
        expected = (0.5 if polygons else 0.53) * np.prod(a['bbox'][2:])
        assert a['area'] == pytest.approx(expected, rel=0.1)
    source = 'segmentation' if polygons else 'box (53 % of it)'
    assert list(report.repaired) == [f'{kind} derived from the {source}']


def test_a_single_tiny_area_may_be_right():
    """A hidden person shows a hundredth of the box."""
    given = people()
    given[0]['area'] = 3.0
    found, report = repair(given)
    assert found == given
    assert any('below 1 %' in note for note in report.noted)


def test_an_area_without_a_box_may_be_larger_than_the_keypoints():
    given = [dict(a, area=5000.0) for a in people()]
    for a in given:
        del a['bbox']
    found, report = repair(given)
    assert [a['area'] for a in found] == [5000.0] * 8
    assert list(report.repaired) == ['`bbox` derived from the keypoints']


def test_crowds_do_not_count():
    given = people()
    for a in given[:3]:
        a.update(iscrowd=1, area=300, bbox=[0, 0, 9, 9])
    found, report = repair(given)
    assert found == given
    assert report.is_clean


@pytest.mark.parametrize('k', [1, K])
def test_fractions_as_coordinates_are_refused(k):
    given = people()
    for a in given:
        points = np.reshape(a['keypoints'], (-1, 3))[:k] / [W, H, 1]
        a['keypoints'] = points.reshape(-1).tolist()
        a['num_keypoints'] = k
    with pytest.raises(
        ValueError, match=r'own\.json.*fractions of the image.*multiply x by'
    ):
        repair(given, k)


def test_pictures_of_few_pixels_may_have_such_coordinates():
    given = people(1)
    given[0].update(keypoints=[0.5, 1, 2] * K, bbox=[0, 0, 4, 4], area=9)
    assert repair(given, size=(8, 8))[0] == given


def test_swapped_sides_are_warned_of():
    given = people()
    for a in given:
        points = np.reshape(a['keypoints'], (-1, 3)) * [3, 3, 1]
        a['keypoints'] = points.reshape(-1).tolist()
    _, report = repair(given)
    (line,) = (t for t in report.lines() if t.startswith('WARNING'))
    assert '% OF THE PEOPLE HAVE KEYPOINTS FAR OUTSIDE OF THE IMAGE' in line
    assert not repair(people())[1].warnings


def load(file):
    return BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=metainfo(K),
        test_mode=True,
    )


@pytest.fixture(scope='module')
def truth(tmp_path_factory):
    """Evaluate noisy predictions where boxes are right, areas derived."""
    root = tmp_path_factory.mktemp('truth')
    file = clean_file(root, K, people=(4, 4, 4, 4))
    content = read(file)
    for annotation in content['annotations']:
        annotation.update(area=None, segmentation=None)
    file.write_text(json.dumps(content))
    found = noisy_predictions(content, noise=1.5)
    return root, content, found, evaluate(load(file), found)['coco/AP']


@pytest.mark.parametrize(
    'change',
    [
        lambda person: dict(bbox=corners(*person['bbox'])),
        lambda person: dict(bbox=relative(centre(*person['bbox']))),
        lambda person: dict(area=W * H),
        lambda person: dict(area=float(np.prod(relative(person['bbox'])[2:]))),
        lambda person: dict(area=float(7 * np.prod(person['bbox'][2:]))),
    ],
    ids=['corners', 'yolo', 'image', 'fraction', 'other units'],
)
def test_the_ap_is_the_truth(truth, change):
    root, content, found, expected = truth
    assert 0 < expected < 0.6
    content = json.loads(json.dumps(content))
    for annotation in content['annotations']:
        annotation.update(change(annotation))
        if annotation['iscrowd']:
            annotation['area'] = None
    file = root / 'changed.json'
    file.write_text(json.dumps(content))
    assert evaluate(load(file), found)['coco/AP'] == expected


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (lambda p: p[:, [1, 0, 2]], 'y, x, v instead of x, y, v'),
        (lambda p: p * [1, -1, 1] + [0, H, 0], 'from the lower left corner'),
        (lambda p: p * [100 / W, 100 / H, 1], 'percent of the image'),
    ],
)
def test_keypoints_in_another_system_are_refused(change, words):
    given = people(20)
    for a in given:
        points = change(np.reshape(a['keypoints'], (-1, 3)))
        a['keypoints'] = points.reshape(-1).tolist()
    with pytest.raises(ValueError, match=rf'own\.json.*`keypoints`.*{words}'):
        repair(given)


def test_boxes_that_fit_in_no_form_are_warned_of():
    given = people(20)
    for a in given:
        a['bbox'] = [value / 2 for value in a['bbox']]
    _, report = repair(given)
    (text,) = report.warnings
    assert '% OF THE PEOPLE DO NOT FIT THEIR BOXES' in text


@pytest.mark.parametrize(('number', 'warned'), [(19, False), (20, True)])
def test_people_in_a_corner_of_all_images(number, warned):
    given = people(number)
    for a in given:
        points = np.reshape(a['keypoints'], (-1, 3)) / [2, 2, 1]
        a['keypoints'] = points.reshape(-1).tolist()
        a['bbox'] = [value / 2 for value in a['bbox']]
        a['area'] /= 4
    _, report = repair(given)
    assert bool(report.warnings) == warned
    if warned:
        assert (
            'ALL 20 PEOPLE LOOKED AT LIE IN THE UPPER LEFT'
            in (report.warnings[0])
        )


def test_placeholders_are_not_far_outside():
    given = people(20)
    for a in given:
        a['keypoints'][6:9] = [-999, -999, 2]
    assert not repair(given)[1].warnings
