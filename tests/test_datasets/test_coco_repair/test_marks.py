"""Records that a labelling tool has marked as not to be counted."""

import json

import numpy as np
import pytest
from own_data import clean_file, evaluate, metainfo, people_of, read

from higherhrnet_plugin import BottomupCocoDataset
from higherhrnet_plugin.datasets.coco_repair import CocoOptions, repair_coco

K = 2


def coco(images=({},), annotations=({},)):
    """Write a file of one person an image, with more keys."""
    return dict(
        images=[
            dict(dict(id=i, file_name=f'{i}.jpg', width=64, height=48), **more)
            for i, more in enumerate(images)
        ],
        annotations=[
            dict(
                dict(
                    id=i,
                    image_id=i,
                    category_id=1,
                    keypoints=[5, 6, 2, 40, 30, 2],
                    num_keypoints=2,
                    iscrowd=0,
                    bbox=[1, 2, 40, 40],
                    area=800,
                ),
                **more,
            )
            for i, more in enumerate(annotations)
        ],
        categories=[dict(id=1, name='person')],
    )


def repair(content):
    options = CocoOptions(K, missing_images='ignore')
    return repair_coco(content, options, 'own.json')


@pytest.mark.parametrize(
    ('mark', 'left_out'),
    [
        (dict(annotated=False), True),
        (dict(annotated=0), True),
        (dict(annotated='False'), True),
        (dict(is_labeled=False), True),
        (dict(deleted=True), True),
        (dict(deleted='true', annotated=True), True),
        (dict(annotated=True), False),
        (dict(annotated=None), False),
        (dict(is_labeled=1, deleted=False), False),
    ],
    ids=str,
)
@pytest.mark.parametrize('number', [1, '1'])
def test_marked_images_are_left_out(mark, left_out, number):
    content = coco(({}, dict(mark, id=number), {}), ({}, {}, {}))
    before = len(content['images'])
    content, report = repair(content)
    ids = [image['id'] for image in content['images']]
    shown = [a['image_id'] for a in content['annotations']]
    assert before == 3
    assert ids == shown == ([0, 2] if left_out else [0, 1, 2])
    assert bool(report.dropped) == left_out
    if left_out:
        (line,) = (t for t in report.lines() if 'images marked by' in t)
        assert line.startswith('dropped: 1 ')
        assert "'1.jpg'" in line


def test_pictures_of_deleted_images_may_be_missing(tmp_path):
    clean_file(tmp_path, 5)
    content = read(tmp_path / 'people.json')
    content['images'][1]['deleted'] = True
    (tmp_path / 'images' / '1.png').unlink()
    options = CocoOptions(5, image_dir=str(tmp_path / 'images'))
    content, _ = repair_coco(content, options, 'own.json')
    assert [image['id'] for image in content['images']] == [1, 3]


def test_a_file_of_marked_images_alone_is_refused():
    with pytest.raises(ValueError, match=r'all 2 images.*`annotated`.*remove'):
        repair(coco([dict(annotated=False)] * 2))


def test_lists_of_test_images_keep_all():
    content = coco([dict(annotated=False)] * 2)
    del content['annotations']
    content, report = repair(content)
    assert len(content['images']) == 2
    assert report.is_clean


def test_deleted_annotations_are_left_out():
    content = coco([{}] * 2, (dict(deleted=True), dict(deleted=False)))
    content, report = repair(content)
    assert [a['id'] for a in content['annotations']] == [1]
    assert report.dropped['annotations marked by `deleted`']['count'] == 1


@pytest.mark.parametrize('value', [1, True, '1', 1.0], ids=repr)
def test_ignored_people_become_crowds(value):
    content, report = repair(coco([{}] * 2, (dict(ignore=value), {})))
    first, second = content['annotations']
    assert first['iscrowd'] == 1
    assert first['keypoints'] == second['keypoints']
    assert first['bbox'] == [1, 2, 40, 40]
    assert second['iscrowd'] == 0
    assert report.totals['crowds'] == 1
    assert list(report.repaired) == [
        'people marked by `ignore`, taken as crowds'
    ]
    again, report = repair(content)
    assert again == content
    assert report.is_clean


@pytest.mark.parametrize('value', [0, False, None, '0'], ids=repr)
def test_others_are_not_ignored(value):
    content, report = repair(coco([{}], (dict(ignore=value),)))
    assert content['annotations'][0]['iscrowd'] == 0
    assert report.is_clean


@pytest.mark.parametrize(
    ('images', 'annotations', 'words'),
    [
        ([dict(annotated='perhaps')], [{}], "image 0 .*`annotated` 'perhaps'"),
        ([dict(deleted=7)], [{}], '`deleted` 7'),
        ([{}], [dict(ignore=[1])], r'annotation 0 has `ignore` \[1\]'),
        ([{}], [dict(ignore=2)], '`ignore` 2'),
        ([{}], [dict(deleted='x')], "annotation 0 has `deleted` 'x'"),
    ],
    ids=str,
)
def test_marks_without_a_meaning_are_named(images, annotations, words):
    with pytest.raises(ValueError, match=rf'own\.json.*{words}'):
        repair(coco(images, annotations))


def load(file, **options):
    return BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=metainfo(5),
        **options,
    )


def found(content, *left_out):
    """Predict everybody exactly, but some by the order in the file."""
    names = {image['id']: image['file_name'] for image in content['images']}
    by_name = {name: ([], []) for name in names.values()}
    for i, annotation in enumerate(people_of(content)):
        if i not in left_out:
            keypoints, scores = by_name[names[annotation['image_id']]]
            points = np.reshape(annotation['keypoints'], (-1, 3))
            keypoints.append(points[:, :2])
            scores.append(0.9)
    return by_name


@pytest.mark.parametrize('left_out', [(), (0,)], ids=['found', 'not found'])
def test_ignored_people_do_not_count_in_the_evaluation(tmp_path, left_out):
    file = clean_file(tmp_path, 5)
    content = read(file)
    predicted = found(content, *left_out)
    # 6 of 7 are found: 86 of 101 recalls have a precision of 1
    before = evaluate(load(file, test_mode=True), predicted)['coco/AP']
    assert before == pytest.approx(86 / 101 if left_out else 1)
    people_of(content)[0]['ignore'] = 1
    file.write_text(json.dumps(content))
    assert evaluate(load(file, test_mode=True), predicted)['coco/AP'] == 1


def test_ignored_people_are_masked_and_not_learned(tmp_path):
    file = clean_file(tmp_path, 5)
    content = read(file)
    person = people_of(content)[0]
    person['ignore'] = 1
    file.write_text(json.dumps(content))
    info = load(file).get_data_info(0)
    assert info['iscrowd'] == [1, 1, 0]
    assert info['invalid_segs'][1] == person['segmentation']
    assert info['keypoints_visible'].any(axis=1).tolist() == [0, 0, 1]
