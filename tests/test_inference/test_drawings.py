"""Where results are drawn; faults that end nothing but one drawing."""

import errno
import os
from fractions import Fraction
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from inference_data import random_people
from video_files import corners, decode_video

from higherhrnet_plugin.files import write_picture, write_whole
from higherhrnet_plugin.inference import Loaded, drawings
from higherhrnet_plugin.inference.drawings import Drawings, find_drawing
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.inference.pictures import draw_prediction

LINKS = ((0, 1),)


def nobody():
    return random_people(0, 2)


def image(name):
    return Source(f'/x/{name}', name, 'image')


@pytest.mark.parametrize(
    ('name', 'kind', 'expected'),
    [
        ('a/1.JPG', 'image', 'pictures/a/1.JPG'),
        ('1.webp', 'image', 'pictures/1.webp'),
        # no colours, or not read everywhere
        ('1.pgm', 'image', 'pictures/1.pgm.png'),
        ('x.2.jpg', 'image', 'pictures/x.2.jpg'),
        ('x.jpg.png', 'image', 'pictures/x.jpg.png'),
        ('v.mp4', 'video', 'videos/v.mp4'),
        ('a/v.MOV', 'video', 'videos/a/v.MOV.mp4'),
        ('webcam_0', 'webcam', 'videos/webcam_0.mp4'),
    ],
)
def test_find_drawing(name, kind, expected):
    assert find_drawing(Source(f'/x/{name}', name, kind)) == expected


def test_no_two_files_are_drawn_to_the_same():
    """Whatever names there are, and whatever comes later."""
    suffixes = ('.png', '.pgm', '.jpg', '.mp4', '.mov')
    names = [f'a{s}' for s in suffixes]
    for _ in range(3):
        names = [*names, *(n + s for n in names for s in suffixes)]
    names = sorted(set(names))
    for kind, ends in (('image', suffixes[:3]), ('video', suffixes[3:])):
        found = [n for n in names if n.endswith(ends)]
        drawn = {find_drawing(Source(n, n, kind)) for n in found}
        assert len(drawn) == len(found) > 100


def test_pictures(tmp_path):
    drawn = Drawings(tmp_path, LINKS, 0.2)
    loaded = Loaded(corners(), {})
    for name in ('a/b.pgm', 'a/b.png', 'a/b.jpg'):
        assert drawn.add_picture(image(name), loaded, nobody()) == ''
    names = sorted(path.name for path in (tmp_path / 'pictures/a').iterdir())
    assert names == ['b.jpg', 'b.pgm.png', 'b.png']
    found = cv2.imread(str(tmp_path / 'pictures/a/b.pgm.png'))
    np.testing.assert_array_equal(found, corners())


def test_numbers_do_not_stand_at_missing_keypoints():
    """Those would be the highest ones, as they lie in the corner."""
    people = random_people(1, 2, identities=np.array([1]))
    people.keypoints[:] = [[0, 0], [150, 150]]
    people.keypoint_scores[:] = [0, 0.9]
    plain = np.zeros((200, 200, 3), np.uint8)
    picture = draw_prediction(Loaded(plain, {}), people, LINKS, 0.0)
    rows, columns = np.nonzero(picture.any(axis=2))
    assert rows.min() > 100
    assert columns.min() > 100


def test_faults_are_told(tmp_path, monkeypatch):
    drawn = Drawings(tmp_path, LINKS, 0.2)
    loaded = Loaded(corners(), {})
    long = image('n' * 252 + '.pgm')
    assert 'too long' in drawn.add_picture(long, loaded, nobody())
    assert drawn.add_picture(image('n' * 251 + '.png'), loaded, nobody()) == ''
    # WebP has no longer sides
    wide = Loaded(np.zeros((4, 16400, 3), np.uint8), {})
    fault = drawn.add_picture(image('wide.webp'), wide, nobody())
    assert fault.startswith('its picture is not written: ')
    assert not (tmp_path / 'pictures' / 'wide.webp').exists()
    (tmp_path / 'file').mkdir()
    (tmp_path / 'file' / 'pictures').write_text('x')
    fault = Drawings(tmp_path / 'file', LINKS, 0.2).add_picture(
        image('1.png'), loaded, nobody()
    )
    assert fault

    def fail(*args):
        raise KeyError('anything')

    monkeypatch.setattr(drawings, 'draw_prediction', fail)
    fault = drawn.add_picture(image('1.png'), loaded, nobody())
    assert fault == "its picture is not written: 'anything'"


def full(*args, **options):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_no_fault_of_a_picture(tmp_path, monkeypatch):
    monkeypatch.setattr(drawings, 'write_picture', full)
    with pytest.raises(OSError, match='No space left'):
        Drawings(tmp_path, LINKS, 0.2).add_picture(
            image('1.png'), Loaded(corners(), {}), nobody()
        )


def begin(tmp_path, name='v.mp4', **source):
    reader = SimpleNamespace(rate=Fraction(10))
    kind = source.get('kind', 'webcam')
    drawn = Drawings(tmp_path, LINKS, 0.2)
    return drawn.begin_video(Source('0', name, kind), reader)


def test_video(tmp_path):
    with begin(tmp_path) as video:
        for number in range(3):
            video.add(Loaded(corners(), {}), nobody(), number / 10)
    assert video.fault == ''
    images, times = decode_video(tmp_path / 'videos' / 'v.mp4')
    assert images.shape == (3, 48, 64, 3)
    np.testing.assert_allclose(times, [0, 0.1, 0.2], atol=1e-5)


def test_a_video_that_cannot_be_written(tmp_path):
    (tmp_path / 'videos').write_text('x')
    with begin(tmp_path) as video:
        for number in range(3):
            video.add(Loaded(corners(), {}), nobody(), number / 10)
    assert video.fault.startswith('its video is not written: ')


def test_a_frame_that_cannot_be_drawn(tmp_path):
    with begin(tmp_path) as video:
        video.add(Loaded(corners(), {}), nobody(), 0)
        video.add(Loaded(np.zeros(3), {}), nobody(), 0.1)
        video.add(Loaded(corners(), {}), nobody(), 0.2)
    assert video.fault.startswith('its video is not written: ')
    assert not list((tmp_path / 'videos').iterdir())


def test_a_source_of_sound_that_is_gone(tmp_path):
    with begin(tmp_path, kind='video') as video:
        video.add(Loaded(corners(), {}), nobody(), 0)
    assert 'No such file' in video.fault


def test_whole_or_not_at_all(tmp_path, monkeypatch):
    write_whole(tmp_path / 'f', b'old')
    replace = type(tmp_path).replace
    with monkeypatch.context() as patch:
        patch.setattr(type(tmp_path), 'replace', full)
        with pytest.raises(OSError, match='No space left'):
            write_picture(tmp_path / 'f.png', corners())
    assert type(tmp_path).replace is replace
    assert [path.name for path in tmp_path.iterdir()] == ['f']
    write_whole(tmp_path / 'f', b'new')
    assert (tmp_path / 'f').read_bytes() == b'new'
    assert [path.name for path in tmp_path.iterdir()] == ['f']
