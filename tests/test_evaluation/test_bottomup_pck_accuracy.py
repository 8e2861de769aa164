"""Values by hand: two people, one missed, one too many, nobody at all."""

import copy
import math

import numpy as np
import pytest
import torch
from mmengine.evaluator import Evaluator
from mmpose.registry import METRICS

from higherhrnet_plugin import BottomupPCKAccuracy
from higherhrnet_plugin.evaluation import localization

NAMES = ['left_shoulder', 'right_hip', 'left_ear', 'right_ear']
META = dict(
    sigmas=[1.0, 1, 1, 1],
    num_keypoints=4,
    keypoint_name2id={name: i for i, name in enumerate(NAMES)},
    keypoint_id2name=dict(enumerate(NAMES)),
)


def person(x, y=0, visible=(2, 2, 1, 2), **options):
    """Annotate a person of 100 x 50 pixels, torso 50, head 10."""
    points = [(x, y), (x + 30, y + 40), (x, y + 10), (x, y + 20)]
    keypoints = [v for p, s in zip(points, visible) for v in (*p, s)]
    return dict(
        id=x + 1,
        image_id=1,
        category_id=1,
        bbox=[x, y, 50, 100],
        area=2000,
        iscrowd=0,
        keypoints=keypoints,
        **options,
    )


def points_of(annotation):
    return np.array(annotation['keypoints'], float).reshape(-1, 3)[:, :2]


def sample(annotations, keypoints, scores=None, values=None):
    """Put annotations and predicted (N, K, 2) into a data sample."""
    keypoints = np.array(keypoints, float)
    n = len(keypoints)
    found = dict(
        keypoints=keypoints,
        keypoint_scores=np.ones(keypoints.shape[:2])
        if values is None
        else np.array(values, float),
        bbox_scores=np.ones(n) if scores is None else np.array(scores),
    )
    return dict(img_id=1, raw_ann_info=annotations, pred_instances=found)


def evaluate(samples, meta=META, **options):
    metric = BottomupPCKAccuracy(**options)
    metric.dataset_meta = meta
    for one in samples:
        metric.process(None, [one])
    return metric.evaluate(len(samples))


def test_values_by_hand():
    truth = person(0)
    # errors of 0, 4, 10 and 30 pixels; the box is 100 high
    moved = points_of(truth) + [(0, 0), (0, 4), (10, 0), (0, 30)]
    values = evaluate([sample([truth], [moved])], thr=(0.05, 0.1), auc_thr=0.2)
    oks = np.mean([math.exp(-(d**2) / (8 * 2000)) for d in (0, 4, 10, 30)])
    assert values == pytest.approx(
        {
            'matched/precision': 1,
            'matched/recall': 1,
            'matched/F1': 1,
            'matched/OKS': oks,
            'matched/PCK@0.05': 2 / 4,
            'matched/PCK@0.1': 3 / 4,
            # 1 - 0, 1 - 0.04 / 0.2, 1 - 0.1 / 0.2, 0
            'matched/AUC': (1 + 0.8 + 0.5 + 0) / 4,
            'matched/NME': (0 + 0.04 + 0.1 + 0.3) / 4,
        }
    )


def test_other_sizes_by_hand():
    truth = person(0)
    moved = points_of(truth) + [(0, 0), (0, 4), (10, 0), (0, 30)]
    values = evaluate(
        [sample([truth], [moved])], thr=0.5, norm_item=('head', 'torso')
    )
    # the ears are 10 pixels apart, shoulder and hip 50
    assert values['matched/PCKh@0.5'] == 2 / 4
    assert values['matched/NMEh'] == pytest.approx((0 + 0.4 + 1 + 3) / 4)
    assert values['matched/tPCK@0.5'] == 3 / 4
    assert values['matched/tNME'] == pytest.approx((0 + 0.08 + 0.2 + 0.6) / 4)
    assert values['matched/tAUC'] == pytest.approx((1 + 0.6) / 4)
    values = evaluate(
        [sample([truth], [moved])],
        norm_item='head',
        norm_keypoints=dict(head=(0, 'left_ear')),
        thr=0.4,
    )
    assert values['matched/PCKh@0.4'] == 2 / 4
    assert values['matched/NMEh'] == pytest.approx((0 + 0.4 + 1 + 3) / 4)


def test_a_person_without_head_is_left_out_of_pckh():
    whole, headless = person(0), person(500, visible=(2, 2, 0, 2))
    near = points_of(headless) + 4
    values = evaluate(
        [sample([whole, headless], [points_of(whole), near])],
        norm_item=('head', 'bbox'),
        thr=0.01,
    )
    assert values['matched/recall'] == 1
    assert values['matched/PCKh@0.01'] == 1
    assert values['matched/PCK@0.01'] == 4 / 7
    values = evaluate(
        [sample([headless], [points_of(headless)])], norm_item='head'
    )
    assert math.isnan(values['matched/PCKh@0.05'])
    assert values['matched/recall'] == 1


def test_crossing_people_are_told_apart():
    # the same place, mirrored; the order of predictions is the other
    left, right = person(0), person(20)
    keypoints = [points_of(right) + 1, points_of(left) + 1]
    values = evaluate([sample([left, right], keypoints)], thr=0.02)
    assert values['matched/recall'] == 1
    assert values['matched/PCK@0.02'] == 1
    assert values['matched/NME'] == pytest.approx(math.sqrt(2) / 100)
    # joints of two people mixed: both found, half of the joints wrong
    mixed = np.stack((points_of(left), points_of(right)))
    mixed[:, 2:] = mixed[::-1, 2:]
    values = evaluate([sample([left, right], mixed)], thr=0.02)
    assert values['matched/recall'] == 1
    assert values['matched/PCK@0.02'] == 1 / 2
    assert values['matched/NME'] == pytest.approx(0.2 / 2)


def test_a_false_positive_and_a_miss():
    people = [person(0), person(2000), person(4000)]
    found = [points_of(people[0]), points_of(people[1])]
    far = points_of(person(9000))
    values = evaluate([sample(people, [found[0], far])])
    assert values['matched/precision'] == 1 / 2
    assert values['matched/recall'] == 1 / 3
    assert values['matched/F1'] == pytest.approx(2 / 5)
    # neither spoils what is measured on the people found
    assert values['matched/PCK@0.05'] == values['matched/OKS'] == 1
    # the second prediction of one person is false, too
    values = evaluate([sample(people, [found[0], found[0], found[1]])])
    assert values['matched/precision'] == pytest.approx(2 / 3)
    # images are summed up, not averaged
    values = evaluate(
        [sample(people, found), sample(None, [far]), sample([None], [far])]
    )
    assert values['matched/precision'] == 2 / 4
    assert values['matched/recall'] == 2 / 3


def test_thresholds():
    truth = person(0)
    far = points_of(person(9000))
    pair = sample([truth], [points_of(truth), far], scores=[0.6, 0.2])
    assert evaluate([pair])['matched/precision'] == 1 / 2
    assert evaluate([pair], score_thr=0.3)['matched/precision'] == 1
    values = evaluate([pair], score_thr=0.7)
    assert values['matched/precision'] == values['matched/recall'] == 0
    # an OKS of about 0.54
    rough = sample([truth], [points_of(truth) + (0, 99)])
    assert evaluate([rough])['matched/recall'] == 1
    assert evaluate([rough], oks_thr=0.6)['matched/recall'] == 0


def test_unlabelled_and_missing_keypoints():
    truth = person(0, visible=(2, 2, 0, 0))
    wrong = points_of(truth)
    wrong[2:] += 5000
    values = evaluate([sample([truth], [wrong])])
    assert values['matched/PCK@0.05'] == values['matched/OKS'] == 1
    # a score of 0: not predicted, so wherever it is, it is wrong
    values = evaluate(
        [sample([truth], [points_of(truth)], values=[[1, 0, 1, 1]])]
    )
    assert values['matched/PCK@0.05'] == values['matched/AUC'] == 1 / 2
    assert values['matched/NME'] == 0


@pytest.mark.parametrize('crowd', [0, 1])
def test_crowds_and_unlabelled_people_are_no_truth(crowd):
    truth = person(0)
    aside = person(3000, visible=(0, 0, 0, 0))
    aside['iscrowd'] = crowd
    inside = points_of(person(3000))
    values = evaluate(
        [sample([aside, truth], [points_of(truth), inside, inside + 1])]
    )
    assert values['matched/recall'] == 1
    # a crowd holds any number, an unlabelled person is one
    assert values['matched/precision'] == (1 if crowd else 1 / 2)
    # a crowd with keypoints is a crowd
    labelled = {**person(3000), 'iscrowd': 1}
    values = evaluate([sample([labelled, truth], [points_of(truth)])])
    assert values['matched/recall'] == 1


def test_nothing_predicted():
    nothing = sample([person(0)], np.zeros((0, 4, 2)))
    nothing['pred_instances']['keypoint_scores'] = np.zeros((0, 4))
    values = evaluate([nothing], per_keypoint=True)
    assert math.isnan(values.pop('matched/NME'))
    assert len(values) == 6
    assert set(values.values()) == {0.0}


@pytest.mark.parametrize('people', [None, [None], []], ids=str)
@pytest.mark.parametrize('n', [0, 2])
def test_no_ground_truth(people, n):
    keypoints = np.zeros((n, 4, 2))
    values = evaluate([sample(people, keypoints)], norm_item='torso')
    assert len(values) == 7
    assert all(math.isnan(value) for value in values.values())


def test_categories_play_no_part():
    truth = {**person(0), 'category_id': 9}
    values = evaluate([sample([truth], [points_of(truth)])])
    assert values['matched/recall'] == values['matched/PCK@0.05'] == 1


def test_one_keypoint():
    meta = dict(sigmas=[1.0], num_keypoints=1)
    truth = {**person(0), 'keypoints': [10, 20, 2]}
    values = evaluate([sample([truth], [[(10, 26)]])], meta, thr=(0.05, 0.1))
    assert values['matched/OKS'] == pytest.approx(math.exp(-36 / 16000))
    assert values['matched/PCK@0.05'] == 0
    assert values['matched/PCK@0.1'] == 1
    assert values['matched/NME'] == pytest.approx(0.06)


def test_keypoints_of_several_lists():
    # as COCO-WholeBody has them: body, feet, face, hands
    meta = dict(sigmas=[1.0] * 5, num_keypoints=5)
    truth = {**person(0), 'keypoints': [0, 0, 2]}
    parts = ('foot_kpts', 'face_kpts', 'lefthand_kpts', 'righthand_kpts')
    truth.update({part: [i, 50, 1] for i, part in enumerate(parts, 1)})
    found = [[(0, 0), (1, 50), (2, 50), (3, 50), (4, 80)]]
    values = evaluate([sample([truth], found)], meta)
    assert values['matched/PCK@0.05'] == 4 / 5
    assert values['matched/NME'] == pytest.approx(0.3 / 5)


def test_areas():
    truth = person(0)
    moved = points_of(truth) + (0, 60)
    area = {**truth, 'area': 0}
    boxed = math.exp(-3600 / (8 * 0.53 * 5000))
    for annotation, use_area in ((area, True), (truth, False)):
        values = evaluate([sample([annotation], [moved])], use_area=use_area)
        assert values['matched/OKS'] == pytest.approx(boxed)
    truth.pop('area')
    assert evaluate([sample([truth], [moved])], use_area=False)
    with pytest.raises(ValueError, match=r'annotation 1 .*use_area=False'):
        evaluate([sample([truth], [moved])])


def test_a_table_of_keypoints():
    truth = person(0, visible=(2, 2, 0, 2))
    moved = points_of(truth) + [(0, 0), (0, 9), (0, 0), (0, 0)]
    lines = localization.pck_table(
        'PCK',
        localization.normalized_errors(
            moved[None],
            np.ones((1, 4), bool),
            points_of(truth)[None],
            np.array([[True, True, False, True]]),
            np.array([100.0]),
        ),
        (0.05, 0.1),
        dict(enumerate(NAMES)),
    ).splitlines()
    assert [line.split() for line in lines] == [
        ['keypoint', 'PCK@0.05', 'PCK@0.1', 'number'],
        ['left_shoulder', '1.0000', '1.0000', '1'],
        ['right_hip', '0.0000', '1.0000', '1'],
        ['left_ear', 'nan', 'nan', '0'],
        ['right_ear', '1.0000', '1.0000', '1'],
    ]
    assert len({len(line) for line in lines}) == 1


@pytest.mark.parametrize('table', [False, True])
def test_the_table_is_logged_on_request(monkeypatch, table):
    seen = []
    monkeypatch.setattr(
        'higherhrnet_plugin.evaluation.bottomup_pck_accuracy.print_log',
        lambda text, *_: seen.append(text),
    )
    truth = person(0)
    evaluate([sample([truth], [points_of(truth)])], per_keypoint=table)
    assert any('left_ear' in text for text in seen) == table
    assert '1 of 1 people matched, 1 predicted' in seen


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        (dict(thr=0), 'thr'),
        (dict(thr=()), 'thr'),
        (dict(oks_thr=0), 'oks_thr'),
        (dict(auc_thr=0), 'auc_thr'),
        (dict(norm_item='box'), 'norm_item.*box'),
        (dict(norm_item=()), 'norm_item'),
        (dict(norm_keypoints=dict(hand=(0, 1))), 'norm_keypoints.*hand'),
    ],
    ids=str,
)
def test_options_are_checked(options, words):
    with pytest.raises(ValueError, match=words):
        BottomupPCKAccuracy(**options)


@pytest.mark.parametrize(
    ('meta', 'change', 'options', 'words'),
    [
        (dict(num_keypoints=4), {}, {}, 'sigmas'),
        (META, dict(raw_ann_info=...), {}, 'meta_keys'),
        (META, dict(pred_instances=...), {}, 'pred_instances'),
        (
            META,
            dict(pred_instances=dict(keypoints=np.zeros((1, 3, 2)))),
            {},
            r'\(1, 3, 2\)',
        ),
        (META, dict(raw_ann_info=[dict(id=7)]), {}, 'annotation 7.*keypoi'),
        (
            dict(sigmas=[1.0] * 3),
            dict(pred_instances=dict(keypoints=np.zeros((1, 3, 2)))),
            {},
            'annotation 1 has 4 keypoints.*3',
        ),
        (
            dict(sigmas=[1.0] * 4),
            {},
            dict(norm_item='head'),
            'norm_keypoints',
        ),
        (
            META,
            {},
            dict(norm_item='head', norm_keypoints=dict(head=('nose', 9))),
            'nose',
        ),
    ],
)
def test_data_are_checked(meta, change, options, words):
    truth = person(0)
    one = {**sample([truth], [points_of(truth)]), **change}
    one = {key: value for key, value in one.items() if value is not ...}
    with pytest.raises(ValueError, match=words):
        evaluate([one], meta, **options)


def test_tensors_and_missing_scores():
    truth = person(0)
    one = sample(truth, [points_of(truth)])
    one['pred_instances'] = dict(
        keypoints=torch.tensor(points_of(truth))[None]
    )
    assert evaluate([one])['matched/F1'] == 1


def test_works_in_a_list_of_evaluators():
    truth = person(0)
    evaluator = Evaluator(
        [
            METRICS.build(dict(type='BottomupPCKAccuracy')),
            METRICS.build(
                dict(type='BottomupPCKAccuracy', oks_thr=0.9, prefix='strict')
            ),
        ]
    )
    evaluator.dataset_meta = copy.deepcopy(META)
    one = sample([truth], [points_of(truth) + (0, 99)])
    # the second is what a sampler adds to fill the last batch
    evaluator.process([one, copy.deepcopy(one)])
    values = evaluator.evaluate(1)
    assert values['matched/precision'] == 1
    assert values['strict/precision'] == 0
    assert values['matched/recall'] == 1
