"""Annotation files and results, where xtcocotools does more than pycocotools.

Every test runs with the class on pycocotools, and with the real one where it
is installed.
"""

import copy
import json

import numpy as np
import pytest
from helpers import write_json

from higherhrnet_plugin.compat import coco_tools
from higherhrnet_plugin.compat.coco_tools import coco

CLASSES = {'ours': coco.COCO}
if coco_tools.xtcocotools_failure is None:
    CLASSES['xtcocotools'] = coco_tools.COCO

CONTENT = {
    'images': [{'id': 0}, {'id': 4}],
    'annotations': [
        {
            'id': 0,
            'image_id': 4,
            'category_id': 1,
            'area': 100,
            'keypoints': [1, 2, 2, 3, 4, 1, 5, 6, 0],
        },
        {
            'id': 9,
            'image_id': 4,
            'category_id': 7,
            'area': 200,
            'iscrowd': 1,
            'keypoints': [7, 8, 2, 9, 10, 1, 11, 12, 0],
        },
    ],
    'categories': [{'id': 1, 'name': 'person'}, {'id': 7, 'name': 'son'}],
}


@pytest.fixture(params=CLASSES)
def reader(request):
    return CLASSES[request.param]


@pytest.fixture
def file(tmp_path):
    return write_json(tmp_path / 'truth.json', CONTENT)


@pytest.fixture
def truth(reader, file):
    return reader(file)


def test_crowds_are_told_from_people(truth):
    assert [a['iscrowd'] for a in truth.loadAnns([0, 9])] == [0, 1]
    assert truth.getAnnIds(iscrowd=True) == [9]


def test_some_keypoints(reader, file):
    truth = reader(file, test_index=[2, 0])
    assert truth.anns[0]['keypoints'] == [5, 6, 0, 1, 2, 2]


def test_content_beside_its_file(reader):
    content = copy.deepcopy(CONTENT)
    truth = reader('no such file', ann_data=content)
    assert truth.anno_file == ['no such file']
    assert truth.getImgIds() == [0, 4]
    assert truth.anns[0]['iscrowd'] == 0


def test_an_area_is_at_least_the_first_and_below_the_second(truth):
    assert truth.getAnnIds(areaRng=[100, 200]) == [0]
    assert truth.getAnnIds(areaRng=[100, 201]) == [0, 9]
    assert truth.getAnnIds(imgIds=4, catIds=[7]) == [9]
    assert truth.getAnnIds(imgIds=0) == []


def test_a_name_is_not_a_list_of_letters(truth):
    # 'son' is a part of 'person'
    assert truth.getCatIds(catNms='person') == [1]
    assert truth.getCatIds(catNms=['person', 'son']) == [1, 7]
    assert truth.getCatIds() == [1, 7]
    assert truth.getAnnIds(imgIds='4') == []


RESULT = {
    'image_id': 4,
    'category_id': 1,
    'score': 0.5,
    'keypoints': [10, 20, 1, 13, 28, 1, 11, 22, 1],
}


@pytest.mark.parametrize('form', ['file', 'list', 'content'])
def test_results(truth, tmp_path, form):
    results = [copy.deepcopy(RESULT)]
    path = write_json(tmp_path / 'found.json', results)
    if form == 'file':
        found = truth.loadRes(path)
    elif form == 'list':
        found = truth.loadRes(results)
    else:
        found = truth.loadRes('found later', results)
    (person,) = found.loadAnns(found.getAnnIds(imgIds=[4]))
    assert person['id'] == 1
    assert person['bbox'] == [10, 20, 3, 8]
    assert person['area'] == 24
    assert type(found) is type(truth)
    expected = {'file': path, 'list': results, 'content': 'found later'}
    assert truth.anno_file[1] == expected[form]
    truth.loadRes([copy.deepcopy(RESULT)])
    assert len(truth.anno_file) == 2


def test_boxes_of_results_are_kept(truth):
    found = truth.loadRes([{**RESULT, 'bbox': [0, 1, 2, 3]}])
    assert found.anns[1]['area'] == 6


def test_nobody_is_found(truth, tmp_path):
    for results in ([], write_json(tmp_path / 'found.json', [])):
        found = truth.loadRes(results)
        assert found.getAnnIds(imgIds=[0, 4], catIds=[1]) == []
        assert found.getImgIds() == [0, 4]


def test_results_of_unknown_images_are_refused(truth):
    with pytest.raises(AssertionError, match='do not correspond'):
        truth.loadRes([{**RESULT, 'image_id': 5}])


def test_rows_of_boxes(truth):
    rows = np.array([[4, 1, 2, 3, 4, 0.5, 1]])
    assert truth.loadRes(rows).anns[1]['bbox'] == [1, 2, 3, 4]


def test_no_file(reader):
    truth = reader()
    truth.dataset = json.loads(json.dumps(CONTENT))
    truth.createIndex()
    assert truth.anno_file == [None]
    assert truth.getAnnIds() == [0, 9]
