"""COCO results load in pycocotools with equal values."""

import json

import numpy as np
import pytest
from inference_data import THREE_META, random_people
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from higherhrnet_plugin.inference.coco_results import (
    describe_category,
    write_results,
)
from higherhrnet_plugin.inference.inputs import Source


def test_pycocotools_reads_it(tmp_path):
    image = Source('/x/ü.jpg', 'ü.jpg', 'image')
    video = Source('/x/v.avi', 'v.avi', 'video')
    people = [random_people(n, 3, n) for n in (2, 0, 3)]
    records = [
        (source, dict(width=64, height=48, people=p.to_records(), **frame))
        for source, p, frame in zip(
            (image, video, video),
            people,
            ({}, {'frame': 0, 'time': 0.0}, {'frame': 1, 'time': 0.4}),
        )
    ]
    write_results(tmp_path, records, describe_category(THREE_META))
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {'images.json', 'predictions.json'}
    coco = COCO(str(tmp_path / 'images.json'))
    assert coco.getImgIds() == [1, 2, 3]
    assert [i['file_name'] for i in coco.loadImgs([1, 2, 3])] == [
        'ü.jpg',
        'v.avi/000000',
        'v.avi/000001',
    ]
    moments = [
        [coco.imgs[n].get(key) for key in ('video', 'frame', 'time')]
        for n in (1, 2, 3)
    ]
    assert moments == [[None] * 3, ['v.avi', 0, 0.0], ['v.avi', 1, 0.4]]
    assert (coco.imgs[1]['width'], coco.imgs[1]['height']) == (64, 48)
    (category,) = coco.loadCats(coco.getCatIds())
    assert category['keypoints'] == ['nose', 'left_eye', 'right_eye']
    assert category['skeleton'] == [[1, 2], [1, 3]]
    results = coco.loadRes(str(tmp_path / 'predictions.json'))
    for number, p in enumerate(people, 1):
        found = results.loadAnns(results.getAnnIds([number]))
        scores = np.array([a['score'] for a in found], np.float32)
        np.testing.assert_array_equal(scores, p.scores)
        for a, points in zip(found, p.keypoints):
            assert a.get('time') == coco.imgs[number].get('time')
            rows = np.reshape(a['keypoints'], (3, 3))
            np.testing.assert_array_equal(
                rows[:, :2].astype(np.float32), points
            )
            assert a['category_id'] == 1


def test_nobody_was_found(tmp_path):
    """As the documentation loads it: pycocotools takes no empty list."""
    source = Source('/in/a.jpg', 'a.jpg', 'image')
    category = describe_category(THREE_META)
    record = dict(width=640, height=480, people=[])
    write_results(tmp_path, [(source, record)], category)
    coco = COCO(str(tmp_path / 'images.json'))
    rows = json.loads((tmp_path / 'predictions.json').read_text())
    assert rows == []
    with pytest.raises(IndexError):
        coco.loadRes(rows)
    people = coco.loadRes(rows) if rows else coco
    assert people.getAnnIds() == []
    person = dict(
        id=1,
        image_id=1,
        category_id=1,
        keypoints=[9, 9, 2] * 17,
        num_keypoints=17,
        bbox=[0, 0, 50, 50],
        area=2500,
        iscrowd=0,
    )
    truth = COCO()
    truth.dataset = {**coco.dataset, 'annotations': [person]}
    truth.createIndex()
    evaluation = COCOeval(truth, people, 'keypoints')
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == 0
