"""Large images in tiles, by a network that reads them without error."""

import numpy as np
import pytest
from seen_people import POSE, K, SeeingSession, draw

from higherhrnet_plugin.runtime import ExportedPredictor

TILES = dict(pixels=1, overlap=0.4, whole=False)


def predictor(tiles=TILES, **options):
    return ExportedPredictor(SeeingSession(**options), tiles=tiles)


def assert_people(people, truth, size):
    """Everybody once, with all keypoints that the image shows."""
    number = len(truth)
    assert len(people.scores) == number
    shown = ((truth >= 0) & (truth < size)).all(axis=2)
    gaps = np.abs(people.keypoints[:, None] - (truth + 0.5)).max(axis=3)
    gaps[:, ~shown] = 0
    nearest = gaps.max(axis=2).argmin(axis=1)
    assert sorted(nearest) == list(range(number))
    assert gaps[np.arange(number), nearest].max(initial=0) < 2.5
    np.testing.assert_array_equal(people.found, shown[nearest])


@pytest.mark.parametrize('axis', [0, 1])
@pytest.mark.parametrize('scale', [1, 5], ids=['small', 'larger than overlap'])
def test_a_person_at_every_place(axis, scale):
    """The larger one is 50 pixels high, where neighbours share 32."""
    size = np.array([64, 64])
    size[axis] = 130
    pose = POSE * scale
    run = predictor()
    last = size[axis] - pose[:, axis].max()
    for start in range(0, last, 1 if scale == 1 else 3):
        truth = pose[None] + 3
        truth[..., axis] += start - 3
        people = run(draw(size, truth))
        assert_people(people, truth, size)
    assert len(run.load(draw(size, truth)).tiles) == 4


def test_a_person_who_leaves_the_image():
    """What the image cuts is no border of a tile."""
    run = predictor()
    for x in range(-3, 130):
        truth = POSE[None] + (x, 20)
        assert_people(run(draw((130, 64), truth)), truth, (130, 64))


def test_a_crowd_on_a_large_image():
    ys, xs = np.mgrid[3:150:16, 2:190:12]
    truth = POSE + np.stack((xs, ys), axis=-1).reshape(-1, 1, 2)
    run = predictor(decoder={'num_keypoints': K, 'max_candidates': 99})
    people = run(draw((200, 170), truth))
    assert len(truth) == 160
    assert_people(people, truth, (200, 170))
    np.testing.assert_allclose(people.scores, people.scores[0], rtol=0.2)


@pytest.mark.parametrize('whole', [False, True])
def test_nobody(whole):
    run = predictor(dict(TILES, whole=whole))
    people = run(np.zeros((100, 150, 3), np.uint8))
    assert people.keypoints.shape == (0, K, 2)
    assert people.scores.shape == (0,)


def test_small_images_are_as_without_tiles():
    truth = POSE[None] + 20
    for size in [(64, 64), (40, 64), (30, 20), (1, 1)]:
        image = draw(size, truth)
        plain, tiled = predictor(None)(image), predictor()(image)
        assert predictor().load(image).tiles is None
        for one, other in zip(plain[:5], tiled[:5]):
            np.testing.assert_array_equal(one, other)
    for size in [(65, 64), (64, 65), (65, 3)]:
        loaded = predictor().load(draw(size, truth))
        assert len(loaded.tiles) == 2


def test_a_tile_keeps_its_scale_where_the_image_is_narrow():
    truth = POSE[None] + (60, 2)
    people = predictor()(draw((100, 13), truth))
    assert_people(people, truth, (100, 13))
    np.testing.assert_allclose(people.keypoints[0], truth[0] + 0.5, atol=2)


def test_as_many_tiles_run_together_as_images():
    truth = POSE[None] + 20
    image = draw((200, 200), truth)
    run = predictor()
    alone = run(image)
    assert set(run.session.batches) == {1}
    assert len(run.session.batches) == len(run.load(image).tiles) == 36
    small = draw((64, 64), truth)
    run.session.batches.clear()
    three = run([image, image, small], batch_size=3)
    assert sorted(run.session.batches) == [1] + [3] * 24
    for people in three[:2]:
        for one, other in zip(alone[:5], people[:5]):
            np.testing.assert_array_equal(one, other)


def test_people_are_selected_of_the_whole_image():
    xs = 5 + 22 * np.arange(8)
    truth = POSE + np.stack((xs, xs), axis=1)[:, None]
    decoder = {'num_keypoints': K, 'max_instances': 3}
    people = predictor(decoder=decoder)(draw((190, 190), truth))
    assert len(people.scores) == 3


class Blobs(SeeingSession):
    """A network that sees one large person, as four bright corners."""

    def run(self, images):
        marks = np.zeros_like(images)
        for image, mark in zip(images, marks):
            ys, xs = np.nonzero(image[0] > 100)
            for k, (dx, dy) in enumerate([(0, 0), (1, 0), (0, 1), (1, 1)]):
                if len(xs):
                    x, y = (xs.min(), xs.max())[dx], (ys.min(), ys.max())[dy]
                    mark[:2, y, x] = k + 1, 1
        return super().run(marks)


@pytest.mark.parametrize('whole', [False, True])
def test_a_person_larger_than_a_tile_needs_the_whole_image(whole):
    """Each tile shows a plain surface, of which it can make nothing good."""
    image = np.zeros((256, 256, 3), np.uint8)
    image[32:224, 32:224] = 200
    tiles = dict(TILES, whole=whole)
    people = ExportedPredictor(Blobs(), tiles=tiles)(image)
    corners = np.array([[32, 32], [224, 32], [32, 224], [224, 224]])
    right = [
        np.abs(person[:4] - corners).max() < 6 for person in people.keypoints
    ]
    assert any(right) == whole


def test_levels_cannot_be_kept():
    with pytest.raises(ValueError, match=r'`tiles`.*--draw-maps'):
        ExportedPredictor(SeeingSession(), keep_levels=True, tiles=1)


def test_errors_name_the_option():
    with pytest.raises(ValueError, match=r'`tiles\.overlap`.*0\.1'):
        predictor(dict(overlap=0.1))
