"""How videos and webcams are opened."""

import sys
from types import SimpleNamespace

import pytest

from higherhrnet_plugin.inference.containers import (
    import_av,
    open_video,
    open_webcam,
)
from higherhrnet_plugin.inference.inputs import Source

WEBCAM = Source('1', 'webcam_1', 'webcam')


def test_without_pyav(monkeypatch):
    monkeypatch.setitem(sys.modules, 'av', None)
    with pytest.raises(ImportError, match="pip install 'av>="):
        import_av()


def test_no_address_inside_a_file_is_followed(tmp_path):
    """A playlist with the suffix of a video."""
    (tmp_path / 'v.mp4').write_text(
        '#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n'
        'http://127.0.0.1:9/part.ts\n#EXT-X-ENDLIST\n'
    )
    with pytest.raises(ValueError, match='cannot be opened as a video'):
        open_video(str(tmp_path / 'v.mp4'))


@pytest.mark.skipif(sys.platform != 'linux', reason='names of Linux')
def test_no_such_webcam():
    source = Source('77', 'webcam_77', 'webcam')
    with pytest.raises(ValueError, match='cannot open webcam 77 as v4l2'):
        open_webcam(source)


@pytest.mark.parametrize(
    ('system', 'expected'),
    [
        ('linux', ('/dev/video1', 'v4l2', {})),
        ('darwin', ('1:none', 'avfoundation', {'framerate': '30'})),
        ('win32', ('video=usb', 'dshow', {})),
    ],
)
def test_webcams_of_other_systems(monkeypatch, system, expected):
    """What PyAV is told; no camera is there to try it."""
    devices = [
        SimpleNamespace(name=name, media_types=[kind])
        for name, kind in (('in', 'video'), ('mic', 'audio'), ('usb', 'video'))
    ]
    av = import_av()
    monkeypatch.setattr(
        av, 'enumerate_input_devices', lambda kind: devices, raising=False
    )
    monkeypatch.setattr(
        av, 'open', lambda name, **kinds: (name, *kinds.values())
    )
    monkeypatch.setattr(sys, 'platform', system)
    assert open_webcam(WEBCAM) == expected


def test_windows_has_no_such_camera(monkeypatch):
    av = import_av()
    monkeypatch.setattr(
        av, 'enumerate_input_devices', lambda kind: [], raising=False
    )
    monkeypatch.setattr(sys, 'platform', 'win32')
    with pytest.raises(ValueError, match='no webcam 1'):
        open_webcam(WEBCAM)
    monkeypatch.delattr(av, 'enumerate_input_devices')
    with pytest.raises(ValueError, match="pip install 'av>=17"):
        open_webcam(WEBCAM)
