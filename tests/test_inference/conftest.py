"""One small model for the tests of this folder, and what it looks at."""

import cv2
import pytest
from inference_data import picture, write_model, write_video

from higherhrnet_plugin.inference.cli import main


@pytest.fixture(scope='session')
def model_files(tmp_path_factory):
    """Write config and weights; return their paths and the folder."""
    folder = tmp_path_factory.mktemp('model')
    config, weights = write_model(folder)
    return config, weights, folder


@pytest.fixture
def data(tmp_path):
    """Write pictures of several shapes, and a video, in folders."""
    folder = tmp_path / 'in'
    for i, (name, size) in enumerate(
        [
            ('a/1.png', (96, 80)),
            ('a/2.jpg', (64, 90)),
            ('a/größe 3.png', (120, 64)),
            ('b/1.png', (70, 70)),
            ('b/4.png', (96, 80)),
        ]
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content = cv2.imencode(path.suffix, picture(*size, seed=i))[1]
        path.write_bytes(content.tobytes())
    write_video(folder / 'walk.avi')
    return folder


@pytest.fixture
def call(model_files, data, tmp_path):
    """Run the command; return its exit code."""

    def call(*args, out='out', inputs=('in',)):
        config, weights, _ = model_files
        paths = [str(tmp_path / name) for name in inputs]
        return main(
            [
                config,
                weights,
                *paths,
                '--recursive',
                '--device',
                'cpu',
                *('--out', str(tmp_path / out), *map(str, args)),
            ]
        )

    return call
