"""People are put where they must have been, and nowhere else."""

import json

import numpy as np
import pytest
from inference_data import random_people

from higherhrnet_plugin.structures.people import People
from higherhrnet_plugin.tracking import fill_gaps

K = 3


def frames_of(rows, times=None):
    """Make frames of {identity: x of all keypoints}, and their names."""
    frames = []
    for index, row in enumerate(rows):
        people = random_people(
            len(row), K, identities=np.array([*row], dtype=np.int64)
        )
        for place, x in enumerate(row.values()):
            people.keypoints[place] = [x, 2 * x]
        time = index / 10 if times is None else times[index]
        frames.append((f'frame {index}', time, people))
    return frames


def where(frames):
    """Return {identity: x} of frames, those put in as text."""
    found = []
    for _, _, people in frames:
        marks = people.interpolated
        marks = np.zeros(len(people.scores)) if marks is None else marks
        found.append(
            {
                int(i): f'{x:g}' if mark else float(x)
                for i, x, mark in zip(
                    people.identities, people.keypoints[:, 0, 0], marks
                )
            }
        )
    return found


@pytest.mark.parametrize(
    ('limit', 'filled'),
    [(0, []), (1, [1]), (2, [1]), (3, [1, 4, 5, 6]), (9, [1, 4, 5, 6])],
)
def test_gaps_up_to_the_limit_are_filled(limit, filled):
    rows = [{7: 0.0}, {}, {7: 4.0}, {7: 6.0}, {}, {}, {}, {7: 14.0}, {}, {}]
    whole = where(fill_gaps(frames_of(rows), limit))
    for index in filled:
        rows[index] = {7: f'{2 * index}'}
    assert whole == rows


def test_several_people_and_uneven_times():
    rows = [{1: 0.0, 2: 10.0}, {2: 20.0}, {3: 5.0}, {1: 10.0, 2: 40.0}]
    times = [0.0, 0.1, 0.3, 0.5]
    assert where(fill_gaps(frames_of(rows, times), 2)) == [
        {1: 0.0, 2: 10.0},
        {2: 20.0, 1: '2'},
        {3: 5.0, 1: '6', 2: '30'},
        {1: 10.0, 2: 40.0},
    ]
    # a damaged file: all at one time
    rows = [{1: 0.0}, {}, {1: 10.0}]
    assert where(fill_gaps(frames_of(rows, [1.0, 1.0, 1.0]), 1))[1] == {1: '5'}


def test_frames_come_out_in_order_after_the_limit():
    rows = [{1: float(i)} for i in range(6)]
    taken = []

    def watched():
        for frame in frames_of(rows):
            taken.append(frame[0])
            yield frame

    filled = fill_gaps(watched(), 2)
    assert next(filled)[0] == 'frame 0'
    assert taken == ['frame 0', 'frame 1', 'frame 2']
    assert [f[0] for f in filled] == [f'frame {i}' for i in range(1, 6)]
    assert list(fill_gaps([], 2)) == []


def test_what_a_person_who_is_put_in_has():
    frames = frames_of([{1: 0.0}, {}, {1: 10.0}])
    first, last = frames[0][2], frames[2][2]
    first.keypoint_scores[0] = [0.9, 0.5, 0.0]
    last.keypoint_scores[0] = [0.4, 0.0, 0.7]
    first.scores[0], last.scores[0] = 0.6, 0.3
    _, (_, _, people), _ = fill_gaps(frames, 1)
    assert people.keypoint_scores.tolist() == [[np.float32(0.4), 0, 0]]
    assert people.keypoints.tolist() == [[[5, 10], [0, 0], [0, 0]]]
    assert people.scores.tolist() == [np.float32(0.3)]
    assert not people.found.any()
    np.testing.assert_allclose(people.tags, (first.tags + last.tags) / 2)
    (record,) = json.loads(json.dumps(people.to_records()))
    assert (record['track_id'], record['interpolated']) == (1, True)
    assert 'interpolated' not in first.to_records()[0]
    # as those found are
    for field, other in zip(people[:5], first[:5]):
        assert field.dtype == other.dtype
        assert field.shape == other.shape


def test_people_beside_one_who_is_put_in_stay_to_the_bit():
    frames = frames_of([{1: 0.0}, {2: 3.0}, {1: 10.0}])
    _, (_, _, people), _ = fill_gaps(frames, 1)
    for mine, plain in zip(people[:6], frames[1][2][:6]):
        np.testing.assert_array_equal(mine[:1], plain)
    assert people.interpolated.tolist() == [False, True]
    records = people.to_records()
    assert records[:1] == frames[1][2].to_records()


def test_what_cannot_be_filled_is_refused():
    with pytest.raises(ValueError, match=r'`limit` must be 0 or more.*-1'):
        next(fill_gaps([], -1))
    untracked = random_people(1, K)
    assert isinstance(untracked, People)
    with pytest.raises(ValueError, match='track them'):
        next(fill_gaps([('a', 0.0, untracked)], 1))


def test_people_without_a_number_leave_no_gap():
    frames = frames_of([{0: 0.0, 1: 0.0}, {}, {0: 10.0, 1: 10.0}])
    _, (_, _, people), _ = fill_gaps(frames, 1)
    assert people.identities.tolist() == [1]
