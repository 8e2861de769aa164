"""People of tiles that are cut from known people, merged again."""

import numpy as np
import pytest

from higherhrnet_plugin.structures.people import People
from higherhrnet_plugin.structures.tile_merging import fits_a_tile, merge_tiles
from higherhrnet_plugin.structures.tiles import place_tiles

K = 17
SIGMAS = np.full(K, 0.07)
SIZE = (300, 200)
BOXES = place_tiles(SIZE, (100, 100), 0.4)


def draw_people(rng, number, extent):
    """Draw people who do not lie upon each other, float (N, K, 2)."""
    people = []
    while len(people) < number:
        pose = rng.uniform(0, extent, (K, 2))
        pose += rng.uniform(0, np.subtract(SIZE, extent))
        if all(np.abs(pose - p).max() > extent / 2 for p in people):
            people.append(pose)
    return np.array(people).reshape(-1, K, 2)


def look(rng, truth, box, noise=0.3):
    """Find, without error, what a box shows of people; guess the rest."""
    x1, y1, x2, y2 = box
    seen = (truth >= (x1, y1)).all(2) & (truth < (x2, y2)).all(2)
    order = rng.permutation(np.flatnonzero(seen.any(1)))
    seen, points = seen[order], truth[order] + rng.normal(0, noise, (K, 2))
    guesses = rng.uniform((x1, y1), (x2, y2), points.shape)
    points = np.where(seen[..., None], points, guesses).astype(np.float32)
    scores = np.where(seen, rng.uniform(0.5, 1, seen.shape), 0.1)
    return People(
        points,
        scores.astype(np.float32),
        (scores * seen).mean(1).astype(np.float32),
        seen,
        order[:, None].astype(np.float32),
    )


def assert_each_once(people, truth, tolerance=2.0):
    """Each person once, with all keypoints."""
    gaps = np.abs(people.keypoints[:, None] - truth).max(axis=(2, 3))
    numbers = gaps.argmin(axis=1)
    assert sorted(numbers) == list(range(len(truth)))
    assert people.found.all()
    gaps = np.abs(people.keypoints - truth[numbers])
    assert gaps.max(initial=0) < tolerance
    assert (people.keypoint_scores >= 0.5).all()


@pytest.mark.parametrize('extent', [10, 25, 60, 100])
@pytest.mark.parametrize('seed', range(10))
def test_each_person_once_with_all_keypoints(seed, extent):
    """Of 60 and 100 pixels they fit no overlap, and are put together."""
    rng = np.random.default_rng(seed)
    truth = draw_people(
        rng, [12, 12, 5, 2][[10, 25, 60, 100].index(extent)], extent
    )
    found = [look(rng, truth, box) for box in BOXES]
    assert sum(len(p.scores) for p in found) > len(truth)
    assert_each_once(merge_tiles(found, BOXES, SIZE, SIGMAS), truth)


def test_a_crowd():
    """More people than most images have, at arm's length."""
    rng = np.random.default_rng(0)
    pose = rng.uniform(0, 14, (K, 2))
    ys, xs = np.mgrid[2:186:9, 2:286:9]
    truth = pose + np.stack((xs, ys), axis=-1).reshape(-1, 1, 2)
    found = [look(rng, truth, box, 0.1) for box in BOXES]
    assert len(truth) > 600
    assert_each_once(merge_tiles(found, BOXES, SIZE, SIGMAS), truth)


def test_nobody():
    empty = look(np.random.default_rng(0), np.zeros((0, K, 2)), BOXES[0])
    people = merge_tiles([empty] * len(BOXES), BOXES, SIZE, SIGMAS)
    assert people.keypoints.shape == (0, K, 2)
    assert people.found.shape == people.keypoint_scores.shape == (0, K)
    assert people.scores.shape == (0,)
    assert people.tags.shape == (0, 0)


def make_person(points, found, score=0.5):
    points = np.asarray(points, np.float32)[None]
    found = np.asarray(found, bool)[None]
    scores = np.where(found, score, 0.01).astype(np.float32)
    mean = np.array([score], np.float32)
    return People(points, scores, mean, found, np.zeros((1, 1), np.float32))


def test_the_version_is_kept_whose_tile_shows_more():
    """Also where the other has the better score."""
    boxes = place_tiles((160, 100), (100, 100), 0.4)
    pose = np.linspace((70, 10), (90, 60), K)
    inside = pose[:, 0] < 80
    cut = make_person(pose, inside, 0.9)
    whole = make_person(pose, np.ones(K), 0.4)
    people = merge_tiles([cut, whole], boxes, (160, 100), SIGMAS)
    assert people.scores.tolist() == [pytest.approx(0.4)]
    assert (people.keypoint_scores == np.float32(0.4)).all()
    # of versions that show the same, the better one
    other = make_person(pose, np.ones(K), 0.6)
    image = np.vstack((boxes, (0, 0, 160, 100)))
    found = [cut, whole, other]
    people = merge_tiles(found, image, (160, 100), SIGMAS)
    assert people.scores.tolist() == [pytest.approx(0.6)]


def test_only_what_a_tile_cannot_show_comes_from_another():
    """What the kept tile looks at and does not find is not there."""
    boxes = place_tiles((160, 100), (100, 100), 0.4)
    assert boxes[:, 0].tolist() == [0, 60]
    pose = np.linspace((20, 10), (110, 60), K)
    left = (pose[:, 0] < 100) & (np.arange(K) != 3)
    right = pose[:, 0] >= 60
    right[3] = True
    found = [make_person(pose, left, 0.5), make_person(pose + 0.5, right, 0.8)]
    people = merge_tiles(found, boxes, (160, 100), SIGMAS)
    assert people.scores.tolist() == [pytest.approx(0.5)]
    expected = np.ones(K, bool)
    expected[3] = False
    assert people.found[0].tolist() == expected.tolist()
    # beside the cut at 100, too
    taken = pose[:, 0] + 0.5 > 100 - 100 / 16
    assert taken.any()
    np.testing.assert_allclose(
        people.keypoints[0], pose + 0.5 * taken[:, None], atol=1e-5
    )
    assert people.keypoint_scores[0][taken].tolist() == pytest.approx(
        [0.8] * taken.sum()
    )


def test_people_of_one_tile_stay_apart():
    """What the network tells apart where it sees both is not merged."""
    pose = np.linspace((62, 10), (90, 60), K)
    one, other = make_person(pose, np.ones(K)), make_person(pose, np.ones(K))
    two = People(*(np.concatenate(pair) for pair in zip(one[:5], other[:5])))
    boxes = place_tiles((160, 100), (100, 100), 0.4)
    people = merge_tiles([two, one], boxes, (160, 100), SIGMAS)
    assert len(people.scores) == 2
    # parts of one person are
    half = np.arange(K) < 8
    parts = make_person(pose, half), make_person(pose, ~half)
    two = People(
        *(np.concatenate(pair) for pair in zip(*(p[:5] for p in parts)))
    )
    people = merge_tiles([two, one], boxes, (160, 100), SIGMAS)
    assert len(people.scores) == 1


def test_a_chain_of_parts():
    """A person in five tiles, whose ends have nothing in common."""
    rng = np.random.default_rng(0)
    truth = np.linspace((5, 50), (295, 60), 60)[None]
    boxes = place_tiles((300, 100), (100, 100), 0.4)
    assert len(boxes) == 5
    found = []
    for x1, _, x2, _ in boxes:
        seen = (truth[..., 0] >= x1) & (truth[..., 0] < x2)
        noisy = truth + rng.normal(0, 0.2, truth.shape)
        found.append(
            People(
                noisy.astype(np.float32),
                seen.astype(np.float32),
                seen.mean(1),
                seen,
                np.zeros((1, 1)),
            )
        )
    people = merge_tiles(found, boxes, (300, 100), np.full(60, 0.07))
    assert len(people.scores) == 1
    assert people.found.all()
    assert np.abs(people.keypoints - truth).max() < 1


def test_a_part_beside_a_cut_needs_a_neighbour_that_agrees():
    boxes = place_tiles((160, 100), (100, 100), 0.4)
    pose = np.linspace((95, 10), (99, 60), K)
    nobody = make_person(pose, np.ones(K))
    nobody = People(*(values[:0] for values in nobody[:5]))
    part = make_person(pose, np.ones(K))
    people = merge_tiles([part, nobody], boxes, (160, 100), SIGMAS)
    assert len(people.scores) == 0
    # at the same place, this tile looks further than the image goes
    people = merge_tiles([part], boxes[:1], (100, 100), SIGMAS)
    assert len(people.scores) == 1


def test_who_fits_a_tile():
    """Of 80 to 40 pixels, 70 to 35 are away from the cuts."""
    sizes = [(70, 35), (71, 35), (70, 36), (0, 0), (200, 200)]
    people = [
        make_person(np.linspace((9, 9), s, K), np.ones(K)) for s in sizes
    ]
    points = np.concatenate([p.keypoints for p in people])
    found = np.concatenate([p.found for p in people])
    points[:, 0] = 0
    # what was filled in does not count
    found[3, 1:] = False
    points[3, 1:] = 500
    joined = people[0]._replace(keypoints=points, found=found)
    fit = fits_a_tile(joined, (80, 40))
    assert fit.tolist() == [True, False, False, True, False]
