"""Sums over images, against errors put in by hand and COCO's tool."""

import json

import numpy as np
import pytest
from helpers import write_json
from own_data import clean_file, metainfo
from report_data import exact_content, predictions_of

from higherhrnet_plugin.analysis import analyse
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval


def test_each_error_is_counted(tmp_path):
    content = exact_content(tmp_path, people=(1, 1))
    first = predictions_of(content, noise=0)[0]
    values = np.reshape(first['keypoints'], (-1, 3))
    # off by 1, 8 (jitter) and 30 pixels; 1 and 2 exchanged
    values[[1, 2], :2] = values[[2, 1], :2]
    values[0, 0] += 1
    values[3, 0] += 8
    values[4, 1] += 30
    first['keypoints'] = values.reshape(-1).tolist()
    far = {**first, 'keypoints': [900.0, 900, 1] * 5, 'score': 0.1}
    records = [first, {**first, 'score': 0.05}, far]
    analysis = analyse(content, records, metainfo(5))
    rows = analysis.keypoints
    types = [
        max(('good', 'jitter', 'inversion', 'swap', 'miss'), key=row.get)
        for row in rows
    ]
    assert types == ['good', 'inversion', 'inversion', 'jitter', 'miss']
    assert analysis.people['all'] == dict(
        people=2, match=1, duplicate=1, background=1, ignored=0, missed=1
    )
    assert analysis.people['confident']['duplicate'] == 0
    # pixels by the longer side of the box, 100
    assert [row['PCK@0.1'] for row in rows] == [1, 0, 0, 1, 0]
    assert rows[3]['PCK@0.05'] == 0
    assert rows[3]['similarity'] == pytest.approx(np.exp(-(8**2) / 200))


def test_crowdpose_scores(tmp_path):
    file = clean_file(tmp_path, k=5, people=(3, 4, 2, 5))
    content = json.loads(file.read_text())
    for image, index in zip(content['images'], (0.1, 0.5, 0.2, 0.8)):
        image['crowdIndex'] = index
    for person in content['annotations']:
        person['num_keypoints'] = int(
            np.count_nonzero(person['keypoints'][2::3])
        )
    write_json(file, content)
    results = write_json(
        tmp_path / 'r.json', predictions_of(content, noise=1.2)
    )
    analysis = analyse(
        *(file, results, metainfo(5)),
        iou_type='keypoints_crowd',
        use_area=False,
    )
    coco = COCO(str(file))
    coco.anno_file = [str(file)] * 2
    evaluation = COCOeval(
        coco,
        coco.loadRes(str(results)),
        'keypoints_crowd',
        np.full(5, 0.05),
        use_area=False,
    )
    evaluation.anno_file = [str(file)] * 2
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    names = [
        'AP',
        'AP .5',
        'AP .75',
        'AR',
        'AR .5',
        'AR .75',
        *('AP(E)', 'AP(M)', 'AP(H)'),
    ]
    assert list(analysis.scores) == names
    # the tool rounds the last three
    expected = evaluation.stats.tolist()
    assert list(analysis.scores.values()) == pytest.approx(expected, abs=5e-5)
    assert len({*expected[6:]}) == 3
    levels = analysis.groups['crowding']
    assert [levels[n].images for n in ('easy', 'medium', 'hard')] == [1, 2, 1]
