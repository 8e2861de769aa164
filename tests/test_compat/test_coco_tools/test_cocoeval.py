"""Scores that can be worked out by hand."""

import io
from contextlib import redirect_stdout

import numpy as np
import pytest

from higherhrnet_plugin.compat.coco_tools.coco import COCO
from higherhrnet_plugin.compat.coco_tools.cocoeval import COCOeval

PARTS = ('foot', 'face', 'lefthand', 'righthand')
FIELDS = ('keypoints', *(f'{part}_kpts' for part in PARTS))
SIGMA = 0.1
# precision stays 1 up to recall 1/2, which 51 of 101 recalls do not exceed
HALF = 51 / 101


def person(corner, side=100.0):
    """Annotate a square with two keypoints in every field."""
    x, y = corner
    points = [x, y, 2, x + side, y + side, 1]
    return dict(
        dict.fromkeys(FIELDS, points),
        bbox=[x, y, side, side],
        area=side**2,
        num_keypoints=2,
        iscrowd=0,
    )


def result(found, score, **moved):
    """Predict a person; fields in ``moved`` are shifted by so much."""
    fields = {}
    for name in FIELDS:
        points = np.reshape(found[name], (-1, 3)) + (moved.get(name, 0), 0, 0)
        fields[name] = points.reshape(-1).tolist()
    return dict(fields, score=score)


def evaluate(people, results, kind='keypoints', use_area=True, crowded=None):
    """Evaluate people and results by image, of category 3.

    Args:
        people: Annotations of each image.
        results: Results of each image.
        kind: Type of evaluation.
        use_area: As of COCOeval.
        crowded: Crowd index of each image.
    """
    truth = COCO()
    images = [
        {'id': i, 'crowdIndex': crowded[i] if crowded else 0}
        for i in range(len(people))
    ]
    rows = [
        dict(row, image_id=i, category_id=3)
        for i, group in enumerate(people)
        for row in group
    ]
    truth.dataset = {
        'images': images,
        'categories': [{'id': 3, 'name': 'person'}],
        'annotations': [dict(row, id=i) for i, row in enumerate(rows)],
    }
    truth.createIndex()
    found = truth.loadRes(
        [
            dict(row, image_id=i, category_id=3)
            for i, group in enumerate(results)
            for row in group
        ]
    )
    length = 2 * (len(FIELDS) if kind.endswith('wholebody') else 1)
    evaluation = COCOeval(
        truth, found, kind, np.full(length, SIGMA), use_area=use_area
    )
    text = io.StringIO()
    with redirect_stdout(text):
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    evaluation.text = text.getvalue()
    return evaluation


TWO = [person((0, 0)), person((300, 0))]


def test_the_first_of_equal_scores_counts():
    truth, elsewhere = TWO[0], person((900, 900))
    right, false = result(truth, 0.5), result(elsewhere, 0.5)
    stats = evaluate([[truth]], [[right, false]]).stats
    assert stats[:3] == pytest.approx(1)
    stats = evaluate([[truth]], [[false, right]]).stats
    assert stats[:3] == pytest.approx(1 / 2)
    # over images it is the order of their ids
    stats = evaluate([[truth], []], [[right], [false]]).stats
    assert stats[0] == pytest.approx(1)
    stats = evaluate([[], [truth]], [[false], [right]]).stats
    assert stats[0] == pytest.approx(1 / 2)


def test_each_person_is_matched_once_and_ids_are_kept():
    results = [result(TWO[0], 0.5), result(TWO[1], 0.7), result(TWO[1], 0.6)]
    (image, *_) = evaluate([TWO], [results]).evalImgs
    assert image['gtIds'] == [0, 1]
    assert image['dtIds'] == [2, 3, 1]
    for row in image['dtMatches']:
        assert row.tolist() == [1, -1, 0]
    for row in image['gtMatches']:
        assert row.tolist() == [1, 2]


@pytest.mark.parametrize('part', PARTS)
def test_parts_are_scored_by_their_own_keypoints(part):
    field = f'{part}_kpts'
    results = [result(TWO[0], 0.9, **{field: 500}), result(TWO[1], 0.8)]
    for kind in PARTS:
        stats = evaluate([TWO], [results], f'keypoints_{kind}').stats
        # the first result is false: precision 1/2 up to recall 1/2
        expected = HALF / 2 if kind == part else 1
        assert stats[0] == pytest.approx(expected)
    assert evaluate([TWO], [results], 'keypoints_body').stats[0] == (
        pytest.approx(1)
    )
    # one of five parts is lost: 0.8 passes 7 of 10 thresholds
    stats = evaluate([TWO], [results], 'keypoints_wholebody').stats
    assert stats[0] == pytest.approx((7 + 3 * HALF / 2) / 10)
    assert stats[5] == pytest.approx((7 + 3 / 2) / 10)


def test_a_part_has_a_score_of_its_own():
    results = [
        dict(result(TWO[0], 0.9, foot_kpts=500), foot_score=0.1),
        dict(result(TWO[1], 0.8), foot_score=0.2),
    ]
    stats = evaluate([TWO], [results], 'keypoints_foot').stats
    assert stats[0] == pytest.approx(HALF)


def test_a_part_without_score_takes_that_of_the_person():
    with pytest.warns(UserWarning, match="'face_score' not found, use 'score"):
        evaluate([TWO], [[result(TWO[0], 0.9)]], 'keypoints_face')


def test_people_without_the_part_are_not_looked_for():
    truth = dict(TWO[0], foot_kpts=[0] * 6)
    stats = evaluate(
        [[truth, TWO[1]]], [[result(TWO[1], 0.8)]], 'keypoints_foot'
    ).stats
    assert stats[0] == pytest.approx(1)


def test_results_whose_keypoints_have_no_score_do_not_count():
    false = result(person((900, 900)), 0.9)
    assert evaluate([TWO[:1]], [[false, result(TWO[0], 0.5)]]).stats[0] == (
        pytest.approx(1 / 2)
    )
    for field in FIELDS:
        false[field][2::3] = [0, 0]
    assert evaluate([TWO[:1]], [[false, result(TWO[0], 0.5)]]).stats[0] == (
        pytest.approx(1)
    )


def test_the_area_of_a_person_may_be_that_of_the_box():
    # at a distance d OKS is exp(-d^2 / (8 s^2 A)), here 0.72
    truth = dict(TWO[0], area=1.0)
    shift = {'keypoints': 2 * SIGMA * np.sqrt(2 * np.log(1 / 0.72) * 5300)}
    found = [[result(truth, 1.0, **shift)]]
    assert evaluate([[truth]], found).stats[0] == 0
    stats = evaluate([[truth]], found, use_area=False).stats
    # of .5, .55, .6, .65, .7, ... it passes five
    assert stats[:3].tolist() == pytest.approx([0.5, 1, 0])
    del truth['area']
    stats = evaluate([[truth]], found, use_area=False).stats
    assert stats[0] == pytest.approx(0.5)
    # 5300 is medium
    assert stats[3:5].tolist() == pytest.approx([0.5, -1])


def test_crowd_levels():
    people = [TWO] * 4
    right = [result(row, 0.5) for row in TWO]
    found = [right, right[:1], [], right]
    evaluation = evaluate(
        people, found, 'keypoints_crowd', crowded=[0.19, 0.2, 0.8, 0.0]
    )
    # 5 of 8: recalls up to 0.62
    assert evaluation.stats[:6].tolist() == pytest.approx(
        [63 / 101] * 3 + [5 / 8] * 3
    )
    assert evaluation.stats[6:].tolist() == [1, round(HALF, 4), 0]
    assert 'medium = 0.505' in evaluation.text
    # the whole stays in place
    assert len(evaluation.evalImgs) == 3 * 4
    # nobody is on images of a level
    stats = evaluate(people[:1], found[:1], 'keypoints_crowd').stats
    assert stats[6:].tolist() == [1, -1, -1]


def test_crowdpose_counts_people_by_their_visible_keypoints():
    hidden = dict(TWO[0], num_keypoints=0)
    found = [[result(TWO[1], 0.5)]]
    people = [[hidden, TWO[1]]]
    assert evaluate(people, found, 'keypoints_crowd').stats[0] == (
        pytest.approx(1)
    )
    assert evaluate(people, found).stats[0] == pytest.approx(HALF)


def test_coco_itself():
    evaluation = COCOeval()
    assert evaluation.params.iouType == 'keypoints'
    assert evaluation.sigmas[0] == pytest.approx(0.026)
    assert evaluation.params.maxDets == [20]


def test_what_cannot_be_evaluated_is_refused():
    with pytest.raises(ValueError, match=r"keypoints_foot.*, got 'bbox'"):
        COCOeval(iouType='bbox')
    truth = dict(TWO[0])
    del truth['area']
    with pytest.raises(ValueError, match='annotation 0 has no `area`'):
        evaluate([[truth]], [[result(truth, 0.5)]])
