# A tiny HigherHRNet on synthetic people, input 128x128
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected: see docs/demo.md, which also says what was measured.
# Data: python tools/dataset/make_synthetic_people.py data/synthetic_people \
#   --num-train 4000
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py --gpus 0
# `make demo` does all of it. HRNet with 24 channels and one block a branch,
# two levels, tags at 1/4: made for two CPU cores and a few minutes.
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(
    imports=['higherhrnet_plugin'], allow_failed_imports=False
)

train_cfg = dict(max_epochs=8, val_interval=8)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=4e-3, fused=True))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=200, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=8,
        T_max=8,
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(
    # the last checkpoint is also left without the state of the optimiser
    checkpoint=dict(interval=8, published_keys=['meta', 'state_dict'])
)

codec = dict(
    type='MultiResolutionAssociativeEmbedding',
    input_size=(128, 128),
    heatmap_sizes=[(32, 32), (64, 64)],
    # narrower than the official 2 and 2, as the maps are 4 times smaller
    sigma=(1.0, 1.5),
)

model = dict(
    type='MultiScaleBottomupPoseEstimator',
    channels_last=True,
    data_preprocessor=dict(
        type='PoseDataPreprocessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
    ),
    backbone=dict(
        type='HRNet',
        in_channels=3,
        extra=dict(
            stage1=dict(
                num_modules=1,
                num_branches=1,
                block='BOTTLENECK',
                num_blocks=(1,),
                num_channels=(32,),
            ),
            stage2=dict(
                num_modules=1,
                num_branches=2,
                block='BASIC',
                num_blocks=(1, 1),
                num_channels=(24, 48),
            ),
            stage3=dict(
                num_modules=1,
                num_branches=3,
                block='BASIC',
                num_blocks=(1, 1, 1),
                num_channels=(24, 48, 96),
            ),
            stage4=dict(
                num_modules=1,
                num_branches=4,
                block='BASIC',
                num_blocks=(1, 1, 1, 1),
                num_channels=(24, 48, 96, 192),
            ),
        ),
    ),
    head=dict(
        type='HigherHRNetHead',
        in_channels=24,
        num_keypoints=17,
        num_blocks=1,
        # exp(-d^2) has no slope where tags are equal, and the official start
        # (0.001) makes them nearly so. A short training needs tags that
        # differ from the first step, and more weight on both terms.
        tag_init_std=0.1,
        tag_loss=dict(
            type='MultiResolutionAELoss', pull_weight=3e-3, push_weight=3e-3
        ),
        decoder=dict(type='AggregatingBottomupDecoder'),
    ),
    test_cfg=dict(flip_test=True),
)

data_mode = 'bottomup'  # read by MMPoseInferencer
dataset_type = 'BottomupCocoDataset'
data_root = 'data/synthetic_people/'

train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='BottomupRandomAffine',
        input_size=codec['input_size'],
        shift_factor=0.1,
        scale_factor=(0.9, 1.1),
        rotate_factor=5,
        distribution='uniform',
    ),
    dict(type='BottomupRandomFlip', prob=0.5),
    dict(type='GenerateTarget', encoder=codec),
    dict(type='MultiResolutionHeatmapMask'),
    dict(
        type='PackPoseInputs',
        # what training reads; copying annotations costs a third of the time
        meta_keys=('img_id', 'img_path', 'img_shape', 'input_size'),
    ),
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='BottomupAlignedResize', input_size=codec['input_size']),
    dict(
        type='PackPoseInputs',
        meta_keys=(
            'id',
            'img_id',
            'img_path',
            'crowd_index',
            'ori_shape',
            'img_shape',
            'input_size',
            'input_center',
            'input_scale',
            'flip_indices',
            'raw_ann_info',
            'skeleton_links',
            'dataset_name',
            'aug_scales',
            'aug_imgs',
        ),
    ),
]
train_dataloader = dict(
    batch_size=16,
    num_workers=0,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/person_keypoints_train.json',
        data_prefix=dict(img='train/'),
        keep_empty=True,
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=16,
    num_workers=0,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/person_keypoints_val.json',
        data_prefix=dict(img='val/'),
        test_mode=True,
        pipeline=val_pipeline,
    ),
)
test_dataloader = val_dataloader
val_evaluator = dict(
    type='CocoMetric',
    ann_file=data_root + 'annotations/person_keypoints_val.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator
