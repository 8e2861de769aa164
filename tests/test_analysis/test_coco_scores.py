"""Scores equal those of COCOeval, for all images and for some."""

import copy
import json

import numpy as np
import pytest
from data_sets import write_data_set
from helpers import write_json

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation
from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval

SIGMAS = np.linspace(0.03, 0.09, 7)
KINDS = ['keypoints', 'keypoints_crowd']


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    """Annotations and noisy predictions."""
    rng = np.random.default_rng(3)
    file = write_data_set(
        tmp_path_factory.mktemp('data'),
        num_keypoints=7,
        people=(0, 1, 2, 3, 5, 8, 2, 1),
        size=(200, 160),
    )
    content = json.loads(file.read_text())
    for i, image in enumerate(content['images']):
        image['crowdIndex'] = (i % 3) * 0.4 + 0.1
    predictions = []
    for annotation in content['annotations']:
        annotation['area'] = float(rng.choice([500, 3000, 20000]))
        annotation['num_keypoints'] = int(
            np.count_nonzero(annotation['keypoints'][2::3])
        )
        for noise in rng.choice([1, 4, 12], rng.integers(0, 4)):
            points = np.reshape(annotation['keypoints'], (-1, 3)).astype(float)
            points[:, :2] += rng.normal(0, noise, (7, 2))
            points[:, 2] = 1
            predictions.append(
                dict(
                    image_id=annotation['image_id'],
                    category_id=1,
                    keypoints=points.reshape(-1).tolist(),
                    score=round(float(rng.random()), 1),
                )
            )
    return content, predictions


def reference(data, folder, iou_type, use_area, images=None):
    """Evaluate with files, as the tool's users do; return it and stats."""
    content, predictions = data
    coco = COCO(write_json(folder / 'gt.json', content))
    found = coco.loadRes(write_json(folder / 'dt.json', predictions))
    evaluation = COCOeval(coco, found, iou_type, SIGMAS, use_area)
    if images is not None:
        evaluation.params.imgIds = sorted(images)
    evaluation.evaluate()
    evaluation.accumulate()
    precision, recall = (evaluation.eval[n] for n in ('precision', 'recall'))
    evaluation.anno_file = [str(folder / 'gt.json')]
    # summaries of crowds have only the first file
    evaluation.anno_file *= 2
    evaluation.summarize()
    return precision, recall, evaluation.stats


@pytest.mark.parametrize('use_area', [True, False])
@pytest.mark.parametrize('iou_type', KINDS)
def test_all_images(data, tmp_path, iou_type, use_area):
    content, predictions = copy.deepcopy(data)
    found = CocoEvaluation(content, predictions, SIGMAS, iou_type, use_area)
    scores = found.scores()
    precision, recall, stats = reference(data, tmp_path, iou_type, use_area)
    np.testing.assert_array_equal(
        scores.precision[..., :3], precision[:, :, 0, :, 0]
    )
    np.testing.assert_array_equal(scores.recall[:, :3], recall[:, 0, :, 0])
    assert 0.05 < stats[0] < 0.9
    values = [scores.ap(), scores.ap(0.5), scores.ap(0.75)]
    if iou_type == 'keypoints':
        values += [scores.ap(size='medium'), scores.ap(size='large')]
        values += [scores.ar(), scores.ar(0.5), scores.ar(0.75)]
        values += [scores.ar(size='medium'), scores.ar(size='large')]
    else:
        values += [scores.ar(), scores.ar(0.5), scores.ar(0.75)]
        levels = [[], [], []]
        for image in content['images']:
            index = image['crowdIndex']
            level = 0 if index < 0.2 else 1 if index < 0.8 else 2
            levels[level].append(image['id'])
        # the tool rounds these
        values += [round(found.scores(images).ap(), 4) for images in levels]
    assert values == pytest.approx(stats.tolist(), abs=1e-12)
    # what was given is not written to
    assert (content, predictions) == data


@pytest.mark.parametrize('images', [{2, 5}, {4}, {1, 3, 6, 8}])
def test_some_images(data, tmp_path, images):
    scores = CocoEvaluation(*data, SIGMAS).scores(images)
    precision, recall, _ = reference(data, tmp_path, 'keypoints', True, images)
    np.testing.assert_array_equal(
        scores.precision[..., :3], precision[:, :, 0, :, 0]
    )
    np.testing.assert_array_equal(scores.recall[:, :3], recall[:, 0, :, 0])


def test_small_people_are_a_size(data):
    content, _ = data
    people = [a for a in content['annotations'] if not a['iscrowd']]
    perfect = [
        dict(
            image_id=a['image_id'],
            category_id=1,
            keypoints=a['keypoints'],
            score=1.0,
        )
        for a in people
        if a['area'] < 32**2
    ]
    scores = CocoEvaluation(content, perfect, SIGMAS).scores()
    assert scores.ap(size='small') == pytest.approx(1)
    # a few stand where large people do
    assert scores.ap(size='large') < 0.1


def test_nothing_predicted_and_nobody_there(data):
    content, predictions = data
    scores = CocoEvaluation(content, [], SIGMAS).scores()
    assert scores.ap() == scores.ar() == 0
    empty = {**content, 'annotations': []}
    scores = CocoEvaluation(empty, predictions, SIGMAS).scores()
    assert scores.ap() == scores.ar(0.5) == -1
    assert CocoEvaluation(content, [], SIGMAS).scores(set()).ap() == -1


def test_decisions(data):
    scores, right, people = CocoEvaluation(*data, SIGMAS).decisions(0.5)
    recall = CocoEvaluation(*data, SIGMAS).scores().recall
    assert (np.diff(scores) <= 0).all()
    assert len(scores) == len(right)
    assert right.sum() / people == recall[0, 0]
