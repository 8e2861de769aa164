"""The videos that are drawn, as a browser plays them."""

import numpy as np
import pytest
from browser import find_browser, play
from video_files import (
    MATRICES,
    corners,
    encode_video,
    name_corners,
    set_matrix,
    write_with_sound,
)

from higherhrnet_plugin.inference.cli import main

pytestmark = pytest.mark.skipif(
    find_browser() is None, reason='no Chromium is installed'
)


def draw(model_files, tmp_path, path):
    """Run the command without marks on the frames; return what is drawn."""
    config, weights, _ = model_files
    options = ('--out', tmp_path / 'out', '--kpt-thr', 2, '--device', 'cpu')
    assert main([config, weights, str(path), *map(str, options)]) == 0
    (drawn,) = (tmp_path / 'out' / 'videos').iterdir()
    return drawn


def name_shown(frame):
    """Name the corners of a frame that the browser has told."""
    _, rgb = frame
    upper_left, upper_right, lower_right, lower_left = np.array(rgb)[:, ::-1]
    image = [[upper_left, upper_right], [lower_left, lower_right]]
    return name_corners(np.kron(image, np.ones((8, 8, 1))))


# clockwise from the upper left corner of what is shown
TURNS = {
    'clockwise': 'wrgb',
    'counterclockwise': 'gbwr',
    'upside down': 'bwrg',
    'mirrored': 'grwb',
}


@pytest.mark.parametrize('turn', TURNS)
def test_phone_video(model_files, tmp_path, turn):
    """Turned as the browser turns the video itself."""
    times = [0, 0.2, 0.7, 1]
    images = [corners(96, 81)[:80]] * 4
    path = encode_video(tmp_path / 'v.mp4', images, times)
    set_matrix(path, MATRICES[turn])
    (tmp_path / 'a').mkdir()
    (tmp_path / 'b').mkdir()
    original = play(path, tmp_path / 'a')
    drawn = play(draw(model_files, tmp_path, path), tmp_path / 'b')
    size = (80, 96) if turn.endswith('clockwise') else (96, 80)
    for played in (original, drawn):
        assert (played['width'], played['height']) == size
        found = {name_shown(frame) for frame in played['shown']}
        assert found == {TURNS[turn]}
        # a busy browser leaves out a frame at times
        seconds = [time for time, _ in played['shown']]
        assert len(seconds) >= 2
        for second in seconds:
            assert np.abs(np.array(times) - second).min() < 1e-3
    assert drawn['duration'] == pytest.approx(1.3, abs=0.01)


def test_sound(model_files, tmp_path):
    path = write_with_sound(tmp_path / 'v.avi', 'libmp3lame', 1)
    played = play(draw(model_files, tmp_path, path), tmp_path)
    assert played['sound'] > 1000
    assert played['duration'] == pytest.approx(1, abs=0.15)
    assert {name_shown(frame) for frame in played['shown']} == {'rgbw'}
