"""Keypoints are moved to the parabola of their window, computed plainly."""

import numpy as np
import pytest
from inference_data import random_people
from scipy.signal import savgol_filter

from higherhrnet_plugin.tracking import smooth

K = 2
WAY = [3.0, 2.0, 40.0]


def frames_of(points, scores=None, times=None, identities=(1,)):
    """Make frames of points (T, N, K, 2)."""
    frames = []
    for index, rows in enumerate(points):
        people = random_people(
            len(rows), K, identities=np.array(identities[: len(rows)])
        )
        people.keypoints[:] = rows
        people.keypoint_scores[:] = 0.5 if scores is None else scores[index]
        time = index / 25 if times is None else times[index]
        frames.append((index, time, people))
    return frames


def tremble(rng, length, people=1):
    return rng.normal(0, 3, (length, people, K, 2)) + 200


@pytest.mark.parametrize('window', [5, 9])
def test_inside_it_is_the_filter_of_savitzky_and_golay(window):
    points = tremble(np.random.default_rng(0), 20)
    smoothed = list(smooth(frames_of(points), window))
    assert [index for index, _, _ in smoothed] == list(range(20))
    found = np.stack([people.keypoints for _, _, people in smoothed])
    expected = savgol_filter(points, window, 2, axis=0)
    half = window // 2
    inside = slice(half, -half)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)
    assert np.abs(found[inside] - points[inside]).max() > 1


@pytest.mark.parametrize('length', [1, 2, 3, 4, 6, 30])
@pytest.mark.parametrize('window', [5, 11])
def test_uneven_times_and_missing_keypoints(length, window):
    """A plain loop with polyfit, also at both ends."""
    rng = np.random.default_rng(length)
    points = tremble(rng, length)
    scores = rng.uniform(0.1, 1, (length, 1, K)) * (
        rng.random((length, 1, K)) > 0.3
    )
    times = 100 + np.cumsum(rng.uniform(0.01, 0.08, length))
    frames = frames_of(points, scores, times)
    plain = [people.keypoints.copy() for _, _, people in frames]
    half = window // 2
    for index, _, people in smooth(frames, window):
        assert people.keypoint_scores.tolist() == (
            np.float32(scores[index]).tolist()
        )
        for k in range(K):
            around = [
                i
                for i in range(max(0, index - half), index + half + 1)
                if i < length and scores[i, 0, k] > 0
            ]
            expected = plain[index][0, k]
            if scores[index, 0, k] > 0 and len(around) > 3:
                offsets = times[around] - times[index]
                expected = [
                    np.polyfit(offsets, points[around, 0, k, axis], 2)[-1]
                    for axis in range(2)
                ]
            np.testing.assert_allclose(
                people.keypoints[0, k], expected, atol=1e-3
            )


def test_a_parabola_does_not_lag():
    time = np.arange(15) / 25
    way = np.polyval(WAY, time)[:, None, None, None]
    points = np.broadcast_to(way, (15, 1, K, 2))
    for index, _, people in smooth(frames_of(points), 7):
        np.testing.assert_allclose(people.keypoints, points[index], rtol=1e-6)


def test_each_person_by_its_own_number():
    rng = np.random.default_rng(1)
    points = tremble(rng, 12, people=2)
    points[:, 1] += 500
    apart = [
        [p.keypoints[0] for _, _, p in smooth(frames_of(points[:, [n]]), 5)]
        for n in range(2)
    ]
    frames = frames_of(points, identities=(1, 2))
    for index in range(0, 12, 3):
        name, time, people = frames[index]
        # in another order, and somebody who is there only once
        turned = people._replace(
            identities=np.array([2, 1]), keypoints=people.keypoints[::-1]
        )
        frames[index] = name, time, turned
    for index, _, people in smooth(frames, 5):
        for place, identity in enumerate(people.identities):
            np.testing.assert_allclose(
                people.keypoints[place],
                apart[identity - 1][index],
                atol=1e-4,
            )


def test_frames_without_people_and_times_that_do_not_go_on():
    points = tremble(np.random.default_rng(2), 8)
    frames = frames_of(points, times=np.full(8, 2.0))
    frames[3] = 3, 2.0, random_people(0, K, identities=np.zeros(0, int))
    smoothed = list(smooth(frames, 5))
    assert smoothed[3][2].keypoints.shape == (0, K, 2)
    assert all(np.isfinite(p.keypoints).all() for _, _, p in smoothed)
    assert list(smooth([], 5)) == []


def test_frames_come_out_half_a_window_later():
    taken = []

    def watched():
        for frame in frames_of(tremble(np.random.default_rng(3), 9)):
            taken.append(frame[0])
            yield frame

    smoothed = smooth(watched(), 7)
    assert next(smoothed)[0] == 0
    assert taken == [0, 1, 2, 3]


def test_what_cannot_be_smoothed_is_refused():
    for window in (3, 6):
        with pytest.raises(ValueError, match=rf'odd.*from 5.*got {window}'):
            next(smooth([], window))
    untracked = [(i, i / 25, random_people(1, K)) for i in range(5)]
    with pytest.raises(ValueError, match='track them'):
        next(smooth(untracked, 5))


def test_people_without_a_number_are_left_as_they_are():
    points = tremble(np.random.default_rng(4), 9)
    for index, _, people in smooth(frames_of(points, identities=(0,)), 5):
        np.testing.assert_array_equal(
            people.keypoints, points[index].astype(np.float32)
        )
