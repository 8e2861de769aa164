"""What a config tells about its test."""

import json

import numpy as np
import pytest
from data_sets import write_data_set
from helpers import write_json
from mmpose.registry import DATASETS
from own_data import clean_file, metainfo
from report_data import STATS, predictions_of, write_config

from higherhrnet_plugin.analysis import analyse_config
from higherhrnet_plugin.analysis.config_inputs import read_config_inputs
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval
from higherhrnet_plugin.structures.coco import WHOLE_BODY


def test_files_and_options(tmp_path):
    file = clean_file(tmp_path, k=5)
    other = clean_file(tmp_path / 'other', k=5, people=(1,))
    results = write_json(tmp_path / 'r.json', [])
    options = dict(dataset=dict(metainfo=metainfo(5)))
    config = write_config(tmp_path / 'c.py', file, **options)
    found = read_config_inputs(config, results)
    assert (found.ann_file, found.image_dir) == (
        str(file),
        tmp_path / 'images',
    )
    assert (found.iou_type, found.use_area) == ('keypoints', True)
    assert found.flip_indices == [0, 2, 1, 4, 3]
    options['evaluator'] = dict(
        ann_file=str(other), iou_type='keypoints_crowd', use_area=False
    )
    config = write_config(tmp_path / 'd.py', file, **options)
    found = read_config_inputs(config, results)
    assert found.ann_file == str(other)
    assert (found.iou_type, found.use_area) == ('keypoints_crowd', False)
    found = read_config_inputs(config, results, file, 'elsewhere')
    assert found.ann_file == str(file)
    assert str(found.image_dir) == 'elsewhere'


@pytest.mark.parametrize(
    ('evaluator', 'words'),
    [
        (dict(pred_converter=dict()), None),
        (dict(gt_converter=dict(type='x')), '`gt_converter` of test_eval'),
        (dict(iou_type='bbox'), "got 'bbox'"),
    ],
)
def test_evaluators_that_compare_something_else(tmp_path, evaluator, words):
    file = clean_file(tmp_path, k=5)
    config = write_config(
        tmp_path / 'c.py',
        file,
        dataset=dict(metainfo=metainfo(5)),
        evaluator=evaluator,
    )
    results = write_json(tmp_path / 'r.json', [])
    if words is None:
        read_config_inputs(config, results)
        return
    with pytest.raises(ValueError, match=words):
        read_config_inputs(config, results)


def test_whole_body_joins_its_lists(tmp_path):
    file = write_data_set(tmp_path, num_keypoints=133, fields=dict(WHOLE_BODY))
    content = json.loads(file.read_text())
    config = write_config(
        tmp_path / 'c.py',
        file,
        evaluator=dict(iou_type='keypoints_wholebody'),
    )
    config.write_text(
        config.read_text().replace(
            'BottomupCocoDataset', 'BottomupCocoWholeBodyDataset'
        )
    )
    records = predictions_of(content, noise=1, fields=WHOLE_BODY)
    results = write_json(tmp_path / 'r.json', records)
    analysis = analyse_config(config, results)
    dataset = DATASETS.get('BottomupCocoWholeBodyDataset')
    coco = COCO(str(file))
    evaluation = COCOeval(
        coco,
        coco.loadRes(str(results)),
        'keypoints_wholebody',
        np.array(dataset._load_metainfo()['sigmas']),
    )
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    expected = dict(zip(STATS, evaluation.stats.tolist()))
    assert 0 < expected['AP'] < 1
    assert analysis.scores['AP'] == pytest.approx(expected['AP'])
    assert len(analysis.keypoints) == 133
