"""Exports of Label Studio, as the tool writes them."""

import json

import pytest
from labelled_images import make_content, read_result

from higherhrnet_plugin.interchange import ImportOptions, import_labels
from higherhrnet_plugin.interchange.label_studio import read_label_studio

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
        {
            'id': key,
            'type': 'rectanglelabels',
            'value': {'rectanglelabels': ['mouse']},
        }
        for key in ('one', 'two', 'empty')
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
    ]
    assert content['categories'][0]['keypoints'] == ['nose', 'tail']
    # submitted without anybody
    assert [i['file_name'] for i in content['images']] == [
        'cage 001.png',
        'cage 002.png',
    ]
    assert 'left out: 1 tasks without annotation' in lines
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
    ],
)
def test_doubtful_tasks_are_refused(tmp_path, task, message):
    file = tmp_path / 'studio.json'
    file.write_text(json.dumps([task]))
    with pytest.raises(ValueError, match=message):
        read_label_studio(file)
