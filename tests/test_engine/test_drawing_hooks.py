"""Drawings of a test never overwrite each other."""

import itertools
import os
import types
from pathlib import Path

import cv2
import numpy as np
import pytest
from mmengine.structures import InstanceData
from mmengine.visualization import Visualizer
from mmpose.structures import PoseDataSample
from mmpose.visualization import PoseLocalVisualizer

from higherhrnet_plugin.engine import (
    OwnFilesBadCaseHook,
    OwnFilesVisualizationHook,
    drawing_hooks,
)

NAMES = (f'drawing-{i}' for i in itertools.count())


def predict(path, value):
    """Write an image of one grey; return a prediction that shows nobody."""
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((8, 8, 3), value, np.uint8))
    empty = InstanceData(
        keypoints=np.zeros((0, 17, 2)),
        keypoint_scores=np.zeros((0, 17)),
        bboxes=np.zeros((0, 4)),
    )
    sample = PoseDataSample(metainfo=dict(img_path=str(path)))
    sample.gt_instances = sample.pred_instances = empty
    return sample


@pytest.fixture
def visualizer(monkeypatch):
    made = PoseLocalVisualizer.get_instance(next(NAMES))
    monkeypatch.setattr(
        Visualizer, 'get_current_instance', classmethod(lambda cls: made)
    )
    return made


def run(hook, tmp_path, samples):
    """Draw the predictions of one batch."""
    runner = types.SimpleNamespace(
        work_dir=str(tmp_path / 'work'),
        timestamp='now',
        test_evaluator=types.SimpleNamespace(dataset_meta={}),
    )
    hook.after_test_iter(runner, 0, {}, samples)
    folder = tmp_path / 'work' / 'now' / 'out'
    return sorted(Path(entry.path) for entry in os.scandir(folder))


def shown(files):
    """Return the grey of each drawing."""
    return sorted(int(cv2.imread(str(file)).mean()) for file in files)


def same_names(tmp_path):
    """Make predictions for images of one name in three folders."""
    return [
        predict(tmp_path / f'{place}' / 'a.png', 50 * place)
        for place in range(1, 4)
    ]


def test_pictures_of_a_test(tmp_path, visualizer):
    hook = OwnFilesVisualizationHook(enable=True, out_dir='out')
    files = run(hook, tmp_path, same_names(tmp_path))
    # as mmpose calls them
    assert [file.name for file in files] == ['a_0.png', 'a_1.png', 'a_2.png']
    assert shown(files) == [50, 100, 150]
    assert 'add_datasample' not in vars(visualizer)


def test_pictures_of_two_processes(tmp_path, visualizer, monkeypatch):
    monkeypatch.setattr(drawing_hooks, 'get_world_size', lambda: 2)
    samples = same_names(tmp_path)
    # both have looked into the folder before one of them writes
    monkeypatch.setattr('os.listdir', lambda folder: [])
    for rank in range(2):
        monkeypatch.setattr(drawing_hooks, 'get_rank', lambda rank=rank: rank)
        hook = OwnFilesVisualizationHook(enable=True, out_dir='out')
        files = run(hook, tmp_path, samples[rank::2])
    assert [file.name for file in files] == [
        'a_0_process0.png',
        'a_0_process0_1.png',
        'a_0_process1.png',
    ]
    assert shown(files) == [50, 100, 150]


def test_bad_cases(tmp_path, visualizer, monkeypatch):
    hook = OwnFilesBadCaseHook(
        enable=True, out_dir='out', metric_type='loss', badcase_thr=0
    )
    hook.metric_name = 'loss'
    monkeypatch.setattr(hook, 'check_badcase', lambda *args: (True, 1.0))
    samples = same_names(tmp_path)
    # a crowd, whose boxes make a name that no disk takes
    crowd = predict(tmp_path / 'b.png', 200)
    crowd.gt_instances = InstanceData(bboxes=np.full((40, 4), 1000.0))
    crowd.gt_instances.keypoints = np.zeros((40, 17, 2))
    crowd.gt_instances.keypoints_visible = np.zeros((40, 17))
    files = run(hook, tmp_path, [*samples, crowd])
    assert shown(files) == [50, 100, 150, 200]
    assert max(len(file.name) for file in files) < 200
