"""Every shipped config is parsed, built and stepped once at small size."""

import math

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmengine.runner import Runner
from mmpose.registry import DATASETS, METRICS, MODELS, VISUALIZERS
from small_configs import CONFIGS, ROOT, load_small

import higherhrnet_plugin  # noqa: F401

pytestmark = pytest.mark.parametrize(
    'path', CONFIGS, ids=[path.stem for path in CONFIGS]
)


def test_step(path, tmp_path):
    k = Config.fromfile(path).model.head.num_keypoints
    cfg = load_small(path, write_data_set(tmp_path, k), tmp_path / 'work')
    init_default_scope('mmpose')
    model = MODELS.build(cfg.model)
    optim = Runner.build_optim_wrapper(_NoRunner(model), cfg.optim_wrapper)
    data_set = DATASETS.build(cfg.train_dataloader.dataset)
    samples = [data_set[i] for i in range(len(data_set))]
    before = [p.detach().clone() for p in model.parameters()]
    batch = {
        'inputs': [s['inputs'] for s in samples],
        'data_samples': [s['data_samples'] for s in samples],
    }
    losses = model.train_step(batch, optim)
    expected = {f'loss_heatmap_{i}' for i in range(model.head.num_levels)}
    assert set(losses) == {*expected, 'loss_pull', 'loss_push', 'loss'}
    assert all(math.isfinite(value) for value in losses.values())
    changed = [
        not torch.equal(old, new)
        for old, new in zip(before, model.parameters())
    ]
    assert all(changed)

    test_set = DATASETS.build(cfg.test_dataloader.dataset)
    model.eval()
    with torch.no_grad():
        (result,) = model.test_step(
            {
                'inputs': [test_set[1]['inputs']],
                'data_samples': [test_set[1]['data_samples']],
            }
        )
    people = result.pred_instances
    assert people.keypoints.shape[1:] == (k, 2)
    assert np.isfinite(people.keypoints).all()
    assert METRICS.build(cfg.test_evaluator) is not None
    assert VISUALIZERS.build({**cfg.visualizer, 'name': path.stem})


def test_parts_agree(path):
    cfg = Config.fromfile(path)
    train, test = (
        {t['type']: t for t in cfg[name].dataset.pipeline}
        for name in ('train_dataloader', 'test_dataloader')
    )
    codec = train['GenerateTarget']['encoder']
    size = tuple(codec['input_size'])
    assert tuple(train['BottomupRandomAffine']['input_size']) == size
    assert tuple(test['BottomupAlignedResize']['input_size']) == size
    assert cfg.val_dataloader == cfg.test_dataloader
    assert cfg.data_mode == 'bottomup'
    assert cfg.custom_imports['imports'] == ['higherhrnet_plugin']
    assert not cfg.custom_imports['allow_failed_imports']
    widths = cfg.model.backbone.extra.stage4.num_channels
    assert cfg.model.head.in_channels == widths[0]
    assert not any(
        'EMA' in hook['type'] for hook in cfg.get('custom_hooks', [])
    )
    # {gpus}xb{per gpu} of the name is what the learning rate is made for
    gpus, batch = (
        int(n)
        for n in next(part for part in path.stem.split('_') if 'xb' in part)
        .split('-')[0]
        .split('xb')
    )
    assert cfg.train_dataloader.batch_size == batch
    assert cfg.auto_scale_lr.base_batch_size == gpus * batch


def test_head_comment_says_how_to_run(path):
    text = path.read_text()
    head = text[: text.index('_base_')]
    for word in ('Paper', 'Expected', 'mim train', path.name):
        base_is_ours = "['./" in text or "['../" in text
        assert word in head or (word == 'Paper' and base_is_ours)
    assert path.is_relative_to(ROOT)


class _NoRunner:
    """The two attributes that Runner.build_optim_wrapper reads."""

    def __init__(self, model):
        self.model = model
        self.optim_wrapper = None
