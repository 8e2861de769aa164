"""MMPoseInferencer runs our configs on files, arrays and lists."""

import cv2
import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.registry import init_default_scope
from mmpose.apis import MMPoseInferencer
from mmpose.registry import MODELS
from small_configs import TINY, load_small

import higherhrnet_plugin  # noqa: F401


@pytest.fixture(scope='module')
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp('inferencer')
    cfg = load_small(TINY, write_data_set(folder), folder / 'work')
    # nothing was learned, so let the weak peaks of random weights be people
    cfg.model.head.decoder.score_thr = 0.0
    init_default_scope('mmpose')
    torch.manual_seed(0)
    model = MODELS.build(cfg.model)
    torch.save({'state_dict': model.state_dict()}, folder / 'model.pth')
    cfg.dump(folder / 'config.py')
    inferencer = MMPoseInferencer(
        pose2d=str(folder / 'config.py'),
        pose2d_weights=str(folder / 'model.pth'),
        device='cpu',
    )
    return folder, inferencer


def people(result):
    return np.array([p['keypoints'] for p in result['predictions'][0]])


def test_file_array_and_folder_agree(made, tmp_path):
    folder, inferencer = made
    file = str(folder / 'images' / '1.png')
    found = people(next(inferencer(file, out_dir=str(tmp_path))))
    assert found.shape[1:] == (17, 2)
    assert len(found)
    np.testing.assert_allclose(
        people(next(inferencer(cv2.imread(file)))), found, atol=1e-3
    )
    results = list(inferencer(str(folder / 'images'), batch_size=2))
    assert len(results) == 3
    np.testing.assert_allclose(people(results[1]), found, atol=1e-3)
    assert list(tmp_path.rglob('1.png'))
