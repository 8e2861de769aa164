"""Options of the decoder beyond the official ones, and what it tells."""

import copy
import pickle

import numpy as np
import pytest
import torch
from scenes import draw_scene
from scorers import scorer_content

from higherhrnet_plugin import AggregatingBottomupDecoder

SHAPE = (40, 120)
POINTS = np.array([(0, 0), (8, 0), (4, 14)])
K = len(POINTS)


def find(people, **options):
    decoder = AggregatingBottomupDecoder(num_keypoints=K, **options)
    (found,) = decoder.find_people(*draw_scene(people, POINTS, SHAPE))
    return found


def corners(found):
    """Return the cells of the first keypoints, left to right."""
    return sorted(np.floor(found.keypoints[:, 0]).astype(int).tolist())


A = (10, 10, 0.0, (0.9, 0.8, 0.7))
B = (90, 10, 0.0, (0.6, 0.5, 0.4))


def test_people_with_equal_tags_are_several():
    assert len(find([A, B]).scores) == 1
    kept = find([A, B], keep_equal_tags=True)
    assert corners(kept) == [[10, 10], [90, 10]]
    # each with its own keypoints, where distance decides
    kept = find([A, B], keep_equal_tags=True, max_reach=0.3)
    for keypoints in kept.keypoints:
        moves = np.floor(keypoints) - np.floor(keypoints[0])
        np.testing.assert_array_equal(moves, POINTS)


def test_limbs_do_not_span_the_image():
    # one person shows only the first keypoint, the other all but that
    left = (10, 10, 0.0, (0.9, 0, 0))
    right = (90, 10, 0.2, (0, 0.8, 0.7))
    official = find([left, right])
    assert len(official.scores) == 1
    assert np.ptp(official.keypoints[0, :, 0]) > 80
    apart = find([left, right], max_reach=0.3)
    assert len(apart.scores) == 2
    for keypoints, scores in zip(apart.keypoints, apart.keypoint_scores):
        assert np.ptp(keypoints[scores > 0, 0]) < 0.3 * SHAPE[1]
    # nor do they by filling
    assert (apart.keypoint_scores > 0).tolist() == [
        [True, False, False],
        [False, True, True],
    ]
    assert len(find([left, right], max_reach=0.9).scores) == 1


def test_at_most_so_many_peaks():
    people = [
        (10 + 20 * i, 10, 3.0 * i, (0.9 - 0.1 * i,) * K) for i in range(5)
    ]
    assert len(find(people).scores) == 5
    capped = find(people, max_peaks=2 * K, fill_missing=False)
    assert corners(capped) == [[10, 10], [30, 10]]
    assert capped.found.sum() == 2 * K


@pytest.mark.parametrize(
    ('options', 'left'),
    [
        ({}, [10, 50, 90]),
        (dict(instance_thr=0.45), [50, 90]),
        (dict(max_instances=1), [90]),
        (dict(min_keypoints=3), [10, 90]),
    ],
    ids=str,
)
def test_choice_of_people(options, left):
    people = [
        (10, 10, 0.0, (0.4, 0.4, 0.4)),
        (50, 10, 3.0, (0.9, 0.9, 0)),
        (90, 10, 6.0, (0.8, 0.8, 0.8)),
    ]
    found = find(people, **options)
    assert sorted(np.floor(found.keypoints[:, 0, 0]).tolist()) == left
    if options:
        assert (np.diff(found.scores) <= 0).all()


def test_duplicates_are_suppressed():
    # two peaks of everything, a few cells apart, with tags far apart
    twice = [A, (16, 10, 9.0, (0.5, 0.5, 0.5))]
    assert len(find(twice).scores) == 2
    options = dict(nms_thr=0.3, sigmas=[0.4] * K)
    assert corners(find(twice, **options)) == [[10, 10]]
    assert len(find([A, (90, 10, 9.0, (0.5,) * K)], **options).scores) == 2


def test_found_and_filled_are_told_apart():
    weak = (10, 10, 0.0, (0.9, 0.8, 0.05))
    found = find([weak])
    np.testing.assert_array_equal(found.found, [[True, True, False]])
    assert found.keypoint_scores[0, 2] == pytest.approx(0.05)
    assert found.scores == pytest.approx((0.9 + 0.8) / 3)
    np.testing.assert_allclose(found.tags, [[0.0]])
    packed = found.to_instances()
    np.testing.assert_allclose(packed.keypoints_visible, [[0.9, 0.8, 0]])
    np.testing.assert_allclose(packed.bbox_scores, found.scores)
    low = found.keypoints[0].min(axis=0)
    high = found.keypoints[0].max(axis=0)
    np.testing.assert_allclose(packed.bboxes, [[*low, *high]])

    honest = find([weak], fill_missing=False).to_instances()
    assert honest.keypoint_scores[0, 2] == 0
    assert (honest.bboxes[0, 3] - honest.bboxes[0, 1]) < 2


def test_tags_are_the_mean_of_what_was_found():
    heatmaps, tags = draw_scene([A], POINTS, SHAPE)
    tags[0, 1][heatmaps[0, 1] > 0.1] = 0.6
    decoder = AggregatingBottomupDecoder(num_keypoints=K)
    (found,) = decoder.find_people(heatmaps, torch.cat((tags, tags + 2), 1))
    np.testing.assert_allclose(found.tags, [[0.2, 2.2]], rtol=1e-5)


@pytest.mark.parametrize('options', [{}, dict(nms_thr=0.5, sigmas=[0.1] * K)])
def test_nobody(options):
    packed = find([], **options).to_instances()
    assert packed.keypoints.shape == (0, K, 2)
    assert packed.bboxes.shape == (0, 4)
    assert packed.tags.shape == (0, 1)


@pytest.mark.parametrize('value', [0, float('nan')])
@pytest.mark.parametrize(
    'key', ['max_peaks', 'max_reach', 'max_candidates', 'tag_thr']
)
def test_limits_are_positive(key, value):
    with pytest.raises(ValueError, match=rf'`{key}` .*positive.* {value}'):
        AggregatingBottomupDecoder(**{key: value})


@pytest.mark.parametrize(
    ('key', 'value'),
    [
        ('score_thr', -0.1),
        ('score_thr', float('nan')),
        ('instance_thr', float('nan')),
        ('min_keypoints', float('nan')),
        ('max_instances', float('nan')),
        ('nms_thr', float('nan')),
        ('nms_kernel', float('nan')),
        ('blur_kernel', 4.5),
        ('heatmap_levels', []),
    ],
)
@pytest.mark.parametrize('k', [None, 17])
def test_what_no_decoder_can_have(key, value, k):
    with pytest.raises(ValueError, match=rf'`{key}`'):
        AggregatingBottomupDecoder(num_keypoints=k, **{key: value})
    decoder = AggregatingBottomupDecoder(num_keypoints=k)
    before = decoder.settings()
    with pytest.raises(ValueError, match=rf'`{key}`'):
        setattr(decoder, key, value)
    assert decoder.settings() == before


def test_options_are_read_and_set_on_the_decoder():
    decoder = AggregatingBottomupDecoder(score_thr=0.3, max_peaks=7)
    assert (decoder.score_thr, decoder.max_peaks) == (0.3, 7)
    decoder.score_thr, decoder.use_udp = 0.05, True
    assert decoder.options.score_thr == decoder.score_thr == 0.05
    assert decoder.options.use_udp
    for twin in (copy.deepcopy(decoder), pickle.loads(pickle.dumps(decoder))):
        assert twin.options == decoder.options
    with pytest.raises(AttributeError, match='no option'):
        _ = decoder.score_threshold


def test_options_of_the_selection_are_set_too():
    people = [(10, 10, 0.0, (0.4,) * K), (90, 10, 6.0, (0.8,) * K)]
    maps = draw_scene(people, POINTS, SHAPE)
    decoder = AggregatingBottomupDecoder(num_keypoints=K, min_keypoints=1)
    assert (decoder.min_keypoints, decoder.max_instances) == (1, None)
    options = dict(sigmas=[0.1] * K, nms_thr=0.5, max_instances=1)
    for key, value in options.items():
        setattr(decoder, key, value)
        assert getattr(decoder, key) == value
    expected = AggregatingBottomupDecoder(
        num_keypoints=K, min_keypoints=1, **options
    )
    assert decoder.settings() == expected.settings()
    (found,) = decoder.find_people(*maps)
    assert corners(found) == [[90, 10]]
    decoder.max_instances, decoder.instance_thr = None, 0.5
    assert len(decoder.find_people(*maps)[0].scores) == 1
    decoder.instance_thr = 0
    assert len(decoder.find_people(*maps)[0].scores) == 2


def test_a_copy_has_options_of_its_own():
    decoder = AggregatingBottomupDecoder(score_thr=0.3)
    twin = copy.copy(decoder)
    twin.score_thr, twin.max_instances = 0.2, 3
    assert (decoder.score_thr, decoder.max_instances) == (0.3, None)


def test_a_scorer_is_read_and_checked_when_set():
    content = scorer_content(K, person_score='found')
    decoder = AggregatingBottomupDecoder(num_keypoints=K)
    with pytest.raises(ValueError, match=r"`person_score='found'`.*'all'"):
        decoder.scorer = content
    assert decoder.scorer is None
    decoder.person_score = 'found'
    decoder.scorer = content
    expected = AggregatingBottomupDecoder(
        num_keypoints=K, person_score='found', scorer=content
    )
    assert decoder.settings() == expected.settings()
    with pytest.raises(ValueError, match=r"`person_score='found'`.*'all'"):
        decoder.person_score = 'all'


@pytest.mark.parametrize('fill', [True, False])
def test_scores_of_people_who_lack_keypoints(fill):
    partial = (10, 10, 0.0, (0.9, 0.6, 0))
    whole = (60, 10, 20.0, (0.9, 0.6, 0.6))
    scores = {
        rule: find(
            [partial, whole], fill_missing=fill, person_score=rule
        ).scores
        for rule in ('all', 'found')
    }
    np.testing.assert_allclose(scores['all'], [0.5, 0.7], rtol=1e-6)
    np.testing.assert_allclose(scores['found'], [0.75, 0.7], rtol=1e-6)
    default = find([partial, whole], fill_missing=fill).scores
    np.testing.assert_array_equal(default, scores['all'])
    # thresholds and the order of selection are of the same score
    options = dict(fill_missing=fill, instance_thr=0.6)
    assert len(find([partial, whole], **options).scores) == 1
    kept = find([partial, whole], person_score='found', **options).scores
    np.testing.assert_allclose(kept, [0.75, 0.7], rtol=1e-6)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match=r"`person_score`.*got 'best'"):
        AggregatingBottomupDecoder(person_score='best')
