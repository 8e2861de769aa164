"""Images and people that are listed twice, and keypoints at no place."""

import copy
import json

import numpy as np
import pytest
from own_data import clean_file, evaluate, metainfo, people_of, read

from higherhrnet_plugin import BottomupCocoDataset
from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

POINTS = [10, 11, 2, 30.4, 20, 1, 20, 40, 2, 0, 0, 0]
DROPPED = (
    'people annotated twice under other ids; was the file merged with '
    'itself, or exported twice?'
)
PLACEHOLDERS = (
    'people with keypoints that are labelled at (0, 0), (-1, -1) or the '
    'like, taken as placeholders of such that are not labelled'
)


def person(number, keypoints, **more):
    labelled = sum(v > 0 for v in keypoints[2::3])
    return dict(
        dict(
            id=number,
            image_id=1,
            category_id=1,
            keypoints=list(keypoints),
            num_keypoints=labelled,
            iscrowd=0,
            bbox=[5, 5, 40, 40],
            area=800,
        ),
        **more,
    )


def image(number, **more):
    return dict(
        dict(id=number, file_name=f'{number}.jpg', width=64, height=48), **more
    )


def repair(annotations, images=None, k=4):
    content = dict(
        images=images or [image(1), image(2)],
        annotations=annotations,
        categories=[dict(id=1, name='person')],
    )
    options = CocoOptions(k, missing_images='ignore')
    return repair_coco(content, options, 'own.json')


def moved(by):
    points = list(POINTS)
    points[3] += by
    return points


@pytest.mark.parametrize(
    ('points', 'more', 'repeated'),
    [
        (POINTS, {}, True),
        # another visibility, box and area of the same person
        ([*POINTS[:5], 2, *POINTS[6:]], dict(bbox=[6, 6, 9, 9]), True),
        # one export has rounded
        (np.round(POINTS).tolist(), {}, True),
        (moved(0.5), {}, True),
        (moved(0.6), {}, False),
        (POINTS, dict(image_id=2), False),
        (POINTS, dict(iscrowd=1), False),
        ([*POINTS[:5], 0, *POINTS[6:]], {}, False),
        ([0] * 12, {}, False),
    ],
    ids=str,
)
def test_people_annotated_twice(points, more, repeated):
    content, report = repair([person(7, POINTS), person(9, points, **more)])
    ids = [a['id'] for a in content['annotations']]
    assert ids == ([7] if repeated else [7, 9])
    if repeated:
        assert report.dropped == {
            DROPPED: dict(count=1, examples=['annotation 9 as 7'])
        }
    else:
        assert not report.dropped


@pytest.mark.parametrize(
    ('points', 'box', 'repeated'),
    [
        ([10, 11, 2], [5, 5, 40, 40], True),
        ([10.1, 11, 2], [5, 5, 40, 40], False),
        ([10, 11, 2], [5, 5, 40, 41], False),
    ],
    ids=str,
)
def test_single_points_may_meet(points, box, repeated):
    people = [person(1, [10, 11, 2]), person(2, points, bbox=box)]
    content, _ = repair(people, k=1)
    assert len(content['annotations']) == 2 - repeated


def test_unlabelled_people_are_no_repeats():
    content, report = repair([person(1, [0] * 12), person(2, [0] * 12)])
    assert len(content['annotations']) == 2
    assert not report.dropped


def test_the_first_image_of_a_picture_takes_all_people():
    images = [image(1), image(2, file_name='1.jpg'), image(3)]
    people = [person(1, POINTS), person(2, moved(9), image_id=2)]
    content, report = repair(people, images)
    assert [i['id'] for i in content['images']] == [1, 3]
    assert [a['image_id'] for a in content['annotations']] == [1, 1]
    ((what, entry),) = report.repaired.items()
    assert what.startswith('pictures listed under two ids, made one image')
    assert entry == dict(count=1, examples=["'1.jpg'"])
    again, report = repair(content['annotations'], content['images'])
    assert again == content
    assert report.is_clean


def test_the_same_people_under_both_ids_count_once():
    images = [image(1), image(2, file_name='1.jpg')]
    people = [person(1, POINTS), person(2, POINTS, image_id=2)]
    content, report = repair(people, images)
    assert [a['id'] for a in content['annotations']] == [1]
    assert DROPPED in report.dropped


def test_pictures_of_two_sizes_are_noted():
    images = [image(1), image(2, file_name='1.jpg', width=99)]
    content, report = repair([person(1, POINTS)], images)
    assert len(content['images']) == 2
    assert list(report.noted) == [
        'pictures listed under two ids with different sizes'
    ]


def test_lists_of_test_images_keep_every_id():
    content, report = repair([], [image(1), image(2, file_name='1.jpg')])
    assert len(content['images']) == 2
    assert report.is_clean


@pytest.mark.parametrize(
    ('x', 'y', 'cleared'),
    [
        (0, 0, True),
        (0.0, -0.0, True),
        (-1, -1, True),
        (-999, -999, True),
        (-7, -8, False),
        (0, 3, False),
        (3, 0, False),
        (0.1, 0.1, False),
        (1, 1, False),
        (-1, 0, False),
    ],
)
@pytest.mark.parametrize('visibility', [1, 2])
def test_placeholders_are_not_labelled(x, y, visibility, cleared):
    points = [x, y, visibility, *POINTS[3:]]
    content, report = repair([person(1, points, num_keypoints=None)])
    (record,) = content['annotations']
    kept = [0, 0, 0] if cleared else points[:3]
    assert record['keypoints'] == [*kept, *POINTS[3:]]
    assert record['num_keypoints'] == 3 - cleared
    assert (PLACEHOLDERS in report.repaired) == cleared


def load(file):
    return BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=metainfo(5),
        test_mode=True,
    )


def truth(content):
    """Predict everybody exactly."""
    names = {image['id']: image['file_name'] for image in content['images']}
    found = {name: ([], []) for name in names.values()}
    for annotation in people_of(content):
        points = np.reshape(annotation['keypoints'], (-1, 3))
        found[names[annotation['image_id']]][0].append(points[:, :2])
        found[names[annotation['image_id']]][1].append(0.9)
    return found


def change_people(content):
    for annotation in copy.deepcopy(people_of(content)):
        annotation['id'] += 100
        content['annotations'].append(annotation)


def change_images(content):
    for record in copy.deepcopy(content['images']):
        record['id'] += 50
        content['images'].append(record)


def change_origin(content):
    for annotation in people_of(content):
        for i in range(0, 15, 3):
            if annotation['keypoints'][i + 2] == 0:
                annotation['keypoints'][i : i + 3] = [0, 0, 2]


@pytest.mark.parametrize(
    'change', [change_people, change_images, change_origin]
)
def test_the_truth_keeps_an_ap_of_one(tmp_path, change):
    file = clean_file(tmp_path, 5)
    content = read(file)
    found = truth(content)
    for keypoints, _ in found.values():
        # nothing is predicted at the origin
        for points in keypoints:
            points[(points == 0).all(axis=1)] = 70, 50
    change(content)
    file.write_text(json.dumps(content))
    assert evaluate(load(file), found)['coco/AP'] == 1
