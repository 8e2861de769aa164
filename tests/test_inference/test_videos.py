"""Frames of videos, as players show them."""

from fractions import Fraction

import av
import numpy as np
import pytest
from inference_data import picture, write_video
from PIL import Image
from video_files import (
    MATRICES,
    corners,
    encode_video,
    name_corners,
    set_matrix,
)

from higherhrnet_plugin.inference import videos
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.inference.videos import VideoReader

# clockwise from the upper left: red, green, blue, white
SHOWN = {
    'upright': 'rgbw',
    'mirrored': 'grwb',
    'upside down': 'bwrg',
    'upside down, mirrored': 'wbgr',
    'clockwise': 'wrgb',
    'counterclockwise': 'gbwr',
    'transposed': 'rwbg',
    'transposed on the other diagonal': 'bgrw',
}


def open_reader(path):
    return VideoReader(Source(str(path), path.name, 'video'))


def read(path, **options):
    reader = open_reader(path)
    frames = list(reader.frames(**options))
    return reader, frames


def noise(count, width=64, height=48):
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def test_reader(tmp_path):
    reader, frames = read(write_video(tmp_path / 'v.avi', 8))
    assert reader.rate == Fraction(25, 2)
    assert reader.count == len(frames) == 8
    assert reader.fault == ''
    assert frames[0].image.shape == (80, 96, 3)
    assert [frame.time for frame in frames[:3]] == [0, 0.08, 0.16]
    reader, frames = read(tmp_path / 'v.avi', limit=3)
    assert (len(frames), reader.fault) == (3, '')


@pytest.mark.parametrize('name', MATRICES)
def test_orientation(tmp_path, name):
    path = encode_video(tmp_path / 'v.mp4', [corners(64, 48)] * 2, [0, 0.1])
    _, frames = read(set_matrix(path, MATRICES[name]))
    turned = MATRICES[name][0] == 0
    for frame in frames:
        assert frame.image.shape == ((64, 48, 3) if turned else (48, 64, 3))
        assert frame.image.flags.c_contiguous
        assert name_corners(frame.image) == SHOWN[name]


@pytest.mark.parametrize('suffix', ['mp4', 'mkv', 'mov'])
def test_variable_frame_rate(tmp_path, suffix):
    times = [0, 0.05, 0.5, 0.52, 1.5]
    path = encode_video(tmp_path / f'v.{suffix}', noise(5), times)
    _, frames = read(path)
    assert [frame.time for frame in frames] == times


def test_times_count_from_the_start(tmp_path):
    """Such as those of a transport stream, which begins anywhere."""
    times = np.array([7, 7.2, 7.3])
    path = encode_video(tmp_path / 'v.ts', noise(3), times)
    with av.open(str(path)) as container:
        assert container.start_time > 6.5e6
    _, frames = read(path)
    found = [frame.time for frame in frames]
    np.testing.assert_allclose(found, times - 7, atol=1e-5)


def test_animated_gif(tmp_path):
    colors = [(200, 0, 0), (0, 200, 0), (0, 0, 200)]
    images = [Image.new('RGB', (30, 20), color) for color in colors]
    images[0].save(
        tmp_path / 'v.gif',
        save_all=True,
        append_images=images[1:],
        duration=[100, 300, 50],
    )
    reader, frames = read(tmp_path / 'v.gif')
    assert [frame.time for frame in frames] == [0, 0.1, 0.4]
    assert [frame.image[9, 9].tolist() for frame in frames] == [
        list(color[::-1]) for color in colors
    ]
    assert reader.fault == ''


def test_pixels_that_are_not_square(tmp_path):
    path = encode_video(
        tmp_path / 'v.mp4',
        [corners(48, 36)] * 2,
        [0, 0.1],
        sample_aspect_ratio=Fraction(4, 3),
    )
    _, frames = read(path)
    assert frames[0].image.shape == (36, 64, 3)
    assert name_corners(frames[0].image) == 'rgbw'
    # the long side is that of the turned picture
    _, frames = read(set_matrix(path, MATRICES['clockwise']))
    assert frames[0].image.shape == (64, 36, 3)


@pytest.mark.parametrize(
    ('height', 'number', 'matrix'),
    [
        # what the file says, and what players take where it says nothing
        (48, 1, 'ITU709'),
        (48, 5, 'ITU601'),
        (48, 2, 'ITU601'),
        (720, 2, 'ITU709'),
        (720, 5, 'ITU601'),
    ],
)
def test_colors(tmp_path, height, number, matrix):
    wanted = (40, 200, 30)
    image = np.full((height, 64, 3), wanted, np.uint8)
    frame = av.VideoFrame.from_ndarray(image, 'bgr24').reformat(
        format='yuv420p',
        src_colorspace='ITU601' if matrix == 'ITU709' else 'ITU709',
        dst_colorspace=matrix,
    )
    with av.open(str(tmp_path / 'v.mp4'), 'w') as container:
        stream = container.add_stream('libx264', rate=25)
        stream.width, stream.height = 64, height
        stream.codec_context.colorspace = number
        frame.pts, frame.time_base = 0, Fraction(1, 25)
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    _, (found,) = read(tmp_path / 'v.mp4')
    gap = np.abs(found.image.reshape(-1, 3).mean(0) - wanted)
    # the other matrix is 28 off
    assert gap.max() < 6


@pytest.mark.parametrize('suffix', ['mp4', 'mkv', 'ts', 'avi'])
def test_frames_before_a_cut_are_kept(tmp_path, suffix):
    codec = 'mpeg4' if suffix == 'avi' else 'libx264'
    times = np.arange(50) / 25
    whole = tmp_path / f'whole.{suffix}'
    with av.open(
        str(whole), 'w', options={'movflags': 'faststart'}
    ) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height = 64, 48
        for number, image in enumerate(noise(50)):
            frame = av.VideoFrame.from_ndarray(image, 'bgr24')
            frame.pts, frame.time_base = number, Fraction(1, 25)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    content = whole.read_bytes()
    length = len(content) * 6 // 10
    cut = tmp_path / f'cut.{suffix}'
    cut.write_bytes(content[:length])
    with av.open(str(whole)) as container:
        ends = [p.pos + p.size for p in container.demux(video=0) if p.size]
    there = sum(end < length for end in ends)
    _, expected = read(whole)
    reader, frames = read(cut)
    assert len(expected) == 50
    # a frame that refers to a later one that is cut may be lost, too
    assert there - 2 <= len(frames) <= there + 1 < 50
    assert f'{len(frames)} ' in reader.fault
    assert 'frames are kept' in reader.fault
    assert 'cut off' in reader.fault or 'damaged at' in reader.fault
    for frame, other, time in zip(frames[:-3], expected, times):
        np.testing.assert_array_equal(frame.image, other.image)
        assert frame.time == time


def test_frames_around_damage_are_kept(tmp_path):
    images = [picture(64, 48, seed) for seed in range(20)]
    path = encode_video(
        tmp_path / 'v.avi', images, np.arange(20) / 25, 'mjpeg', 'yuvj420p'
    )
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0)]
    content = path.read_bytes()
    # the tenth JPEG
    content = content.replace(packets[9], bytes(len(packets[9])))
    path.write_bytes(content)
    reader, frames = read(path)
    assert [frame.time for frame in frames] == [
        *(n / 25 for n in range(20) if n != 9)
    ]
    assert reader.fault == 'damaged at 0.36 s; 19 of 20 frames are kept'


def test_a_file_that_cannot_be_read_on(tmp_path):
    """Such as one on a stick that is pulled."""
    path = encode_video(tmp_path / 'v.mp4', noise(12), np.arange(12) / 25)
    reader = open_reader(path)
    demux = reader._container.demux

    def pulled(stream):
        for number, packet in enumerate(demux(stream)):
            if number == 9:
                raise av.error.OSError(5, 'Input/output error')
            yield packet

    class Pulled:
        demux = staticmethod(pulled)
        close = reader._container.close

    reader._container = Pulled
    frames = list(reader.frames())
    # those that wait in the decoder, too
    assert len(frames) == 9
    assert reader.fault == (
        'cut off: Input/output error; 9 of 12 frames are kept'
    )


def add_sound(container, rate=8000):
    stream = container.add_stream('aac', rate=rate, layout='mono')
    frame = av.AudioFrame.from_ndarray(
        np.zeros((1, rate), np.float32), 'fltp', 'mono'
    )
    frame.sample_rate, frame.pts = rate, 0
    container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def test_no_moving_picture(tmp_path):
    with av.open(str(tmp_path / 'sound.mp4'), 'w') as container:
        add_sound(container)
    with pytest.raises(ValueError, match='only sound'):
        read(tmp_path / 'sound.mp4')
    (tmp_path / 'bad.mp4').write_bytes(b'no video')
    with pytest.raises(ValueError, match='cannot be opened as a video'):
        read(tmp_path / 'bad.mp4')
    (tmp_path / 'empty.mp4').write_bytes(b'')
    with pytest.raises(ValueError, match='cannot be opened as a video'):
        read(tmp_path / 'empty.mp4')
    with pytest.raises(FileNotFoundError, match='No such file'):
        read(tmp_path / 'none.mp4')


def test_a_cover_is_no_video(tmp_path):
    """An MP4 of a song, as shops sell it: sound, and the cover as PNG."""
    path = tmp_path / 'song.mp4'
    with av.open(str(path), 'w') as container:
        cover = container.add_stream('png', rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, 'rgb24'
        cover.disposition = av.stream.Disposition.attached_pic.value
        frame = av.VideoFrame.from_ndarray(corners(64, 48), 'bgr24')
        frame = frame.reformat(format='rgb24')
        frame.pts = 0
        packets = [*cover.encode(frame), *cover.encode(None)]
        sound = container.add_stream('aac', rate=8000, layout='mono')
        audio = av.AudioFrame.from_ndarray(
            np.zeros((1, 8000), np.float32), 'fltp', 'mono'
        )
        audio.sample_rate, audio.pts = 8000, 0
        container.mux([*packets, *sound.encode(audio), *sound.encode(None)])
    with pytest.raises(ValueError, match='but a cover and sound'):
        read(path)


def test_webcam(tmp_path, monkeypatch):
    """A video stands in for the camera; its clock began long ago."""
    path = encode_video(tmp_path / 'v.ts', noise(3), np.array([5, 5.1, 5.3]))
    monkeypatch.setattr(
        videos, 'open_webcam', lambda source: av.open(str(path))
    )
    reader = VideoReader(Source('0', 'webcam_0', 'webcam'))
    times = [frame.time for frame in reader.frames()]
    np.testing.assert_allclose(times, [0, 0.1, 0.3], atol=1e-5)
