"""Any number of keypoints, from one description, all the way."""

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from helpers import KEYPOINTS
from inference_data import picture
from mmengine.runner import Runner
from mmpose.apis import MMPoseInferencer
from own_data import metainfo
from small_configs import TINY, load_small


@pytest.mark.slow
@pytest.mark.parametrize('k', KEYPOINTS)
def test_train_validate_and_predict(k, tmp_path):
    annotations = write_data_set(tmp_path, num_keypoints=k)
    cfg = load_small(TINY, annotations, tmp_path / 'work')
    info = metainfo(k, f'own{k}')
    cfg.model.metainfo = info
    cfg.model.head.num_keypoints = None
    # weak peaks of a network that has learnt nothing are people
    cfg.model.head.decoder.update(score_thr=0.0, max_candidates=2, tag_thr=1e9)
    for name in ('train', 'val', 'test'):
        cfg[f'{name}_dataloader'].dataset.metainfo = info
    for name in ('val', 'test'):
        cfg[f'{name}_evaluator'].update(ann_file=None, prefix='own')
    torch.manual_seed(0)
    runner = Runner.from_cfg(cfg)
    runner.train()
    metrics = runner.test()
    assert {'own/AP', 'own/AR'} <= set(metrics)
    assert np.isfinite(metrics['own/AP'])
    runner.save_checkpoint(str(tmp_path), 'last.pth')

    cfg.dump(tmp_path / 'config.py')
    predict = MMPoseInferencer(
        str(tmp_path / 'config.py'), str(tmp_path / 'last.pth'), device='cpu'
    )
    (result,) = predict(picture(96, 80))
    (people,) = result['predictions']
    assert people
    for person in people:
        assert np.shape(person['keypoints']) == (k, 2)
        assert np.shape(person['keypoint_scores']) == (k,)
