"""What goes wrong with one result ends no run, and is told."""

import errno
import json
import shutil
import sys

import av
import cv2
import numpy as np
import pytest
from inference_data import picture, read_results
from video_files import (
    MATRICES,
    corners,
    decode_video,
    encode_video,
    set_matrix,
)

from higherhrnet_plugin.inference import drawings
from higherhrnet_plugin.inference.faults import note_fault
from higherhrnet_plugin.inference.journal import Journal


def load(out, name='predictions'):
    return json.loads((out / f'{name}.json').read_text(encoding='utf-8'))


def failures(capsys):
    lines = capsys.readouterr().out.splitlines()
    return [line for line in lines if line.startswith('failed: ')]


def test_a_format_without_colours(call, data, tmp_path, capsys):
    grey = picture(96, 80)[..., 0]
    (data / 'a' / '1.pgm').write_bytes(cv2.imencode('.pgm', grey)[1].tobytes())
    assert call(inputs=('in/a',)) == 0
    assert failures(capsys) == []
    drawn = tmp_path / 'out' / 'pictures'
    assert {p.name for p in drawn.iterdir()} == {
        '1.pgm.png',
        '1.png',
        '2.jpg',
        'größe 3.png',
    }
    # people in colour on grey
    image = cv2.imread(str(drawn / '1.pgm.png')).astype(int)
    assert np.ptp(image, axis=2).max() > 50


def test_pictures_that_cannot_be_written(call, tmp_path, capsys):
    """The people are kept, and the next call tries again."""
    out = tmp_path / 'out'
    assert call(inputs=('in/a',)) == 0
    expected = read_results(out)
    shutil.rmtree(out)
    out.mkdir()
    (out / 'pictures').write_text('a file')
    capsys.readouterr()
    for _ in range(2):
        assert call(inputs=('in/a',)) == 1
        failed = failures(capsys)
        assert len(failed) == 3
        assert all('its picture is not written' in line for line in failed)
        assert read_results(out) == expected
    (out / 'pictures').unlink()
    assert call(inputs=('in/a',)) == 0
    assert failures(capsys) == []
    assert len(list((out / 'pictures').iterdir())) == 3
    assert read_results(out) == expected


def test_a_name_that_is_too_long(call, data, tmp_path, capsys):
    long = 'n' * 251 + '.pgm'
    (data / 'a' / long).write_bytes(
        cv2.imencode('.pgm', picture(96, 80)[..., 0])[1].tobytes()
    )
    assert call(inputs=('in/a',)) == 1
    (failed,) = failures(capsys)
    assert 'too long' in failed
    files = [
        i['file_name'] for i in load(tmp_path / 'out', 'images')['images']
    ]
    assert long in files
    assert len(files) == 4


def test_drawing_that_fails(call, tmp_path, capsys, monkeypatch):
    draw, calls = drawings.draw_prediction, []

    def failing(loaded, *args):
        calls.append(1)
        if len(calls) in (2, 7):
            raise IndexError('no such colour')
        return draw(loaded, *args)

    monkeypatch.setattr(drawings, 'draw_prediction', failing)
    assert call() == 1
    assert failures(capsys) == [
        'failed: a/2.jpg: its picture is not written: no such colour',
        'failed: walk.avi: its video is not written: no such colour',
    ]
    out = tmp_path / 'out'
    assert len(load(out, 'images')['images']) == 5 + 8
    assert len(list((out / 'pictures').rglob('*.*'))) == 4
    assert not list((out / 'videos').iterdir())


def test_a_damaged_video(call, data, tmp_path, capsys):
    """Its other frames are kept, and it is tried again."""
    path = data / 'walk.avi'
    with av.open(str(path)) as container:
        packets = [bytes(p) for p in container.demux(video=0)]
    content = path.read_bytes()
    path.write_bytes(content.replace(packets[3], bytes(len(packets[3]))))
    out = tmp_path / 'out'
    for _ in range(2):
        assert call(inputs=('in/walk.avi',)) == 1
        assert failures(capsys) == [
            'failed: walk.avi: damaged at 0.24 s; 7 of 8 frames are kept'
        ]
        images = load(out, 'images')['images']
        assert [image['time'] for image in images] == [
            0,
            0.08,
            0.16,
            0.32,
            0.4,
            0.48,
            0.56,
        ]
        _, times = decode_video(out / 'videos' / 'walk.avi.mp4')
        assert len(times) == 7
    path.write_bytes(content)
    assert call(inputs=('in/walk.avi',)) == 0
    assert len(load(out, 'images')['images']) == 8


def test_a_video_that_a_killed_run_left(call, tmp_path):
    drawn = tmp_path / 'out' / 'videos'
    drawn.mkdir(parents=True)
    (drawn / f'.{"0a" * 16}.part').write_bytes(b'half')
    assert call(inputs=('in/walk.avi',)) == 0
    assert [path.name for path in drawn.iterdir()] == ['walk.avi.mp4']


def test_an_input_that_is_broken_later(call, data, tmp_path, capsys):
    """What was found before is gone from the results."""
    assert call(inputs=('in/a',)) == 0
    before = {image['file_name'] for image in images_of(tmp_path)}
    (data / 'a' / '2.jpg').write_bytes(b'no picture')
    assert call(inputs=('in/a',)) == 1
    after = {image['file_name'] for image in images_of(tmp_path)}
    assert before - after == {'2.jpg'}
    assert len(failures(capsys)) == 1


def images_of(tmp_path):
    return load(tmp_path / 'out', 'images')['images']


def test_without_pyav(call, tmp_path, capsys, monkeypatch):
    """Images need none; the same command takes up the video later."""
    monkeypatch.setitem(sys.modules, 'av', None)
    assert call() == 1
    (failed,) = failures(capsys)
    assert failed.startswith('failed: walk.avi: videos need PyAV: pip install')
    assert len(images_of(tmp_path)) == 5
    monkeypatch.undo()
    assert call() == 0
    assert len(images_of(tmp_path)) == 13


@pytest.mark.parametrize('when', ['picture', 'journal', 'video'])
def test_a_full_disk(call, tmp_path, capsys, monkeypatch, when):
    """It stops with one line, and the same command goes on."""
    assert call(out='whole') == 0
    capsys.readouterr()

    def full(*args):
        raise OSError(errno.ENOSPC, 'No space left on device')

    with monkeypatch.context() as patch:
        if when == 'picture':
            patch.setattr(drawings, 'write_picture', full)
        elif when == 'journal':
            patch.setattr(Journal, 'flush', full)
        else:
            patch.setattr(drawings.DrawnVideo, 'add', full)
        assert call() == 3
    lines = [
        line
        for line in capsys.readouterr().err.splitlines()
        if 'stopped' in line
    ]
    assert lines == [
        'stopped: [Errno 28] No space left on device; the same command goes on'
    ]
    assert not (tmp_path / 'out' / 'predictions.json').exists()
    assert call() == 0
    assert read_results(tmp_path / 'out') == read_results(tmp_path / 'whole')


@pytest.mark.skipif(sys.platform != 'linux', reason='limits of Linux')
def test_a_disk_that_is_full_in_earnest():
    """FFmpeg's errors are recognised, too."""
    container = av.open('/dev/full', 'w', format='mpegts')
    stream = container.add_stream('mpeg4', rate=25)
    stream.width, stream.height, stream.pix_fmt = 64, 48, 'yuv420p'

    def write():
        for number in range(200):
            frame = av.VideoFrame.from_ndarray(corners(), 'bgr24')
            frame.pts = number
            container.mux(stream.encode(frame))
        container.close()

    faults = []
    with pytest.raises(OSError, match='No space'), note_fault(faults, 'it'):
        write()
    assert not faults


def test_a_list_that_grows(call, data, tmp_path, capsys):
    """As the shell writes it out, from a folder that gets new files."""
    assert call(inputs=('in/a/1.png', 'in/a/2.jpg')) == 0
    capsys.readouterr()
    assert call(inputs=('in/a/1.png', 'in/a/2.jpg', 'in/a/größe 3.png')) == 0
    printed = capsys.readouterr().out
    assert '1 images' in printed
    assert '2 inputs were done before' in printed
    assert call(inputs=('in/a/*',), out='pattern') == 0
    assert read_results(tmp_path / 'out') == read_results(tmp_path / 'pattern')
    # and one that shrinks
    assert call(inputs=('in/a/2.jpg',)) == 0
    assert [image['file_name'] for image in images_of(tmp_path)] == ['2.jpg']


def test_videos_of_one_base_name(call, data, tmp_path):
    for suffix in ('mov', 'mp4', 'avi'):
        images = [corners(96, 80)] * 2
        encode_video(data / f'v.{suffix}', images, [0, 0.1])
    assert call(inputs=('in/v.*',)) == 0
    drawn = tmp_path / 'out' / 'videos'
    assert {p.name for p in drawn.iterdir()} == {
        'v.mov.mp4',
        'v.mp4',
        'v.avi.mp4',
    }


@pytest.mark.parametrize(
    'turn', ['clockwise', 'counterclockwise', 'upside down', 'mirrored']
)
def test_people_of_a_turned_video(call, data, tmp_path, turn):
    """They are those of the upright one, whose frames are the same.

    The frames are stored without loss, and turned by hand.
    """
    upright = [picture(96, 80, seed) for seed in range(3)]
    turned = {
        # the player turns clockwise, so they are stored the other way
        'clockwise': [np.rot90(image) for image in upright],
        'counterclockwise': [np.rot90(image, -1) for image in upright],
        'upside down': [image[::-1, ::-1] for image in upright],
        'mirrored': [image[:, ::-1] for image in upright],
    }[turn]
    lossless = {
        'codec': 'libx264rgb',
        'pixels': 'rgb24',
        'options': {'qp': '0'},
    }
    times = [0, 0.1, 0.5]
    for name, images in (('u', upright), ('t', turned)):
        folder = data / name
        folder.mkdir()
        encode_video(folder / 'v.mp4', images, times, **lossless)
    set_matrix(data / 't' / 'v.mp4', MATRICES[turn])
    results = []
    for name in 'ut':
        assert call(inputs=(f'in/{name}',), out=name) == 0
        results.append(read_results(tmp_path / name))
    assert results[0] == results[1]
    (first, *_) = load(tmp_path / 't', 'images')['images']
    assert (first['width'], first['height']) == (96, 80)
    images, seconds = decode_video(tmp_path / 't' / 'videos' / 'v.mp4')
    assert images.shape == (3, 80, 96, 3)
    np.testing.assert_allclose(seconds, times, atol=1e-5)
