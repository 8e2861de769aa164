"""Runs over images, videos and webcams; stopped, they go on."""

import json

import av
import cv2
import numpy as np
import pytest
from inference_data import picture, read_results
from pycocotools.coco import COCO
from video_files import decode_video

from higherhrnet_plugin.inference import videos
from higherhrnet_plugin.inference.predictor import Predictor


def names(folder):
    return sorted(
        p.relative_to(folder).as_posix()
        for p in folder.rglob('*')
        if p.is_file()
    )


def test_a_folder_with_everything(call, data, tmp_path, capsys):
    assert call() == 0
    out = tmp_path / 'out'
    assert names(out) == [
        'images.json',
        'pictures/a/1.png',
        'pictures/a/2.jpg',
        'pictures/a/größe 3.png',
        'pictures/b/1.png',
        'pictures/b/4.png',
        'predictions.json',
        'predictions.jsonl',
        'videos/walk.avi.mp4',
    ]
    printed = capsys.readouterr()
    assert '5 images, 1 videos (8 frames), ' in printed.out
    assert 'images/s' in printed.out
    assert '6 inputs on cpu, float32' in printed.out
    for name in ('a/1.png', 'a/2.jpg', 'b/1.png'):
        drawn = cv2.imread(str(out / 'pictures' / name))
        plain = cv2.imread(str(data / name))
        assert drawn.shape == plain.shape
        assert (drawn != plain).any()
    images, times = decode_video(out / 'videos' / 'walk.avi.mp4')
    assert images.shape == (8, 80, 96, 3)
    np.testing.assert_allclose(times, np.arange(8) / 12.5, atol=1e-5)
    coco = COCO(str(out / 'images.json'))
    files = [image['file_name'] for image in coco.loadImgs(range(1, 14))]
    assert files[:5] == [
        'a/1.png',
        'a/2.jpg',
        'a/größe 3.png',
        'b/1.png',
        'b/4.png',
    ]
    assert files[5:] == [f'walk.avi/{i:06d}' for i in range(8)]
    seconds = [image.get('time') for image in coco.loadImgs(range(1, 14))]
    assert seconds[:5] == [None] * 5
    assert seconds[5:] == [0, 0.08, 0.16, 0.24, 0.32, 0.4, 0.48, 0.56]
    rows = json.loads((out / 'predictions.json').read_text())
    assert {row['image_id'] for row in rows} == set(range(1, 14))
    for row in rows:
        assert row.get('time') == seconds[row['image_id'] - 1]
    assert f'{len(rows)} people' in printed.out
    assert len(coco.loadRes(rows).getAnnIds()) == len(rows)
    (category,) = coco.loadCats(coco.getCatIds())
    assert len(category['keypoints']) == len(rows[0]['keypoints']) / 3 == 17


def test_batches_and_threads_change_nothing(call, tmp_path):
    assert call() == 0
    expected = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    for i, args in enumerate(
        [
            ('--batch-size', 4),
            ('--batch-size', 3, '--workers', 0),
            ('--workers', 2, '--no-draw'),
        ]
    ):
        assert call(*args, out=f'other{i}') == 0
        other = tmp_path / f'other{i}'
        rows = json.loads((other / 'predictions.json').read_text())
        assert len(rows) == len(expected) > 0
        for row, wanted in zip(rows, expected):
            assert row['image_id'] == wanted['image_id']
            np.testing.assert_allclose(
                row['keypoints'], wanted['keypoints'], atol=1e-3, rtol=0
            )
    assert not (tmp_path / 'other2' / 'pictures').exists()
    assert not (tmp_path / 'other2' / 'videos').exists()


@pytest.mark.parametrize('size', [1, 2])
@pytest.mark.parametrize('stop', range(1, 6))
def test_a_stopped_run_goes_on(call, tmp_path, monkeypatch, stop, size):
    """The result is that of a run that was not stopped, to the last bit."""
    args = ('--batch-size', size, '--track')
    assert call(*args, out='whole') == 0
    predict, calls = Predictor.predict, []

    def stopping(self, batch):
        calls.append(len(batch))
        if len(calls) == stop:
            raise KeyboardInterrupt if stop % 2 else RuntimeError('power')
        return predict(self, batch)

    with monkeypatch.context() as patch:
        patch.setattr(Predictor, 'predict', stopping)
        if stop % 2:
            assert call(*args) == 130
        else:
            with pytest.raises(RuntimeError, match='power'):
                call(*args)
    assert not (tmp_path / 'out' / 'predictions.json').exists()
    # a crash in the middle of a line
    with (tmp_path / 'out' / 'predictions.jsonl').open('ab') as file:
        file.write(b'{"name": "a/2.jpg", "rec')
    calls.clear()
    with monkeypatch.context() as patch:
        patch.setattr(
            Predictor,
            'predict',
            lambda self, b: calls.append(len(b)) or predict(self, b),
        )
        assert call(*args) == 0
    assert read_results(tmp_path / 'out') == read_results(tmp_path / 'whole')
    assert names(tmp_path / 'out') == names(tmp_path / 'whole')
    done = min((stop - 1) * size, 5)
    # a batch that was finished is not predicted again
    assert sum(calls) == (5 - done) + 8


def test_a_batch_that_was_noted_in_part(call, tmp_path, monkeypatch):
    args, inputs = ('--batch-size', 2), ('in/a', 'in/b')
    assert call(*args, inputs=inputs) == 0
    out = tmp_path / 'out'
    before = read_results(out)
    journal = out / 'predictions.jsonl'
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + 5
    # of the second batch, one image and half of the line of the other
    journal.write_bytes(b''.join(lines[:4]) + lines[4][:50])
    (out / 'predictions.json').unlink()
    predict, calls = Predictor.predict, []
    monkeypatch.setattr(
        Predictor,
        'predict',
        lambda self, b: calls.append(len(b)) or predict(self, b),
    )
    assert call(*args, inputs=inputs) == 0
    # it runs again as it was, but is not noted twice
    assert calls == [2, 1]
    assert read_results(out) == before
    assert journal.read_bytes() == b''.join(lines)


def test_nothing_is_done_twice(call, data, tmp_path, capsys):
    assert call() == 0
    before = read_results(tmp_path / 'out')
    capsys.readouterr()
    assert call() == 0
    assert '0 images, 0 videos (0 frames), 0 people' in (
        text := capsys.readouterr().out
    )
    assert '6 inputs were done before' in text
    assert read_results(tmp_path / 'out') == before
    # a new file, one that has changed, and one that is gone
    cv2.imwrite(str(data / 'a' / '0.png'), picture(64, 64, 8))
    cv2.imwrite(str(data / 'b' / '1.png'), picture(50, 64, 9))
    (data / 'b' / '4.png').unlink()
    assert call() == 0
    assert '2 images, 0 videos' in capsys.readouterr().out
    assert call(out='fresh') == 0
    assert read_results(tmp_path / 'out') == read_results(tmp_path / 'fresh')


def test_other_settings_are_refused(call, tmp_path, capsys):
    inputs = ('in/a',)
    changed = ('--cfg-options', 'model.head.decoder.score_thr=0.7')
    assert call(inputs=inputs) == 0
    before = read_results(tmp_path / 'out')
    assert call(*changed, inputs=inputs) == 2
    assert 'model.head.decoder.score_thr: was 0.0, is 0.7' in (
        capsys.readouterr().err
    )
    assert call(inputs=('in/b',)) == 2
    assert 'common folder of the inputs: was' in capsys.readouterr().err
    assert read_results(tmp_path / 'out') == before
    assert call(*changed, '--overwrite', inputs=inputs) == 0
    assert read_results(tmp_path / 'out')[0] != before[0]
    (tmp_path / 'out' / 'predictions.jsonl').unlink()
    assert call(*changed, inputs=inputs) == 2
    assert 'no predictions.jsonl to go on from' in capsys.readouterr().err


def test_keypoints_that_were_not_found(call, tmp_path):
    """They are zeros, unless they are looked up."""
    few = ('--cfg-options', 'model.head.decoder.score_thr=0.7')
    zeros = []
    for i, args in enumerate([few, (*few, '--no-fill')]):
        assert call(*args, out=str(i), inputs=('in/a',)) == 0
        rows = json.loads((tmp_path / str(i) / 'predictions.json').read_text())
        points = np.reshape([row['keypoints'] for row in rows], (-1, 3))
        missing = points[:, 2] == 0
        assert (points[missing] == 0).all()
        zeros.append(missing.sum())
    assert zeros[0] == 0 < zeros[1]


def test_maps_beside_the_picture(call, data, tmp_path):
    args = ('--draw-maps', '--batch-size', 4, '--max-frames', 2)
    assert call(*args, inputs=('in/a/1.png', 'in/walk.avi')) == 0
    drawn = cv2.imread(str(tmp_path / 'out' / 'pictures' / 'a' / '1.png'))
    # people, heatmaps and tags of level 0, heatmaps of level 1, with labels
    assert drawn.shape[1] > 4 * 96
    assert drawn.shape[0] >= 80 + 18
    images, _ = decode_video(tmp_path / 'out' / 'videos' / 'walk.avi.mp4')
    assert len(images) == 2
    assert images.shape[2] > 4 * 96


def test_people_keep_their_numbers(call, tmp_path, monkeypatch):
    """Two people cross; they come in another order in every frame."""
    rng = np.random.default_rng(0)
    shapes = rng.uniform(-12, 12, (2, 17, 2))
    frames = []

    def walk(self, batch):
        found = []
        for people in predict(self, batch):
            t = len(frames)
            middles = np.array([[40 + 2 * t, 40], [56 - 2 * t, 44]])
            order = [t % 2, 1 - t % 2]
            frames.append(order)
            points = (shapes + middles[:, None]).astype(np.float32)
            found.append(
                people._replace(
                    keypoints=points[order],
                    keypoint_scores=np.full((2, 17), 0.9, np.float32),
                    scores=np.full(2, 0.9, np.float32),
                    tags=np.array([[0.0], [4.0]], np.float32)[order],
                )
            )
        return found

    predict = Predictor.predict
    monkeypatch.setattr(Predictor, 'predict', walk)
    args = ('--track', '--batch-size', 3)
    assert call(*args, inputs=('in/walk.avi',)) == 0
    rows = json.loads((tmp_path / 'out' / 'predictions.json').read_text())
    assert len(rows) == 16
    for t, order in enumerate(frames):
        ids = [row['track_id'] for row in rows[2 * t : 2 * t + 2]]
        assert [person + 1 for person in order] == ids
    # off by default
    assert call(inputs=('in/walk.avi',), out='plain') == 0
    rows = json.loads((tmp_path / 'plain' / 'predictions.json').read_text())
    assert not any('track_id' in row for row in rows)


@pytest.fixture
def walker(monkeypatch):
    """Let the network find one person, trembling, and lose it sometimes."""
    shape = np.random.default_rng(0).uniform(-12, 12, (17, 2))
    frames = []

    def walk(self, batch):
        found = []
        for people in predict(self, batch):
            # each run begins anew
            t = len(frames) % 8
            x = 30 + 4 * t + (-1) ** t
            frames.append(x)
            there = t % 8 not in (3, 4)
            points = (shape + (x, 40)).astype(np.float32)[None]
            people = people._replace(
                keypoints=points,
                keypoint_scores=np.full((1, 17), 0.9, np.float32),
                scores=np.full(1, 0.9, np.float32),
                found=np.ones((1, 17), bool),
                tags=np.zeros((1, 1), np.float32),
            )
            found.append(type(people)(*(f[:there] for f in people[:5])))
        return found

    predict = Predictor.predict
    monkeypatch.setattr(Predictor, 'predict', walk)
    return shape


def test_gaps_and_trembling(call, tmp_path, walker):
    """Two frames without the person are filled, and the ways are smooth."""
    runs = {
        'plain': (),
        'short': ('--fill-gaps', 1),
        'filled': ('--fill-gaps', 2, '--batch-size', 3),
        'smooth': ('--fill-gaps', 2, '--smooth', 5),
    }
    found = {}
    for name, args in runs.items():
        code = call('--track', *args, inputs=('in/walk.avi',), out=name)
        assert code == 0
        found[name] = json.loads(
            (tmp_path / name / 'predictions.json').read_text()
        )
    assert found['short'] == found['plain']
    assert [row['image_id'] for row in found['plain']] == [1, 2, 3, 6, 7, 8]
    assert [row['image_id'] for row in found['filled']] == [*range(1, 9)]
    assert {row['track_id'] for row in found['smooth']} == {1}
    put_in = [row for row in found['filled'] if 'interpolated' in row]
    assert [row['image_id'] for row in put_in] == [4, 5]
    assert [row for row in found['filled'] if row not in put_in] == (
        found['plain']
    )
    nose = walker[0, 0]
    ways = {
        name: np.array([row['keypoints'][0] for row in rows]) - nose
        for name, rows in found.items()
    }
    np.testing.assert_allclose(
        ways['filled'][2:6], np.linspace(39, 49, 4), atol=1e-4
    )
    straight = 30 + 4 * np.arange(8)
    errors = [np.abs(ways[n] - straight).mean() for n in ('filled', 'smooth')]
    assert errors[1] < 0.7 * errors[0]
    for name in runs:
        assert (tmp_path / name / 'videos' / 'walk.avi.mp4').is_file()
        images, _ = decode_video(tmp_path / name / 'videos' / 'walk.avi.mp4')
        assert len(images) == 8


@pytest.mark.parametrize(
    'args', [(), ('--track', '--fill-gaps', 2, '--smooth', 5)]
)
def test_a_webcam_ends_with_the_keyboard(
    call, data, tmp_path, monkeypatch, args
):
    """A video stands in for the camera."""
    opened = []

    def fake(source):
        opened.append(source.path)
        return av.open(str(data / 'walk.avi'))

    predict, calls = Predictor.predict, []

    def stopping(self, batch):
        calls.append(1)
        if len(calls) == 6:
            raise KeyboardInterrupt
        return predict(self, batch)

    monkeypatch.setattr(videos, 'open_webcam', fake)
    monkeypatch.setattr(Predictor, 'predict', stopping)
    assert call('--webcam', 3, *args, inputs=()) == 0
    assert opened == ['3']
    out = tmp_path / 'out'
    images = json.loads((out / 'images.json').read_text())['images']
    assert [i['file_name'] for i in images] == [
        f'webcam_3/{i:06d}' for i in range(5)
    ]
    assert (out / 'videos' / 'webcam_3.mp4').is_file()
    # a camera is never done
    calls.clear()
    assert call('--webcam', 3, *args, inputs=()) == 0
    assert len(calls) == 6
