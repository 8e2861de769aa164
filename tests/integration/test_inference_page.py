"""The Python of docs/inference.md runs as it stands there."""

import json
import re
import runpy

import cv2
import numpy as np
import pytest
from image_files import encode
from inference_data import picture, write_model
from processes import ROOT
from pycocotools.coco import COCO
from video_files import MATRICES, encode_video, set_matrix

from higherhrnet_plugin.inference.cli import main

PAGE = ROOT / 'docs' / 'inference.md'
FRAMES = [picture(96, 80, seed) for seed in range(3)]


def read_blocks():
    """Return the blocks of Python of the page."""
    text = PAGE.read_text(encoding='utf-8')
    return re.findall(r'```python\n(.*?)```', text, re.DOTALL)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write every file that the page names."""
    root = tmp_path_factory.mktemp('page')
    config, weights = write_model(root)
    (root / 'weights.pth').rename(root / 'model.pth')
    assert (config, weights) == (
        str(root / 'config.py'),
        str(root / 'weights.pth'),
    )
    (root / 'photos').mkdir()
    for i, name in enumerate(('photo.jpg', 'a.jpg', 'b.heic')):
        (root / name).write_bytes(encode(picture(96, 80, i), 'JPEG'))
        path = root / 'photos' / f'{i}.png'
        cv2.imwrite(str(path), picture(64, 80, i))
    # as a phone stores it, without loss
    encode_video(
        root / 'walk.mp4',
        [np.rot90(image) for image in FRAMES],
        [0, 0.1, 0.5],
        'libx264rgb',
        'rgb24',
        options={'qp': '0'},
    )
    set_matrix(root / 'walk.mp4', MATRICES['clockwise'])
    return root


@pytest.fixture
def run(folder, tmp_path, monkeypatch):
    """Run blocks, told by words in them, one after the other."""

    def run(*words, **names):
        monkeypatch.chdir(folder)
        file = tmp_path / 'block.py'
        for word in words:
            (block,) = (text for text in read_blocks() if word in text)
            file.write_text(block, encoding='utf-8')
            names = runpy.run_path(str(file), names)
        return names

    return run


def test_no_block_is_left_out():
    assert len(read_blocks()) == 5


def find(folder, *options):
    args = ['photo.jpg', '--no-draw', '--device', 'cpu', '--out', 'found']
    args = ['config.py', 'model.pth', *args, '--overwrite', *options]
    assert main(args) == 0
    return json.loads((folder / 'found' / 'predictions.json').read_text())


def test_results_are_loaded(folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    rows = find(folder)
    names = run("loadRes('found")
    assert len(names['people'].getAnnIds()) == len(rows) > 0
    names = run("loadRes('found", 'if rows else coco')
    assert len(names['people'].getAnnIds()) == len(rows)


def test_results_of_nobody_are_loaded(folder, run, monkeypatch):
    monkeypatch.chdir(folder)
    assert find(folder, '--instance-thr', '1e9') == []
    with pytest.raises(IndexError):
        run("loadRes('found")
    # what is above it on the page
    names = run('if rows else coco', coco=COCO('found/images.json'))
    assert names['people'].getAnnIds() == []
    assert names['people'].getImgIds() == [1]


def test_the_predictor(run):
    names = run('Predictor.from_files')
    people = names['people']
    assert people.keypoints.shape == (len(people.scores), 17, 2)
    assert people.keypoint_scores.shape == people.keypoints.shape[:2]
    assert len(people.scores) > 0
    assert len(names['several']) == 2


def test_the_inferencer_of_mmpose(folder, run):
    names = run("inferencer('photos'")
    assert len(names['people']) > 0
    drawn = sorted(path.name for path in (folder / 'pictures').rglob('*.*'))
    assert drawn == ['0.png', '1.png', '2.png']


def test_the_inferencer_of_mmpose_on_a_phone_video(run):
    """The people are those of the upright frames."""
    names = run("inferencer('photos'", 'VideoReader')
    (expected,) = names['inferencer'](FRAMES[2])
    (expected,) = expected['predictions']
    assert names['frame'].time == pytest.approx(0.5)
    assert len(names['people']) == len(expected) > 0
    for person, wanted in zip(names['people'], expected):
        np.testing.assert_allclose(
            person['keypoints'], wanted['keypoints'], atol=1e-3
        )
