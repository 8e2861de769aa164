"""One description of people, in all the forms that others read."""

import json

import numpy as np
import pytest
from inference_data import random_people
from mmengine.structures import InstanceData

from higherhrnet_plugin.structures.people import People


def test_records_hold_every_bit():
    people = random_people(4, 3, identities=np.array([4, 2, 9, 1]))
    people.keypoint_scores[1, 2] = 0
    people.keypoints[3, 0] = np.nan
    records = json.loads(json.dumps(people.to_records()))
    for n, record in enumerate(records):
        rows = np.reshape(record['keypoints'], (3, 3)).astype(np.float32)
        for row, point, score in zip(
            rows, people.keypoints[n], people.keypoint_scores[n]
        ):
            there = score > 0 and np.isfinite(point).all()
            np.testing.assert_array_equal(
                row, [*point, score] if there else [0, 0, 0]
            )
        assert np.float32(record['score']) == people.scores[n]
        seen = rows[rows[:, 2] > 0]
        x, y, w, h = record['bbox']
        np.testing.assert_allclose(
            [x, y, x + w, y + h],
            [*seen[:, :2].min(axis=0), *seen[:, :2].max(axis=0)],
            atol=1e-3,
        )
    assert [r['track_id'] for r in records] == [4, 2, 9, 1]
    assert 'track_id' not in random_people(1, 3).to_records()[0]
    assert random_people(0, 3).to_records() == []


def test_a_person_without_keypoints():
    people = random_people(1, 3)
    people.keypoint_scores[:] = 0
    (record,) = people.to_records()
    assert record['bbox'] == [0, 0, 0, 0]
    assert record['keypoints'] == [0] * 9


@pytest.mark.parametrize('n', [0, 1, 3])
def test_records_are_read_as_they_were_written(n):
    people = random_people(n, 3)
    people.keypoint_scores[:1, 1] = 0
    people.keypoints[:1, 1] = 0
    written = json.loads(json.dumps(people.to_records()))
    read = People.from_records(written, 3)
    for name in ('keypoints', 'keypoint_scores', 'scores'):
        mine, theirs = getattr(people, name), getattr(read, name)
        assert theirs.shape == mine.shape
        np.testing.assert_array_equal(theirs.astype(np.float32), mine)
    np.testing.assert_array_equal(read.found, people.keypoint_scores > 0)
    assert read.tags.shape == (n, 0)
    assert read.identities is None


def test_identities_come_back():
    people = random_people(2, 3, identities=np.array([7, 4]))
    read = People.from_records(people.to_records(), 3)
    assert read.identities.tolist() == [7, 4]


def test_records_of_other_keypoints_are_refused():
    with pytest.raises(ValueError, match='has 3 keypoints, expected 4'):
        People.from_records(random_people(1, 3).to_records(), 4)


@pytest.mark.parametrize('n', [0, 1, 3])
def test_instances_and_back(n):
    people = random_people(n, 3)
    people.found[:1, 2] = False
    packed = people.to_instances()
    assert isinstance(packed, InstanceData)
    assert len(packed) == n
    for person, box in zip(people.keypoints, packed.bboxes):
        (x, y), (right, bottom) = person.min(axis=0), person.max(axis=0)
        assert box.tolist() == [x, y, right, bottom]
    back = People.from_instances(packed)
    for name in ('keypoints', 'keypoint_scores', 'scores', 'found', 'tags'):
        mine, theirs = getattr(people, name), getattr(back, name)
        assert (theirs.dtype, theirs.shape) == (mine.dtype, mine.shape)
        np.testing.assert_array_equal(theirs, mine)


def test_some_of_them_are_taken():
    people = random_people(3, 2, identities=np.array([5, 6, 7]))
    some = people.take([2, 0])
    assert some.identities.tolist() == [7, 5]
    for mine, all_of_them in zip(some[:5], people[:5]):
        np.testing.assert_array_equal(mine, all_of_them[[2, 0]])
    assert some.interpolated is None
    assert people.take([]).keypoints.shape == (0, 2, 2)


def test_people_without_a_number_say_so():
    people = random_people(2, 3, identities=np.array([0, 4]))
    records = people.to_records()
    assert [record.get('track_id') for record in records] == [None, 4]
    assert People.from_records(records, 3).identities.tolist() == [0, 4]
