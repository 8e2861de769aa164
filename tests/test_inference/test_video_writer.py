"""Videos that are written: their form, sound, and what stays of faults."""

from fractions import Fraction

import av
import numpy as np
import pytest
from inference_data import picture
from video_files import corners, decode_video, name_corners, write_with_sound

from higherhrnet_plugin.files import remove_leftovers
from higherhrnet_plugin.inference.video_writer import VideoWriter

RATE = Fraction(25, 2)


def write(path, images, times, sound=None):
    with VideoWriter(path, RATE, sound) as writer:
        for image, time in zip(images, times):
            writer.write(image, time)
    return path


def boxes(content):
    """Name the outer boxes of an MP4 file (ISO 14496-12, 4.2)."""
    names, start = [], 0
    while start < len(content):
        size = int.from_bytes(content[start : start + 4], 'big')
        names.append(content[start + 4 : start + 8].decode())
        start += size
    return names


def test_what_browsers_play(tmp_path):
    path = write(tmp_path / 'v.mp4', [corners()] * 3, [0, 0.1, 0.2])
    with av.open(str(path)) as container:
        (stream,) = container.streams
        context = stream.codec_context
        assert context.name == 'h264'
        assert context.pix_fmt == 'yuv420p'
        assert (context.width, context.height) == (64, 48)
        # BT.709, said in the file
        assert context.colorspace == context.color_primaries == 1
        assert context.color_trc == context.color_range == 1
    # the index is in front of the frames
    names = boxes(path.read_bytes())
    assert names.index('moov') < names.index('mdat')


@pytest.mark.parametrize('size', [(96, 80), (97, 81), (33, 90)])
def test_pixels(tmp_path, size):
    width, height = size
    pictures = [picture(*size, seed=i) for i in range(5)]
    path = write(tmp_path / 'näh' / 'v.mp4', pictures, np.arange(5) / 12.5)
    assert [p.name for p in (tmp_path / 'näh').iterdir()] == ['v.mp4']
    with av.open(str(path)) as container:
        found = [
            frame.to_ndarray(
                format='bgr24',
                # av 14 to 16 look at them where they differ
                src_colorspace='ITU709',
                dst_colorspace='ITU601',
            )
            for frame in container.decode(video=0)
        ]
    assert len(found) == 5
    for one, other in zip(pictures, found):
        # odd sides are made even
        assert other.shape == (height + height % 2, width + width % 2, 3)
        gap = np.abs(one.astype(float) - other[:height, :width])
        assert gap.mean() < 8
        last = np.abs(other[:, -1].astype(float) - other[:, width - 1])
        assert last.mean() < 8


def test_times(tmp_path):
    times = [0.5, 0.55, 1, 1.02, 2]
    path = write(tmp_path / 'v.mp4', [corners()] * 5, times)
    with av.open(str(path)) as container:
        (stream,) = container.streams
        found = [frame.time for frame in container.decode(video=0)]
        np.testing.assert_allclose(found, times, atol=1e-5)
        # the last frame stays as long as the one before
        end = (stream.start_time + stream.duration) * stream.time_base
    assert float(end) == pytest.approx(2.98, abs=1e-4)


def test_times_that_go_back(tmp_path):
    path = write(tmp_path / 'v.mp4', [corners()] * 4, [0, 0.2, 0.2, 0.1])
    _, times = decode_video(path)
    assert len(times) == 4
    assert (np.diff(times) > 0).all()


def test_one_frame(tmp_path):
    path = write(tmp_path / 'v.mp4', [corners()], [0])
    with av.open(str(path)) as container:
        (stream,) = container.streams
        assert float(stream.duration * stream.time_base) == pytest.approx(0.08)


def test_frames_of_other_sizes(tmp_path):
    images = [corners(64, 48), corners(128, 96), corners(40, 90)]
    path = write(tmp_path / 'v.mp4', images, [0, 0.1, 0.2])
    found, _ = decode_video(path)
    assert found.shape == (3, 48, 64, 3)
    assert [name_corners(image) for image in found] == ['rgbw'] * 3


def test_no_frame(tmp_path):
    write(tmp_path / 'v.mp4', [], [])
    assert not list(tmp_path.iterdir())


def test_nothing_stays_of_a_video_that_failed(tmp_path):
    def fail():
        with VideoWriter(tmp_path / 'v.mp4', RATE) as writer:
            writer.write(picture(64, 64), 0)
            # no half video under the final name
            assert not (tmp_path / 'v.mp4').exists()
            raise RuntimeError('stop')

    with pytest.raises(RuntimeError, match='stop'):
        fail()
    assert not list(tmp_path.iterdir())


def test_writers_of_one_folder_do_not_meet(tmp_path):
    """As those of several processes, which FFmpeg opens by name, too."""
    rng = np.random.default_rng(0)
    sizes = {'a.mp4': (64, 64), 'b.mp4': (48, 32)}
    writers = [VideoWriter(tmp_path / name, RATE) for name in sizes]
    # more than what is held back until the end
    for i in range(120):
        for writer, (width, height) in zip(writers, sizes.values()):
            noise = rng.integers(0, 255, (height, width, 3), np.uint8)
            writer.write(noise, i / 12.5)
    for writer in writers:
        writer.close(keep=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(sizes)
    for name, (width, height) in sizes.items():
        images, _ = decode_video(tmp_path / name)
        assert images.shape == (120, height, width, 3)


def test_an_unfinished_video_is_told_by_its_name(tmp_path):
    with VideoWriter(tmp_path / 'below' / 'w.mp4', RATE) as writer:
        # more than what the encoder holds back before it opens the file
        for i in range(60):
            writer.write(corners(), i / 12.5)
        (left,) = (tmp_path / 'below').iterdir()
    # as a process leaves it that is killed
    left.write_bytes(b'half')
    assert remove_leftovers(tmp_path, below=True) == [left]
    assert [p.name for p in (tmp_path / 'below').iterdir()] == ['w.mp4']


def test_a_name_as_long_as_can_be(tmp_path):
    path = write(tmp_path / ('n' * 251 + '.mp4'), [corners()], [0])
    assert path.is_file()
    with pytest.raises(OSError, match='too long'):
        write(tmp_path / ('n' * 252 + '.mp4'), [corners()], [0])
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ('suffix', 'codec'),
    [
        ('mp4', 'aac'),
        ('mkv', 'aac'),
        ('avi', 'libmp3lame'),
        ('webm', 'libopus'),
    ],
)
def test_sound_is_copied(tmp_path, suffix, codec):
    source = write_with_sound(tmp_path / f's.{suffix}', codec)
    times = np.arange(10) / 10
    path = write(tmp_path / 'v.mp4', [corners()] * 10, times, str(source))

    def packets(file):
        with av.open(str(file)) as container:
            return [bytes(p) for p in container.demux(audio=0) if p.size]

    expected, copied = packets(source), packets(path)
    assert len(copied) > 5
    assert copied == expected[: len(copied)]
    with av.open(str(path)) as container:
        sound = container.streams.audio[0]
        begin = sound.start_time or 0
        length = sound.duration * sound.time_base
        # the sound goes on for 2 s, the video ends at 1
        assert abs(float(begin * sound.time_base)) < 0.06
        assert 0.9 < float(length) < 1.2
    _, seconds = decode_video(path)
    np.testing.assert_allclose(seconds, times, atol=1e-5)


def test_sound_keeps_its_distance(tmp_path):
    """The frames begin 0.4 s after the sound."""
    source = write_with_sound(tmp_path / 's.mkv', 'aac', delay=0.4)
    path = write(
        tmp_path / 'v.mp4', [corners()] * 5, np.arange(4, 9) / 10, str(source)
    )
    with av.open(str(path)) as container:
        video, sound = container.streams
        begins = [float(s.start_time * s.time_base) for s in (video, sound)]
    assert begins[0] - begins[1] == pytest.approx(0.4, abs=0.06)


def test_other_sound_is_left_out(tmp_path):
    source = write_with_sound(tmp_path / 's.avi', 'pcm_s16le')
    path = write(tmp_path / 'v.mp4', [corners()] * 2, [0, 0.1], str(source))
    with av.open(str(path)) as container:
        assert [stream.type for stream in container.streams] == ['video']
