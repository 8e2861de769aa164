"""Predictions against ground truth, from paths and from content."""

import copy
import json
import math

import numpy as np
import pytest
from data_sets import write_data_set
from helpers import write_json
from own_data import clean_file, metainfo, people_of, read
from report_data import predictions_of, write_config

from higherhrnet_plugin.analysis import analyse, analyse_config
from higherhrnet_plugin.structures.coco import WHOLE_BODY


@pytest.fixture
def data(tmp_path):
    """Return a file of people with 5 keypoints, and its content."""
    file = clean_file(tmp_path, k=5, people=(1, 3, 0))
    return file, read(file)


def test_paths_content_and_config_give_the_same(data, tmp_path):
    file, content = data
    records = predictions_of(content, drop=0.3)
    results = write_json(tmp_path / 'results.json', records)
    config = write_config(
        tmp_path / 'c.py', file, dataset=dict(metainfo=metainfo(5))
    )
    given = copy.deepcopy((content, records))
    found = [
        analyse(file, results, metainfo(5)),
        analyse(str(file), str(results), metainfo(5)),
        analyse(content, records, metainfo(5)),
        analyse_config(config, results),
    ]
    assert (content, records) == given
    texts = {json.dumps(a.to_dict(), allow_nan=False) for a in found}
    assert len(texts) == 1
    assert 0 < found[0].scores['AP'] < 1
    assert found[0].findings == found[3].findings


def test_exact_predictions_lack_nothing(data):
    _, content = data
    analysis = analyse(content, predictions_of(content, 0), metainfo(5))
    assert analysis.scores['AP'] == analysis.scores['AR'] == 1
    assert analysis.people['all'] == dict(
        people=4, match=4, duplicate=0, background=0, ignored=0, missed=0
    )
    assert set(analysis.headroom.values()) == {0}
    assert [image.quality(0) for image in analysis.images] == [1, 1, 1]
    group = analysis.groups['people']['2 to 4']
    assert (group.images, group.people, group.ap) == (1, 3, 1)
    assert analysis.groups['people']['5 to 9'].ap == -1
    best = analysis.operating_points
    assert best.f1[best.best] == 1
    assert best.best == 3


def test_a_shift_of_all_keypoints_is_found(data, tmp_path):
    file, content = data
    records = predictions_of(content, 0)
    for record in records:
        record['keypoints'][0::3] = np.add(record['keypoints'][0::3], 1)
    (image,) = {(i['width'], i['height']) for i in content['images']}
    resize = dict(
        type='BottomupAlignedResize', input_size=64, resize_mode='fit'
    )
    config = write_config(
        tmp_path / 'c.py',
        file,
        dataset=dict(metainfo=metainfo(5), pipeline=[resize]),
    )
    results = write_json(tmp_path / 'r.json', records)
    analysis = analyse_config(config, results)
    ratio = max(image) / 64
    flags = [f for p in people_of(content) for f in p['keypoints'][2::3]]
    assert analysis.to_dict()['mean_errors'] == dict(
        keypoints=flags.count(2),
        image=pytest.approx([1, 0]),
        input=pytest.approx([1 / ratio, 0]),
        uncertainty=pytest.approx([0, 0]),
    )
    (line,) = [x for x in analysis.findings if 'mean error' in x]
    assert 1 / ratio > 0.25
    assert 'flip test' in line
    # without the config nothing tells the size of the input
    analysis = analyse(content, records, metainfo(5))
    assert analysis.mean_errors.image == pytest.approx((1, 0))
    assert analysis.mean_errors.input is None


def test_nobody_predicted(data):
    _, content = data
    analysis = analyse(content, [], metainfo(5))
    assert analysis.scores['AP'] == 0
    assert analysis.people['confident']['missed'] == 4
    assert analysis.operating_points is None
    assert math.isnan(analysis.keypoints[0]['similarity'])
    assert analysis.to_dict()['keypoints'][0]['similarity'] is None
    assert 'best_f1' not in analysis.to_dict()


def test_size_of_people_without_area(data):
    """OKS of a shift d is exp(-d^2 / (8 sigma^2 area))."""
    _, content = data
    records = predictions_of(content, 0)
    for record in records:
        record['keypoints'][0::3] = np.add(record['keypoints'][0::3], 3)
    for use_area in (True, False):
        analysis = analyse(content, records, metainfo(5), use_area=use_area)
        (person, *_) = people_of(content)
        area = person['area']
        if not use_area:
            area = 0.53 * person['bbox'][2] * person['bbox'][3]
        (image, *_) = analysis.images
        assert image.oks[0] == pytest.approx(
            math.exp(-9 / (8 * 0.05**2 * area))
        )


def test_coco_is_the_default(tmp_path):
    content = read(clean_file(tmp_path))
    analysis = analyse(content, predictions_of(content, 0))
    assert analysis.scores['AP'] == 1
    assert analysis.keypoints[0]['keypoint'] == 'nose'


def test_lists_of_the_whole_body_are_joined(tmp_path):
    file = write_data_set(tmp_path, num_keypoints=133, fields=dict(WHOLE_BODY))
    content = read(file)
    records = predictions_of(content, 0, fields=WHOLE_BODY)
    given = copy.deepcopy((content, records))
    analysis = analyse(
        content,
        records,
        dict(from_file='configs/_base_/datasets/coco_wholebody.py'),
        keypoint_fields=WHOLE_BODY,
        iou_type='keypoints_wholebody',
    )
    assert (content, records) == given
    assert analysis.scores['AP'] == 1
    assert len(analysis.keypoints) == 133


@pytest.mark.parametrize(
    ('change', 'options', 'words'),
    [
        (dict(image_id=99), {}, r'\(ids 99\)'),
        (dict(keypoints=[1, 2, 3]), {}, 'record 0 has 1 keypoints'),
        (dict(score=float('nan')), {}, 'not a finite number'),
        ({}, dict(iou_type='bbox'), "got 'bbox'"),
    ],
)
def test_what_does_not_fit_is_refused(data, change, options, words):
    _, content = data
    records = predictions_of(content)
    records[0].update(change)
    with pytest.raises(ValueError, match=words):
        analyse(content, records, metainfo(5), **options)


def test_ground_truth_without_annotations_is_refused(data):
    _, content = data
    del content['annotations']
    with pytest.raises(ValueError, match='no `annotations`'):
        analyse(content, [], metainfo(5))
