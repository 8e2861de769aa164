"""A trained score of people: features, network, file, and in the decoder."""

import json
import math

import numpy as np
import pytest
from scenes import draw_scene
from scorers import scorer_content

from higherhrnet_plugin import AggregatingBottomupDecoder
from higherhrnet_plugin.codecs.decoding.person_features import person_features
from higherhrnet_plugin.codecs.decoding.person_scorer import PersonScorer

K = 4
LINKS = ((0, 1), (1, 3))
SHAPE = (40, 120)
POINTS = np.array([(0, 0), (9, 0), (0, 12), (6, 15)])


def made_up(n, seed=0):
    """Make up people, some keypoints of whom are missing."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.1, 1, (n, K)) * (rng.random((n, K)) < 0.8)
    points = rng.uniform(0, 90, (n, K, 2)) * (scores > 0)[..., None]
    return points, scores, scores.mean(axis=1)


def plain_score(content, points, scores, score):
    """Score one person by loops over the formula."""
    total = sum(scores)
    x, y = (
        sum(s * p[axis] for s, p in zip(scores, points)) / total
        for axis in (0, 1)
    )
    square = sum(
        s * ((p[0] - x) ** 2 + (p[1] - y) ** 2) for s, p in zip(scores, points)
    )
    size = math.sqrt(square / total)
    places = [
        [max(-4, min(4, (v - m) / size)) if s > 0 else 0.0]
        for p, s in zip(points, scores)
        for v, m in zip(p, (x, y))
    ]
    values = [v for (v,) in places]
    for a, b in content['skeleton']:
        length = math.hypot(
            values[2 * a] - values[2 * b],
            values[2 * a + 1] - values[2 * b + 1],
        )
        values.append(length if scores[a] > 0 and scores[b] > 0 else 0.0)
    values += [*scores, score]
    assert len(values) == len(content['center'])
    values = [
        max(-5, min(5, (v - c) / s))
        for v, c, s in zip(values, content['center'], content['spread'])
    ]
    for i, layer in enumerate(content['layers']):
        values = [
            bias + sum(v * row[j] for v, row in zip(values, layer['weight']))
            for j, bias in enumerate(layer['bias'])
        ]
        if i + 1 < len(content['layers']):
            values = [max(0.0, v) for v in values]
    return score / (1 + math.exp(-values[0]))


def test_scores_are_those_of_the_formula():
    content = scorer_content(K, LINKS)
    points, scores, people = made_up(50)
    some = (scores > 0).sum(axis=1) > 1
    points, scores, people = points[some], scores[some], people[some]
    found = PersonScorer.read(content)(points, scores, people)
    expected = [
        plain_score(content, *row)
        for row in zip(points.tolist(), scores.tolist(), people.tolist())
    ]
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert np.ptp(found / people) > 0.1


def test_place_and_size_do_not_matter():
    points, scores, people = made_up(30)
    features = person_features(points, scores, people, LINKS)
    moved = np.where(scores[..., None] > 0, 7.5 * points + [300, -40], 0)
    again = person_features(moved, scores, people, LINKS)
    np.testing.assert_allclose(again, features, atol=1e-9)
    # but shape does
    moved[:, 0, 0] += 20
    other = person_features(moved, scores, people, LINKS)
    assert np.abs(other - features).max() > 0.1


DEGENERATE = {
    'nobody': (np.zeros((0, K, 2)), np.zeros((0, K))),
    'nothing found': (np.zeros((1, K, 2)), np.zeros((1, K))),
    'one keypoint': (np.full((1, K, 2), 70.3), np.eye(K)[:1] * 0.7),
    'all in one place': (np.full((1, K, 2), 70.3), np.full((1, K), 0.3)),
    'far away': (np.eye(K)[None, :, :2] * 1e7, np.full((1, K), 0.3)),
    'tiny scores': (np.eye(K)[None, :, :2], np.full((1, K), 1e-38)),
    'below 0': (np.eye(K)[None, :, :2], np.full((1, K), -0.1)),
}


@pytest.mark.parametrize('case', DEGENERATE)
def test_degenerate_people_have_finite_scores(case):
    points, scores = DEGENERATE[case]
    scorer = PersonScorer.read(scorer_content(K, LINKS))
    means = np.maximum(scores, 0).mean(axis=1)
    found = scorer(
        points.astype(np.float32),
        scores.astype(np.float32),
        means.astype(np.float32),
    )
    assert found.shape == (len(points),)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= means + 1e-6).all()
    if case in ('one keypoint', 'all in one place', 'nothing found'):
        features = person_features(points, scores, means, LINKS)
        assert not features[:, : 2 * K + len(LINKS)].any()


def test_content_comes_back(tmp_path):
    content = scorer_content(K, LINKS, person_score='all')
    file = tmp_path / 'scorer.json'
    file.write_text(json.dumps(content))
    people = made_up(9)
    scorers = [
        PersonScorer.read(source) for source in (content, file, str(file))
    ]
    assert all(scorer.to_dict() == content for scorer in scorers)
    scores = [scorer(*people) for scorer in scorers]
    np.testing.assert_array_equal(scores[1], scores[0])


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        (dict(format='other'), 'not a .*person scorer'),
        (dict(sigmas=[0.1]), '`sigmas` must be of 4'),
        (dict(skeleton=[[0, 4]]), '`skeleton` names more than 4'),
        (dict(center=[0.0]), '`center` must have 15'),
        (dict(spread=[0.0] * 15), '`spread` must be above 0'),
        (dict(decoder=dict(x=1)), r"unknown keys \['x'\]"),
        (dict(layers=[]), 'must have one output'),
        (dict(layers=[dict(weight=[[1.0]], bias=[0.0])]), 'do not follow'),
        (dict(center=[float('nan')] * 15), 'not finite'),
        (dict(center='abc'), 'scorer'),
        (dict(more=1), 'more'),
    ],
    ids=str,
)
def test_broken_content_is_refused(change, words, tmp_path):
    file = tmp_path / 'scorer.json'
    file.write_text(json.dumps({**scorer_content(K, LINKS), **change}))
    with pytest.raises(ValueError, match=words) as error:
        PersonScorer.read(file)
    assert str(file) in str(error.value)


def test_a_file_without_json_is_refused(tmp_path):
    file = tmp_path / 'scorer.json'
    file.write_bytes(b'\x80\x04\x95')
    with pytest.raises(ValueError, match='no JSON file'):
        PersonScorer.read(file)
    with pytest.raises(FileNotFoundError):
        PersonScorer.read(tmp_path / 'nowhere.json')


def test_other_keypoints_are_refused():
    content = scorer_content(K)
    scorer = PersonScorer.read(content)
    names = dict(enumerate(content['keypoint_names']))
    meta = dict(keypoint_id2name=names, sigmas=np.full(K, 0.05))
    scorer.check_keypoints(meta)
    swapped = {**names, 0: names[1], 1: names[0]}
    for change, words in (
        (dict(keypoint_id2name=swapped), 'trained for the keypoints'),
        (dict(sigmas=np.full(K, 0.06)), 'trained with the sigmas'),
    ):
        with pytest.raises(ValueError, match=words):
            scorer.check_keypoints({**meta, **change})
    with pytest.raises(ValueError, match=r'trained for 4 keypoints.*17'):
        AggregatingBottomupDecoder(num_keypoints=17, scorer=content)
    with pytest.raises(ValueError, match=r'trained for 4 keypoints.*3'):
        AggregatingBottomupDecoder(scorer=content).decode(
            *(np.ones((3, 8, 8), np.float32) for _ in range(2))
        )


def test_another_decoder_is_refused():
    content = scorer_content(K, person_score='all', fill_missing=True)
    AggregatingBottomupDecoder(scorer=content)
    for options in (dict(person_score='found'), dict(fill_missing=False)):
        (key,) = options
        with pytest.raises(ValueError, match=rf'people of `{key}=.*but'):
            AggregatingBottomupDecoder(scorer=content, **options)


PEOPLE = (
    (10, 10, 0.0, (0.9, 0.8, 0.7, 0.6)),
    (50, 10, 5.0, (0.5, 0.6, 0.05, 0.4)),
    (90, 10, 9.0, (0.3, 0.9, 0.6, 0.8)),
)


def find(**options):
    decoder = AggregatingBottomupDecoder(num_keypoints=K, **options)
    (found,) = decoder.find_people(*draw_scene(PEOPLE, POINTS, SHAPE))
    return found


@pytest.mark.parametrize('fill', [True, False])
def test_the_decoder_scores_whole_people(fill):
    plain = find(fill_missing=fill)
    scored = find(fill_missing=fill, scorer=scorer_content(K, LINKS))
    for name in ('keypoints', 'keypoint_scores', 'found', 'tags'):
        np.testing.assert_array_equal(
            getattr(scored, name), getattr(plain, name)
        )
    scorer = PersonScorer.read(scorer_content(K, LINKS))
    expected = scorer(plain.keypoints, plain.keypoint_scores, plain.scores)
    np.testing.assert_array_equal(scored.scores, expected)
    assert (scored.keypoint_scores[1, 2] > 0) == fill
    assert not np.allclose(expected, plain.scores)


def test_its_score_decides_who_is_kept():
    content = scorer_content(K, LINKS, seed=7)
    scored = find(scorer=content)
    order = np.argsort(-scored.scores)
    assert order[0] != find().scores.argmax()
    best = find(scorer=content, max_instances=2)
    np.testing.assert_array_equal(best.scores, scored.scores[order[:2]])
    np.testing.assert_array_equal(best.keypoints, scored.keypoints[order[:2]])
    np.testing.assert_array_equal(best.tags, scored.tags[order[:2]])


def test_settings_hold_the_network():
    content = scorer_content(K, LINKS)
    decoder = AggregatingBottomupDecoder(num_keypoints=K, scorer=content)
    settings = json.loads(json.dumps(decoder.settings()))
    assert settings['scorer'] == content
    again = AggregatingBottomupDecoder(**settings)
    (found,) = again.find_people(*draw_scene(PEOPLE, POINTS, SHAPE))
    np.testing.assert_array_equal(found.scores, find(scorer=content).scores)
    assert AggregatingBottomupDecoder().settings()['scorer'] is None
