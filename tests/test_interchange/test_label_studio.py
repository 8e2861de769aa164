"""Exports of Label Studio, as the tool writes them."""

import json

import numpy as np
import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.label_studio import read_label_studio
from higherhrnet_plugin.interchange.label_studio_boxes import read_box

pytest.importorskip(
    'sleap_io', reason='sleap-io is in requirements/extra.lock.txt'
)


def studio_point(key, name, x, y, parent=None):
    return {
        'id': key,
        'type': 'keypointlabels',
        'original_width': 96,
        'original_height': 64,
        'parentID': parent,
        'value': {'x': x, 'y': y, 'width': 0.4, 'keypointlabels': [name]},
    }


def studio_box(key, place=(0, 0, 50, 50), label='mouse', rotation=0):
    x, y, width, height = place
    return {
        'id': key,
        'type': 'rectanglelabels',
        'original_width': 96,
        'original_height': 64,
        'value': {
            'x': x,
            'y': y,
            'width': width,
            'height': height,
            'rotation': rotation,
            'rectanglelabels': [label],
        },
    }


def studio_task(results, image='/data/upload/1/01234567-cage%20001.png'):
    return {
        'id': 5,
        'data': {'image': image},
        'annotations': [
            {'was_cancelled': True, 'result': []},
            {'result': results},
            {'result': []},
        ],
    }


def test_exports_of_label_studio(tmp_path):
    # as the tool exports: sleap-io only reads files of its own form
    make_content(tmp_path / 'images', (1, 1, 1))
    boxes = [
        studio_box('one'),
        studio_box('two'),
        studio_box('empty', (75, 50, 50, 25)),
        studio_box('all', (0, 0, 100, 100), 'cage'),
    ]
    related = {'type': 'relation', 'from_id': 'two', 'to_id': 'd'}
    results = [
        *boxes,
        studio_point('a', 'nose', 25, 50, 'one'),
        studio_point('b', 'tail', 50, 75, 'one'),
        studio_point('c', 'nose', 75, 25, 'two'),
        studio_point('d', 'tail', 12.5, 100),
        related,
        {'id': 'x', 'type': 'choices', 'value': {}},
        {'id': 'y', 'type': 'polygonlabels', 'value': {}},
        {'id': 'z', 'type': 'polygonlabels', 'value': {}},
    ]
    tasks = [
        studio_task(results),
        studio_task([], '/data/local-files/?d=images/cage 002.png'),
        {'id': 7, 'data': {'image': 'x.png'}, 'annotations': []},
    ]
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps(tasks))
    options = ImportOptions(places=(tmp_path / 'images',))
    lines = import_labels(file, tmp_path / 'out', options)
    content = read_result(tmp_path / 'out')
    assert [a['keypoints'] for a in content['annotations']] == [
        [24, 32, 2, 48, 48, 2],
        [72, 16, 2, 12, 64, 2],
        [0] * 6,
    ]
    # the part that lies in the image
    assert content['annotations'][2]['bbox'] == [72, 32, 24, 16]
    assert 'masked in training: 1 people without labelled keypoints' in lines
    assert content['categories'][0]['keypoints'] == ['nose', 'tail']
    # submitted without anybody
    assert [i['file_name'] for i in content['images']] == [
        'cage 001.png',
        'cage 002.png',
    ]
    assert 'left out: 1 tasks without annotation' in lines
    assert 'left out: 1 results of the kind choices' in lines
    assert 'left out: 2 results of the kind polygonlabels' in lines
    assert (
        "left out: 1 boxes of the labels ['cage'] without keypoints, which "
        'no box of these labels has' in lines
    )
    assert 'left out: 2 cancelled annotations' in lines
    assert 'left out: 2 second and further annotations of an image' in lines


@pytest.mark.parametrize(
    ('task', 'message'),
    [
        (
            studio_task(
                [
                    studio_point('a', 'nose', 1, 1),
                    studio_point('b', 'nose', 2, 2),
                ]
            ),
            "several keypoints 'nose' that belong to no box",
        ),
        ({**studio_task([]), 'data': {}}, 'what image it is about'),
        ({'annotations': [{}], 'data': {'image': 'x'}}, 'cannot be read'),
        (
            studio_task([], ['a.png', 'b.png']),
            r"studio.json .*task 5: the image is \['a.png', 'b.png'\], not",
        ),
        (studio_task([], None), 'task 5: the image is None, not'),
        (
            studio_task([], 'data:image/png;base64,' + 'A' * 3000),
            "task 5: the image is 'data:image/png;base64,A{17}\\.\\.\\., not",
        ),
        (
            studio_task(
                [
                    studio_box('a'),
                    studio_point('b', 'nose', 1, 1, 'a'),
                    studio_box('c', ('x', 0, 1, 1)),
                ]
            ),
            "task 5: where the box 'c' is cannot be read: .*'x'",
        ),
    ],
)
def test_doubtful_tasks_are_refused(tmp_path, task, message):
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps([task]))
    with pytest.raises(ValueError, match=message):
        read_label_studio(file)


def test_boxes_around_keypoints_of_nobody_are_left_out(tmp_path):
    make_content(tmp_path, (1,))
    results = [
        studio_box('a', (0, 0, 10, 10)),
        studio_point('b', 'nose', 5, 5, 'a'),
        studio_box('c', (50, 50, 25, 25)),
        studio_point('d', 'nose', 60, 60),
        studio_box('e', (80, 80, 10, 10)),
    ]
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps([studio_task(results, 'cage 001.png')]))
    labels = read_label_studio(file)
    boxes = [p.box for image in labels.images for p in image.people]
    np.testing.assert_allclose(boxes[2], [76.8, 51.2, 9.6, 6.4])
    assert boxes[:2] == [None, None]
    assert len(boxes) == 3
    what = 'boxes around keypoints that are not related to them'
    assert labels.left_out[what] == 1


@pytest.mark.parametrize(
    ('rotation', 'box'),
    [
        (0, [24, 16, 19.2, 6.4]),
        # clockwise around the upper left corner, in pixels
        (90, [17.6, 16, 6.4, 19.2]),
        (180, [4.8, 9.6, 19.2, 6.4]),
        (-90, [24, 0, 6.4, 16]),
    ],
)
def test_turned_boxes(rotation, box):
    result = studio_box('a', (25, 25, 20, 10), rotation=rotation)
    np.testing.assert_allclose(read_box(result, 'task 1'), box, atol=1e-9)
