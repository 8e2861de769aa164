"""Configs that tell every transform itself train and test as they did."""

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.config import Config
from mmengine.runner import Runner
from small_configs import TINY, point_to

import higherhrnet_plugin  # noqa: F401

# A child of a shipped config, which changes pipelines by place.
CHILD = f"""
_base_ = ['{TINY}']
codec = _base_.codec
codec.update(
    input_size=(64, 64), heatmap_sizes=[(16, 16), (32, 32)], use_udp=True
)
model = dict(
    head=dict(decoder=dict(use_udp=True, score_thr=0.0, max_candidates=5))
)
train_pipeline = _base_.train_pipeline
train_pipeline[1].update(
    input_size=codec.input_size, rotate_factor=10, use_udp=True
)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(
    input_size=codec.input_size, scales=(1, 2), use_udp=True
)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
"""
# One that inherits nothing but the network: what the release before had.
WHOLE = f"""
_base_ = ['{TINY}']
encoder = dict(
    type='MultiResolutionAssociativeEmbedding',
    input_size=(64, 64),
    heatmap_sizes=[(16, 16), (32, 32)],
    sigma=(1.0, 1.5),
    use_udp=True,
)
default_hooks = dict(
    _delete_=True,
    runtime_info=dict(type='RuntimeInfoHook'),
    logger=dict(type='LoggerHook'),
    checkpoint=dict(type='CheckpointHook'),
    finite=dict(type='FiniteLossHook'),
)
model = dict(
    head=dict(
        _delete_=True,
        type='HigherHRNetHead',
        in_channels=24,
        num_keypoints=17,
        num_deconvs=1,
        num_blocks=1,
        tag_levels=(0,),
        heatmap_loss=dict(
            type='MultiResolutionHeatmapLoss', loss_weight=(1.0, 1.0)
        ),
        decoder=dict(
            type='AggregatingBottomupDecoder',
            use_udp=True,
            score_thr=0.0,
            max_candidates=5,
        ),
    )
)
train_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(
        type='BottomupAlignedAffine',
        input_size=encoder['input_size'],
        shift_factor=0.1,
        scale_factor=(0.9, 1.1),
        rotate_factor=10,
        use_udp=True,
    ),
    dict(type='BottomupRandomFlip', prob=0.5),
    dict(type='GenerateTarget', encoder=encoder),
    dict(type='MultiResolutionHeatmapMask'),
    dict(
        type='PackBottomupInputs',
        meta_keys=('img_id', 'img_path', 'img_shape', 'input_size'),
    ),
]
val_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(
        type='BottomupAlignedResize',
        input_size=encoder['input_size'],
        scales=(1, 2),
        use_udp=True,
    ),
    dict(
        type='PackPoseInputs',
        meta_keys=(
            'id', 'img_id', 'img_path', 'crowd_index', 'ori_shape',
            'img_shape', 'input_size', 'input_center', 'input_scale',
            'flip_indices', 'raw_ann_info', 'skeleton_links',
            'dataset_name', 'aug_scales', 'aug_imgs',
        ),
    ),
]
train_dataloader = dict(
    dataset=dict(
        _delete_=True, type='BottomupCocoDataset', pipeline=train_pipeline
    )
)
val_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='BottomupCocoDataset',
        test_mode=True,
        pipeline=val_pipeline,
    )
)
test_dataloader = val_dataloader
"""


@pytest.mark.slow
@pytest.mark.parametrize('text', [CHILD, WHOLE], ids=['child', 'whole'])
def test_it_trains_and_tests(tmp_path, text):
    file = tmp_path / 'older.py'
    file.write_text(text)
    people = write_data_set(tmp_path, people=(2, 1, 4))
    cfg = point_to(Config.fromfile(file), people, tmp_path / 'work')
    cfg.experiment_name = str(tmp_path)
    cfg.default_hooks.checkpoint.update(interval=1, save_best=None)
    torch.manual_seed(0)
    runner = Runner.from_cfg(cfg)
    runner.train()
    assert runner.iter == 1
    sample = runner.train_dataloader.dataset[0]['data_samples']
    shapes = [heatmaps.shape[1:] for heatmaps in sample.gt_fields.heatmaps]
    assert shapes == [(16, 16), (32, 32)]
    assert sample.input_size == (64, 64)

    cfg.load_from = f'{cfg.work_dir}/epoch_1.pth'
    cfg.experiment_name = f'{tmp_path} tested'
    tester = Runner.from_cfg(cfg)
    metrics = tester.test()
    assert np.isfinite(metrics['coco/AP'])
    assert tester.model.head.decoder.use_udp
    sample = tester.test_dataloader.dataset[0]['data_samples']
    assert min(sample.input_size) == 64
    assert sample.aug_scales == [2]
