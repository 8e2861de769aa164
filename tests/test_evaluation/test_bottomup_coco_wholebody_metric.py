"""Scores of the whole body, on good and on malformed files."""

import codecs
import json

import numpy as np
import pytest
from data_sets import write_data_set
from own_data import evaluate, people_of, read

from higherhrnet_plugin import (
    BottomupCocoWholeBodyDataset,
    BottomupCocoWholeBodyMetric,
)
from higherhrnet_plugin.structures.coco import WHOLE_BODY

# OKS near the thresholds for the small tolerances of faces and hands
NOISE = 0.8
OURS = 'BottomupCocoWholeBodyMetric'


def whole_body_file(folder):
    return write_data_set(folder, 133, (1, 3, 2), fields=WHOLE_BODY)


def load(file):
    return BottomupCocoWholeBodyDataset(
        ann_file=str(file),
        data_prefix=dict(img=str(file.parent / 'images')),
        test_mode=True,
    )


def predictions(content, noise):
    """Predict all people with noise, by file name."""
    rng = np.random.default_rng(0)
    names = {image['id']: image['file_name'] for image in content['images']}
    found = {name: ([], []) for name in names.values()}
    for person in people_of(content):
        values = [v for field in WHOLE_BODY for v in person[field]]
        points = np.reshape(values, (-1, 3))[:, :2]
        keypoints, scores = found[names[person['image_id']]]
        keypoints.append(points + rng.normal(0, noise, points.shape))
        scores.append(rng.uniform(0.3, 1))
    return found


def test_figures_of_mmpose_on_a_good_file(tmp_path):
    file = whole_body_file(tmp_path)
    found = predictions(read(file), noise=NOISE)
    data_set = load(file)
    ours = evaluate(data_set, found, OURS)
    assert ours == evaluate(data_set, found, 'CocoWholeBodyMetric')
    assert 0.05 < ours['coco-wholebody/AP'] < 0.95


@pytest.mark.parametrize('shared', [True, False])
def test_malformed_files(tmp_path, shared):
    """With another category, text for numbers, ids of text and a mark."""
    file = whole_body_file(tmp_path)
    content = read(file)
    found = predictions(content, noise=0)
    content['categories'][0]['id'] = 3
    for image in content['images']:
        image['id'] = f'image {image["id"]}'
    for annotation in content['annotations']:
        annotation['category_id'] = 3
        annotation['image_id'] = f'image {annotation["image_id"]}'
        annotation['foot_kpts'] = [str(v) for v in annotation['foot_kpts']]
    text = json.dumps(content).encode()
    file.write_bytes(codecs.BOM_UTF8 + text)
    data_set = load(file)
    options = {}
    if not shared:
        # what no data set of the run has read
        other = tmp_path / 'other.json'
        other.write_bytes(codecs.BOM_UTF8 + text)
        options = dict(ann_file=str(other))
    figures = evaluate(data_set, found, OURS, **options)
    assert figures['coco-wholebody/AP'] == pytest.approx(1)


def test_faults_of_a_part_are_named(tmp_path):
    file = whole_body_file(tmp_path)
    content = read(file)
    person = people_of(content)[0]
    person['foot_kpts'] = ['wide'] * 18
    file.write_text(json.dumps(content))
    metric = BottomupCocoWholeBodyMetric(ann_file=str(file))
    words = rf'people\.json.*annotation {person["id"]} .*foot_kpts'
    with pytest.raises(ValueError, match=words):
        metric.dataset_meta = BottomupCocoWholeBodyDataset._load_metainfo()
