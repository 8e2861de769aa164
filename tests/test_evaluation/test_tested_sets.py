"""Several test sets in one run, and images that are tested twice."""

import json
import logging

import numpy as np
import pytest
from mmengine.dataset import ConcatDataset
from mmpose.registry import DATASETS, METRICS
from own_data import (
    clean_file,
    metainfo,
    people_of,
    predicted_sample,
    read,
)

import higherhrnet_plugin  # noqa: F401

K = 5


def write(root, seed=0, people=(2, 4, 1), change=None):
    file = clean_file(root, K, people=people, seed=seed)
    if change is not None:
        content = read(file)
        change(content)
        file.write_text(json.dumps(content))
    return file


def config(file, **options):
    return dict(
        type='BottomupCocoDataset',
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        metainfo=metainfo(K),
        test_mode=True,
        pipeline=[],
        **options,
    )


def load(file):
    return DATASETS.build(config(file))


def perfect(data_set, shift=0.0, keys=('img_path',)):
    """Predict everybody of a data set, as samples of the model."""
    samples = []
    for i in range(len(data_set)):
        info = data_set.get_data_info(i)
        people = [
            np.reshape(a['keypoints'], (-1, 3))[:, :2] + shift
            for a in info['raw_ann_info'] or ()
            if not a['iscrowd']
        ]
        keypoints = np.reshape(people, (-1, K, 2))
        sample = predicted_sample(info, keypoints, [0.9] * len(keypoints))
        samples.append({**sample, **{key: info[key] for key in keys}})
    return samples


def evaluate(samples, ann_file=None, **options):
    options = dict(dict(nms_mode='none', score_mode='bbox'), **options)
    metric = METRICS.build(
        dict(type='BottomupCocoMetric', ann_file=ann_file, **options)
    )
    metric.dataset_meta = DATASETS.get('BottomupCocoDataset')._load_metainfo(
        metainfo(K)
    )
    for sample in samples:
        metric.process({}, [sample])
    return metric.evaluate(size=len(samples))


def other_ids(content):
    for image in content['images']:
        image['id'] += 10
    for annotation in content['annotations']:
        annotation['image_id'] += 10


@pytest.mark.parametrize('change', [None, other_ids], ids=['same', 'other'])
@pytest.mark.parametrize('named', [None, 0, 1])
@pytest.mark.parametrize('kind', ['concat', 'combined'])
def test_sets_with_the_same_ids_are_evaluated_together(
    tmp_path, kind, named, change
):
    files = [
        write(tmp_path / 'a', 0),
        write(tmp_path / 'b', 1, (3, 0, 2, 2), change),
    ]
    if kind == 'concat':
        both = ConcatDataset([load(file) for file in files])
    else:
        both = DATASETS.build(
            dict(
                type='CombinedDataset',
                metainfo=metainfo(K),
                datasets=[config(file) for file in files],
                test_mode=True,
                pipeline=[],
            )
        )
    samples = perfect(both)
    assert len(samples) == 7
    ann_file = None if named is None else str(files[named])
    assert evaluate(samples, ann_file)['coco/AP'] == 1
    # 7 of the 14 people are in each; without those of one, half is missing
    for sample in samples[3:]:
        sample['pred_instances']['keypoints'] += 500
    values = evaluate(samples, ann_file)
    assert values['coco/AR'] == pytest.approx(0.5)


def test_one_set_alone_is_not_mixed_with_others(tmp_path):
    files = [write(tmp_path / name, i) for i, name in enumerate('ab')]
    first, second = (load(file) for file in files)
    assert evaluate(perfect(first), str(files[0]))['coco/AP'] == 1
    assert evaluate(perfect(second), str(files[1]))['coco/AP'] == 1
    # the file of the other set is named
    assert evaluate(perfect(second), str(files[0]))['coco/AP'] == 1


def test_an_image_of_no_known_set_is_refused(tmp_path):
    file = write(tmp_path / 'a')
    samples = perfect(load(file))
    samples[1]['img_path'] = '/elsewhere/7.png'
    with pytest.raises(
        ValueError, match=r"image 2 .*'/elsewhere/7\.png', but .*1\.png"
    ):
        evaluate(samples, str(file))


def test_two_sets_that_cannot_be_told_apart_are_refused(tmp_path):
    files = [write(tmp_path / name, i) for i, name in enumerate('ab')]
    samples = [s for f in files for s in perfect(load(f), keys=())]
    with pytest.raises(ValueError, match=r'have the id 1: .*`img_path`'):
        evaluate(samples, str(files[0]))


@pytest.mark.parametrize('keys', [(), ('img_path',)], ids=['id', 'path'])
def test_an_image_that_is_tested_twice_counts_once(
    tmp_path, keys, monkeypatch
):
    logged = []
    monkeypatch.setattr(
        'higherhrnet_plugin.evaluation.bottomup_coco_metric.print_log',
        lambda text, logger, level: logged.append((text, level)),
    )
    file = write(tmp_path)
    samples = perfect(load(file), keys=keys)
    once = evaluate(samples, str(file))
    logged.clear()
    assert evaluate(samples + samples[:2], str(file)) == once
    assert once['coco/AP'] == 1
    text = '2 images were tested more than once; the first result of each'
    assert logged[0][0].startswith(text)
    assert logged[0][1] == logging.WARNING


@pytest.mark.parametrize('keys', [(), ('img_path',)], ids=['id', 'path'])
def test_people_of_a_top_down_test_are_all_counted(tmp_path, keys):
    file = write(tmp_path)
    data_set, alone = load(file), []
    for i, sample in enumerate(perfect(data_set, keys=keys)):
        annotations = data_set.get_data_info(i)['raw_ann_info']
        ids = [a['id'] for a in annotations if not a['iscrowd']]
        people = sample['pred_instances']
        for row, person in enumerate(ids):
            one = {key: value[[row]] for key, value in people.items()}
            alone.append(dict(sample, id=person, pred_instances=one))
    assert len(alone) == 2 + 4 + 1
    assert evaluate(alone, str(file))['coco/AP'] == 1


def test_predictions_alone_are_written_for_one_set(tmp_path):
    files = [write(tmp_path / name, i) for i, name in enumerate('ab')]
    samples = [s for f in files for s in perfect(load(f))]
    options = dict(format_only=True, outfile_prefix=str(tmp_path / 'out'))
    evaluate(samples[:3], str(files[0]), **options)
    with pytest.raises(ValueError, match='predictions of one test set'):
        evaluate(samples, str(files[0]), **options)
    people = people_of(read(files[0]))
    written = json.loads((tmp_path / 'out.keypoints.json').read_text())
    assert len(written) == len(people)
