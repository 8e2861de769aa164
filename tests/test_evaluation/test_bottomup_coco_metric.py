"""The metric equals CocoMetric on clean files and works on others."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
from data_sets import write_data_set
from mmengine.registry import init_default_scope
from mmpose.datasets.datasets import CocoDataset
from mmpose.registry import METRICS
from own_data import (
    clean_file,
    evaluate,
    metainfo,
    noisy_predictions,
    people_of,
    predicted_sample,
    read,
)

from higherhrnet_plugin import (
    BottomupCocoDataset,
    BottomupCocoMetric,
    BottomupCrowdPoseDataset,
)

METRIC = 'higherhrnet_plugin.evaluation.bottomup_coco_metric'


@pytest.fixture(scope='module', autouse=True)
def scope():
    init_default_scope('mmpose')


@pytest.fixture
def logged(monkeypatch):
    """Collect what the metric logs."""
    texts = []
    monkeypatch.setattr(
        f'{METRIC}.print_log', lambda text, *args: texts.append(text)
    )
    return texts


def load(file, kind=BottomupCocoDataset, **options):
    return kind(
        ann_file=str(file),
        data_prefix=dict(img=str(Path(file).parent / 'images')),
        data_mode='bottomup',
        test_mode=True,
        **options,
    )


CROWD = dict(use_area=False, iou_type='keypoints_crowd')


@pytest.mark.parametrize(
    ('kind', 'k', 'options'),
    [
        (BottomupCocoDataset, 17, {}),
        (BottomupCocoDataset, 17, dict(use_area=False)),
        (BottomupCocoDataset, 17, dict(score_mode='bbox_keypoint')),
        (BottomupCocoDataset, 17, dict(nms_mode='oks_nms', nms_thr=0.5)),
        (BottomupCrowdPoseDataset, 14, CROWD),
    ],
    ids=['area', 'box', 'score', 'nms', 'crowdpose'],
)
@pytest.mark.parametrize('noise', [0.5, 2])
def test_a_clean_file_gives_what_the_host_gives(
    tmp_path, kind, k, options, noise
):
    file = clean_file(tmp_path, k, people=(3, 0, 2, 5))
    content = read(file)
    for i, image in enumerate(content['images']):
        image['crowdIndex'] = [0.1, 0.5, 0.9, 0.5][i]
    file.write_text(json.dumps(content))
    found = noisy_predictions(content, noise)
    # somebody too many
    found['1.png'] = found['0.png']
    data_set = load(file, kind)
    ours = evaluate(data_set, found, **options)
    theirs = evaluate(data_set, found, kind='CocoMetric', **options)
    assert ours == theirs
    assert 0 < ours['coco/AP'] < 1
    # without a name the file of the data set is taken
    assert evaluate(data_set, found, ann_file=None, **options) == ours


def test_real_coco_gives_what_the_host_gives():
    root = os.environ.get('HIGHERHRNET_TEST_DATA')
    if not root:
        pytest.skip('HIGHERHRNET_TEST_DATA is not set')
    folder = Path(root) / 'coco_mini'
    file = folder / 'annotations' / 'person_keypoints_train2017.json'
    data_set = BottomupCocoDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(folder / 'train2017')),
        test_mode=True,
    )
    found = noisy_predictions(read(file), noise=4)
    ours = evaluate(data_set, found)
    assert ours == evaluate(data_set, found, kind='CocoMetric')
    assert 0 < ours['coco/AP'] < 1


@pytest.mark.parametrize('k', [5, 17])
@pytest.mark.parametrize('options', [{}, CROWD], ids=['coco', 'crowd'])
def test_category_nine(tmp_path, k, options, logged):
    file = clean_file(tmp_path, k)
    content = read(file)
    found = noisy_predictions(content, noise=0)
    for annotation in content['annotations']:
        annotation['category_id'] = 9
    content['categories'] = [dict(id=9, name='cat', keypoints=['p'] * k)]
    for image in content['images']:
        image['id'] = f'x{image["id"]}'
    for annotation in content['annotations']:
        annotation['image_id'] = f'x{annotation["image_id"]}'
    file.write_text(json.dumps(content))
    data_set = load(file, metainfo=metainfo(k))
    result = evaluate(data_set, found, **options)
    assert result['coco/AP'] == pytest.approx(1)
    assert 'do not count' not in logged[-1]
    if options:
        # images are split by crowd index in yet another place
        assert result['coco/AP(M)'] == pytest.approx(1)


def test_several_categories_count_as_the_one_of_the_data_set(tmp_path):
    file = clean_file(tmp_path, 5)
    content = read(file)
    found = noisy_predictions(content, noise=0)
    for i, annotation in enumerate(people_of(content)):
        annotation['category_id'] = 3 + i % 2
    content['categories'] = [
        dict(id=i, name=f'animal {i}', keypoints=['p'] * 5) for i in (1, 3, 4)
    ]
    file.write_text(json.dumps(content))
    info = metainfo(5)
    data_set = load(file, metainfo=info, category='all')
    assert evaluate(data_set, found)['coco/AP'] == pytest.approx(1)
    half = evaluate(load(file, metainfo=info, category=3), found)
    assert 0 < half['coco/AP'] < 1


@pytest.mark.parametrize('options', [{}, CROWD], ids=['coco', 'crowd'])
def test_nothing_predicted(tmp_path, options, logged):
    file = clean_file(tmp_path)
    result = evaluate(load(file), {}, **options)
    assert result['coco/AP'] == 0
    assert logged[-1].startswith('nothing was predicted')


def test_the_diagnosis_is_logged(tmp_path, logged):
    file = clean_file(tmp_path)
    content = read(file)
    for annotation in people_of(content):
        del annotation['area']
    file.write_text(json.dumps(content))
    found = noisy_predictions(content)
    result = evaluate(load(file), found)
    lines = logged[-1].splitlines()
    assert lines[0].startswith('7 people predicted on 3 images, mean score')
    assert any(line.startswith('7 areas were missing') for line in lines)
    assert any('AP (L)' in line for line in lines)
    assert result['coco/AP (L)'] == -1


def test_a_shift_of_all_keypoints_is_logged(tmp_path, logged):
    file = clean_file(tmp_path)
    data_set = load(file)
    metric = METRICS.build(
        dict(
            type='BottomupCocoMetric',
            ann_file=data_set.ann_file,
            nms_mode='none',
            score_mode='bbox',
        )
    )
    metric.dataset_meta = data_set.metainfo
    samples = []
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        name = Path(info['img_path']).name
        keypoints, scores = noisy_predictions(read(file), 0)[name]
        keypoints = np.reshape(keypoints, (-1, 17, 2)) + (1, 0)
        samples.append(
            dict(
                predicted_sample(info, keypoints, scores),
                input_size=(100, 50),
                input_scale=np.array([200, 100]),
            )
        )
    metric.process({}, samples)
    metric.evaluate(size=len(samples))
    (line,) = [x for x in logged[-1].splitlines() if 'mean error' in x]
    assert 'x +1.00, y +0.00 image pixels, x +0.50, y +0.00 input' in line
    assert '`model.head.decoder.align_flip`' in line


def test_predictions_of_another_file_are_refused(tmp_path):
    file = clean_file(tmp_path / 'a')
    other = clean_file(tmp_path / 'b', people=(1,))
    with pytest.raises(ValueError, match=r'b/people.json.*2 images.*\(ids 2'):
        evaluate(
            load(file), noisy_predictions(read(file)), ann_file=str(other)
        )


def test_a_data_set_of_the_host(tmp_path, logged):
    file = clean_file(tmp_path)
    content = read(file)
    found = noisy_predictions(content)
    theirs = load(file, CocoDataset)
    ours = evaluate(theirs, found)
    assert ours == evaluate(theirs, found, kind='CocoMetric')
    assert len(logged) == 1
    # repairs are told by the metric if no data set has told them
    for annotation in content['annotations']:
        del annotation['iscrowd'], annotation['bbox']
    file.write_text(json.dumps(content))
    evaluate(theirs, found)
    assert '10 `iscrowd` set to 0' in logged[1]
    load(file)
    evaluate(theirs, found)
    assert len(logged) == 4


def test_options_of_another_number_of_keypoints_are_not_taken(tmp_path):
    file = clean_file(tmp_path, 5)
    found = noisy_predictions(read(file), noise=0)
    data_set = load(file, metainfo=metainfo(5))
    with pytest.raises(ValueError, match=r'5 keypoints.* 17 '):
        load(file)
    assert evaluate(data_set, found)['coco/AP'] == pytest.approx(1)
    metric = BottomupCocoMetric(ann_file=str(file))
    with pytest.raises(ValueError, match=r'5 keypoints.* 14 '):
        metric.dataset_meta = dict(dataset_name='x', num_keypoints=14)


def test_files_without_annotations_can_only_be_formatted(tmp_path):
    file = write_data_set(tmp_path)
    found = noisy_predictions(read(file))
    content = read(file)
    del content['annotations']
    content['categories'] = [dict(id=2, name='car'), dict(id=1, name='person')]
    file.write_text(json.dumps(content))
    data_set = load(file)
    words = r'people\.json.*`format_only`'
    # a file by name is looked at before anything is predicted
    with pytest.raises(ValueError, match=words):
        BottomupCocoMetric(ann_file=str(file))
    with pytest.raises(ValueError, match=words):
        evaluate(data_set, found, ann_file=None)
    prefix = str(tmp_path / 'out')
    assert not evaluate(
        data_set, found, format_only=True, outfile_prefix=prefix
    )
    records = read(f'{prefix}.keypoints.json')
    assert len(records) == 5
    assert {r['category_id'] for r in records} == {1}


def test_crowd_evaluation_needs_a_crowd_index(tmp_path):
    file = clean_file(tmp_path, 14)
    content = read(file)
    del content['images'][1]['crowdIndex']
    file.write_text(json.dumps(content))
    with pytest.raises(ValueError, match='image 2 has no `crowdIndex`'):
        evaluate(load(file, BottomupCrowdPoseDataset), {}, **CROWD)


def test_it_is_registered():
    assert METRICS.get('BottomupCocoMetric') is BottomupCocoMetric


def test_scores_of_the_predictions_are_used(tmp_path):
    file = clean_file(tmp_path)
    found = noisy_predictions(read(file), noise=0)
    # a wrong person in front of all others, then behind them
    results = []
    for score in (2.0, 0.01):
        extra = {k: (list(v[0]), list(v[1])) for k, v in found.items()}
        extra['0.png'][0].append(np.full((17, 2), 500.0))
        extra['0.png'][1].append(score)
        results.append(evaluate(load(file), extra)['coco/AP'])
    assert results[0] < results[1] == pytest.approx(1)


@pytest.mark.parametrize('value', [np.nan, np.inf])
@pytest.mark.parametrize('part', [0, 1])
def test_what_is_not_finite_is_refused(tmp_path, value, part):
    """COCO's evaluation takes NaN for a match at every threshold."""
    file = clean_file(tmp_path)
    found = noisy_predictions(read(file))
    name = next(name for name, (people, _) in found.items() if len(people))
    people = found[name][part]
    people[0] = np.full_like(people[0], value)
    with pytest.raises(ValueError, match=r'image \d+: person 0 .* not finite'):
        evaluate(load(file), found)
