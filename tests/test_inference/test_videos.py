"""Videos in and out."""

import cv2
import numpy as np
import pytest
from inference_data import picture, write_video

from higherhrnet_plugin.inference import videos
from higherhrnet_plugin.inference.inputs import Source
from higherhrnet_plugin.inference.videos import VideoReader, VideoWriter


def read(path, **options):
    reader = VideoReader(Source(str(path), path.name, 'video'))
    return reader, list(reader.frames(**options))


def test_reader(tmp_path):
    reader, frames = read(write_video(tmp_path / 'v.avi', 8))
    assert reader.fps == 12.5
    assert reader.count == len(frames) == 8
    assert frames[0].shape == (80, 96, 3)
    assert len(read(tmp_path / 'v.avi', limit=3)[1]) == 3


def test_reader_refuses(tmp_path):
    (tmp_path / 'bad.mp4').write_bytes(b'no video')
    with pytest.raises(ValueError, match='cannot be opened as a video'):
        read(tmp_path / 'bad.mp4')
    with pytest.raises(ValueError, match='cannot open webcam 77'):
        VideoReader(Source('77', 'webcam_77', 'webcam'))


@pytest.mark.parametrize('size', [(96, 80), (97, 81)])
def test_writer(tmp_path, size):
    frames = [picture(*size, seed=i) for i in range(5)]
    with VideoWriter(tmp_path / 'näh' / 'v', 12.5) as writer:
        for frame in frames:
            writer.write(frame)
            # no half video under the final name
            assert not list((tmp_path / 'näh').glob('v.[am]*'))
    assert writer.path == tmp_path / 'näh' / 'v.mp4'
    assert [p.name for p in (tmp_path / 'näh').iterdir()] == ['v.mp4']
    reader, found = read(writer.path)
    assert reader.fps == pytest.approx(12.5)
    assert len(found) == 5
    for frame, other in zip(frames, found):
        height, width = other.shape[:2]
        # some encoders want even sides
        assert size[0] - width in (0, 1)
        assert size[1] - height in (0, 1)
        gap = np.abs(frame[:height, :width].astype(float) - other)
        assert gap.mean() < 8


def test_nothing_stays_of_a_video_that_failed(tmp_path):
    def fail():
        with VideoWriter(tmp_path / 'v', 10) as writer:
            writer.write(picture(64, 64))
            raise RuntimeError('stop')

    with pytest.raises(RuntimeError, match='stop'):
        fail()
    assert not list(tmp_path.iterdir())


def test_next_codec(tmp_path, monkeypatch):
    known = cv2.VideoWriter
    tried = []

    class Picky:
        fourcc = staticmethod(known.fourcc)

        def __new__(cls, path, code, fps, size):
            tried.append(path)
            bad = code == known.fourcc(*'mp4v')
            return known() if bad else known(path, code, fps, size)

    monkeypatch.setattr(videos.cv2, 'VideoWriter', Picky)
    with VideoWriter(tmp_path / 'v', 10) as writer:
        writer.write(picture(64, 64))
    assert len(tried) == 2
    assert writer.path == tmp_path / 'v.avi'
    assert len(read(writer.path)[1]) == 1


def test_no_codec(tmp_path, monkeypatch):
    monkeypatch.setattr(videos, 'CODECS', (('????', '.mp4'),))
    with (
        pytest.raises(OSError, match='use --no-draw'),
        VideoWriter(tmp_path / 'v', 10) as writer,
    ):
        writer.write(picture(64, 64))
    assert not list(tmp_path.iterdir())
