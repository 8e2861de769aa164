"""Metrics and predictions depend neither on the batch nor on processes."""

import json
import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from data_sets import write_data_set
from inference_data import write_model
from mmengine.config import Config
from mmengine.runner import Runner
from processes import ROOT, run_python

import higherhrnet_plugin  # noqa: F401

# what the 7 images have more than 96 x 80 pixels, to the right and below
BORDERS = [(0, 0), (60, 0), (0, 70), (0, 0), (61, 3), (7, 90), (0, 0)]


def mix_shapes(file):
    """Enlarge the images of an annotation file, each in its own way."""
    content = json.loads(file.read_text())
    assert len(content['images']) == len(BORDERS)
    for record, (right, below) in zip(content['images'], BORDERS):
        path = str(file.parent / 'images' / record['file_name'])
        image = cv2.copyMakeBorder(
            cv2.imread(path), 0, below, 0, right, cv2.BORDER_REFLECT_101
        )
        cv2.imwrite(path, image)
        record['height'], record['width'] = image.shape[:2]
    # no crowds, and no people yet
    content['annotations'] = []
    file.write_text(json.dumps(content))


def annotate(file, found):
    """Label some of the people found, each with another precision."""
    content = json.loads(file.read_text())
    rng = np.random.default_rng(0)
    for i, row in enumerate(found[::2]):
        points = np.reshape(row['keypoints'], (-1, 3))
        points[:, :2] += rng.normal(0, rng.uniform(0, 4), points[:, :2].shape)
        points[:, 2] = 2
        (x, y), (right, below) = points.min(0)[:2], points.max(0)[:2]
        w, h = right - x, below - y
        content['annotations'].append(
            dict(
                id=i + 1,
                image_id=row['image_id'],
                category_id=1,
                iscrowd=0,
                bbox=[x, y, w, h],
                area=w * h,
                num_keypoints=len(points),
                keypoints=points.reshape(-1).tolist(),
            )
        )
    file.write_text(json.dumps(content))


def run(cfg, name, batch_size):
    """Test in this process; return metrics and predictions."""
    cfg = cfg.copy()
    cfg.experiment_name = cfg.visualizer.name = f'{cfg.work_dir}-{name}'
    cfg.test_dataloader.batch_size = batch_size
    cfg.test_evaluator.outfile_prefix = f'{cfg.work_dir}/{name}'
    metrics = Runner.from_cfg(cfg).test()
    return metrics, read(cfg, name)


def read(cfg, name):
    """Read the predictions of a test."""
    return json.loads(Path(cfg.work_dir, f'{name}.keypoints.json').read_text())


@pytest.fixture(
    scope='module', params=[(1,), (1, 2)], ids=['one scale', 'two scales']
)
def single(request, tmp_path_factory):
    """Test with batches of one.

    Returns:
        tuple: paths of config and weights, config, metrics, predictions.
    """
    folder = tmp_path_factory.mktemp('single')
    config, weights = write_model(folder)
    file = write_data_set(folder, people=(0,) * len(BORDERS))
    mix_shapes(file)
    cfg = Config.fromfile(config)
    cfg.load_from = weights
    cfg.model.test_cfg.flip_test = True
    cfg.test_dataloader.dataset.scales = request.param
    cfg.dump(config)
    _, found = run(cfg, 'unlabelled', 1)
    annotate(file, found)
    return config, weights, cfg, *run(cfg, 'single', 1)


def check(ours, expected):
    """Compare metrics and predictions, and see that there are some."""
    (metrics, found), (their_metrics, their_found) = ours, expected
    assert 0.1 < metrics['coco/AP'] < 0.9
    assert metrics == pytest.approx(their_metrics, rel=0, abs=1e-9)
    assert {row['image_id'] for row in found} == set(range(1, 8))
    assert len(found) == len(their_found) > 14
    for a, b in zip(found, their_found):
        assert a['image_id'] == b['image_id']
        assert a['score'] == pytest.approx(b['score'], abs=1e-5)
        np.testing.assert_allclose(
            a['keypoints'], b['keypoints'], rtol=0, atol=1e-3
        )


def test_batches_of_mixed_shapes(single):
    _, _, cfg, *expected = single
    check(run(cfg, 'batches', 3), expected)


@pytest.mark.parametrize('single', [(1,)], indirect=True)
def test_two_processes(single, tmp_path):
    """The tool with torchrun, where one process has an image less."""
    config, weights, cfg, *expected = single
    metrics = tmp_path / 'metrics.json'
    paths = [str(ROOT), os.environ.get('PYTHONPATH', '')]
    done = run_python(
        '-m',
        'torch.distributed.run',
        '--standalone',
        '--nproc_per_node',
        2,
        ROOT / 'tools' / 'test.py',
        config,
        weights,
        '--launcher',
        'pytorch',
        '--out',
        metrics,
        '--cfg-options',
        f'test_evaluator.outfile_prefix={cfg.work_dir}/two',
        'test_dataloader.batch_size=2',
        PYTHONPATH=os.pathsep.join(paths),
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    check((json.loads(metrics.read_text()), read(cfg, 'two')), expected)
