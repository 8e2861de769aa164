"""Matching agrees with COCO's own evaluation and with hand-made cases."""

import numpy as np
import pytest

from higherhrnet_plugin.compat.coco_tools import COCO, COCOeval
from higherhrnet_plugin.structures.oks import (
    keypoint_similarity,
    match_people,
    oks_matrix,
)

SIGMAS = np.array([0.05, 0.1, 0.07])


def match(oks, scores=None, ignored=None, crowd=None, thr=0.5):
    oks = np.array(oks, float)
    n, g = oks.shape
    return match_people(
        oks,
        np.arange(n, 0, -1) if scores is None else np.array(scores),
        np.zeros(g, bool) if ignored is None else np.array(ignored, bool),
        np.zeros(g, bool) if crowd is None else np.array(crowd, bool),
        thr,
    ).tolist()


def test_similarity_by_hand():
    # d = 3 and 4 pixels, area 100: exp(-d^2 / (2 * (2 s)^2 * 100))
    truth = np.array([[[10.0, 10], [20, 20], [99, 99]]])
    predicted = np.array([[[13.0, 10], [20, 24], [0, 0]]])
    oks = oks_matrix(
        predicted,
        truth,
        np.array([[True, True, False]]),
        np.array([[0.0, 0, 30, 30]]),
        np.array([100.0]),
        SIGMAS,
    )
    expected = (np.exp(-9 / 2) + np.exp(-16 / 8)) / 2
    assert oks == pytest.approx(np.array([[expected]]))


def test_broken_coordinates_are_far():
    predicted = np.full((2, 3, 2), 10.0)
    predicted[1, 0] = np.nan
    predicted[1, 1] = np.inf
    oks = oks_matrix(
        predicted,
        np.full((1, 3, 2), 10.0),
        np.ones((1, 3), bool),
        np.array([[0.0, 0, 30, 30]]),
        np.array([100.0]),
        SIGMAS,
    )
    assert oks[:, 0] == pytest.approx([1, 1 / 3])


@pytest.mark.parametrize(
    ('oks', 'options', 'expected'),
    [
        pytest.param([[0.9, 0.6], [0.8, 0.2]], {}, [0, -1], id='greedy'),
        pytest.param(
            [[0.9, 0.6], [0.8, 0.2]], {'scores': [1, 2]}, [1, 0], id='score'
        ),
        pytest.param([[0.5], [0.49]], {}, [0, -1], id='threshold'),
        pytest.param([[0.49]], {'thr': 0.4}, [0], id='other-threshold'),
        pytest.param([[0.7, 0.8, 0.8]], {}, [2], id='tie'),
        pytest.param([[1.0]], {'thr': 1.0}, [0], id='highest-threshold'),
        pytest.param(
            [[0.6, 0.9]], {'ignored': [0, 1]}, [0], id='counted-first'
        ),
        pytest.param(
            [[0.9], [0.8]], {'ignored': [1]}, [0, -1], id='ignored-once'
        ),
        pytest.param(
            [[0.9], [0.8]],
            {'ignored': [1], 'crowd': [1]},
            [0, 0],
            id='crowd-often',
        ),
        pytest.param(np.zeros((2, 0)), {}, [-1, -1], id='no-truth'),
        pytest.param(np.zeros((0, 2)), {}, [], id='nothing'),
    ],
)
def test_matching_by_hand(oks, options, expected):
    assert match(oks, **options) == expected


def random_image(rng):
    """Draw annotations and results of one image in COCO's form."""
    truth, results = [], []
    for g in range(rng.integers(1, 8)):
        x, y = rng.uniform(0, 80, 2)
        points = rng.uniform((x, y), (x + 40, y + 60), (3, 2))
        visible = rng.integers(0, 3, 3) * (rng.random() < 0.7)
        rows = np.column_stack((points, visible))
        truth.append(
            dict(
                id=g + 1,
                image_id=1,
                category_id=1,
                bbox=[x, y, 40, 60],
                area=1500,
                iscrowd=int(rng.random() < 0.3),
                num_keypoints=int((visible > 0).sum()),
                keypoints=rows.flatten().tolist(),
            )
        )
        for _ in range(rng.integers(0, 3)):
            near = points + rng.normal(0, rng.uniform(0, 6), points.shape)
            results.append(near)
    return truth, results, rng.permutation(len(results)).astype(float)


@pytest.mark.parametrize('seed', range(25))
def test_matches_are_those_of_coco(seed):
    rng = np.random.default_rng(seed)
    truth, results, scores = random_image(rng)
    if not results:
        results, scores = [np.full((3, 2), 50.0)], np.ones(1)
    coco = COCO()
    coco.dataset = dict(
        images=[dict(id=1, width=200, height=200)],
        categories=[dict(id=1, name='person')],
        annotations=truth,
    )
    coco.createIndex()
    found = coco.loadRes(
        [
            dict(
                image_id=1,
                category_id=1,
                score=float(score),
                keypoints=np.column_stack((r, np.ones(3))).flatten().tolist(),
            )
            for r, score in zip(results, scores)
        ]
    )
    theirs = COCOeval(coco, found, 'keypoints', SIGMAS, True)
    theirs.params.iouThrs = np.array([0.5])
    theirs.evaluate()
    image = theirs.evalImgs[0]
    expected = dict(zip(image['dtIds'], image['dtMatches'][0]))

    rows = np.array([a['keypoints'] for a in truth]).reshape(-1, 3, 3)
    labelled = rows[..., 2] > 0
    crowd = np.array([a['iscrowd'] for a in truth], bool)
    oks = oks_matrix(
        np.array(results),
        rows[..., :2],
        labelled,
        np.array([a['bbox'] for a in truth]),
        np.array([a['area'] for a in truth]),
        SIGMAS,
    )
    # theirs is sorted by score
    order = np.argsort(-scores, kind='mergesort')
    np.testing.assert_allclose(oks[order], theirs.ious[1, 1], atol=1e-12)
    ignored = crowd | ~labelled.any(axis=1)
    matches = match_people(oks, scores, ignored, crowd, 0.5)
    ids = [truth[g]['id'] if g >= 0 else -1 for g in matches]
    assert ids == [expected[n + 1] for n in range(len(results))]


def test_similarity_of_keypoints():
    offsets = np.array([[3, 4], [0, 0], [6, 8], [0, 30], [np.nan, 0]])
    similar = keypoint_similarity(
        offsets, np.array(100.0**2), np.full(5, 0.05)
    )
    # exp(-d^2 / (8 sigma^2 area)), and 0 for what is not finite
    expected = [np.exp(-d * d / 200) for d in (5, 0, 10, 30)]
    assert similar.tolist() == pytest.approx([*expected, 0])
