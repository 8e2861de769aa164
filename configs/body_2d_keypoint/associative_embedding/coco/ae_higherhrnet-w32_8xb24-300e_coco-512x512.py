# HigherHRNet-W32, COCO keypoints, input 512x512
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected on COCO val2017, with flip test: AP 67.7, multi-scale 70.6 (MMPose
#   0.x with the recipe of this file); 67.1, multi-scale 69.9 (official code);
#   published by their authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-512x512.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-512x512.py --checkpoint CHECKPOINT
# Options, to be added behind --cfg-options:
#   test_dataloader.dataset.scales="[2,1,0.5]"   multi-scale test
#   model.test_cfg.flip_test=False               no flip test
#   model.head.decoder.align_flip=True           for what this file has trained
#   codec.input_size=640                         another input size
#   codec.use_udp=True                           unbiased data processing
#   codec.on_device=True                         targets drawn by the head
_base_ = ['mmpose::_base_/default_runtime.py']
custom_imports = dict(
    imports=['higherhrnet_plugin'], allow_failed_imports=False
)

# The schedule of MMPose 0.x: 8 GPUs x 24 images, lr 1.5e-3, warm-up. The
# official code trains on 4 GPUs x 12 images with lr 1e-3 and no warm-up, and
# is otherwise the same: see ae_higherhrnet-w32_4xb12-300e_coco-512x512.py.
train_cfg = dict(max_epochs=300, val_interval=10)
optim_wrapper = dict(optimizer=dict(type='Adam', lr=1.5e-3))
warm_up = dict(
    type='LinearLR', begin=0, end=500, start_factor=0.001, by_epoch=False
)
decay = dict(
    type='MultiStepLR',
    begin=0,
    end=300,
    milestones=[200, 260],
    gamma=0.1,
    by_epoch=True,
)
param_scheduler = [warm_up, decay]
auto_scale_lr = dict(base_batch_size=192)
default_hooks = dict(
    checkpoint=dict(
        type='DurableCheckpointHook',
        interval=10,
        save_best='coco/AP',
        rule='greater',
    ),
    sampler_seed=dict(type='KeptSamplerSeedHook'),
    # config, versions, commits and data of each start: experiment.json
    experiment=dict(type='ExperimentHook'),
    # policy='skip' skips steps whose losses are NaN
    finite=dict(type='FiniteLossHook'),
    # images of one name in several folders are drawn into files of their own
    visualization=dict(type='OwnFilesVisualizationHook'),
    badcase=dict(type='OwnFilesBadCaseHook'),
    # head and data sets must have the same codec
    codec=dict(type='CodecCheckHook'),
)

# The pyramid: heatmaps at 1/4 and 1/2 of the input, tags at 1/4. The head and
# the data sets are given it, and their transforms and decoder follow. A config
# that inherits this one and changes it hands it on in the same four places.
codec = dict(
    type='MultiResolutionAssociativeEmbedding',
    input_size=(512, 512),
    sigma=2,
)

model = dict(
    type='MultiScaleBottomupPoseEstimator',
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
                num_blocks=(4,),
                num_channels=(64,),
            ),
            stage2=dict(
                num_modules=1,
                num_branches=2,
                block='BASIC',
                num_blocks=(4, 4),
                num_channels=(32, 64),
            ),
            stage3=dict(
                num_modules=4,
                num_branches=3,
                block='BASIC',
                num_blocks=(4, 4, 4),
                num_channels=(32, 64, 128),
            ),
            stage4=dict(
                num_modules=3,
                num_branches=4,
                block='BASIC',
                num_blocks=(4, 4, 4, 4),
                num_channels=(32, 64, 128, 256),
            ),
        ),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmpose/'
            'pretrain_models/hrnet_w32-36af842e.pth',
        ),
    ),
    head=dict(
        type='HigherHRNetHead',
        in_channels=32,
        codec=codec,
        num_keypoints=17,
        heatmap_loss=dict(type='MultiResolutionHeatmapLoss'),
        tag_loss=dict(
            type='MultiResolutionAELoss', pull_weight=1e-3, push_weight=1e-3
        ),
        decoder=dict(type='AggregatingBottomupDecoder'),
    ),
    test_cfg=dict(flip_test=True, project_to_image=True),
)

data_mode = 'bottomup'  # read by MMPoseInferencer
dataset_type = 'BottomupCocoDataset'
data_root = 'data/coco/'

train_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedAffine'),
    dict(type='BottomupRandomFlip'),
    dict(type='GenerateBottomupTarget'),
    dict(type='MultiResolutionHeatmapMask'),
    dict(
        type='PackBottomupInputs',
        # what training reads; copying annotations costs a third of the time
        meta_keys=('img_id', 'img_path', 'img_shape', 'input_size'),
    ),
]
val_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedResize'),
    dict(type='PackBottomupInputs'),
]

train_dataloader = dict(
    batch_size=24,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='SeededSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/person_keypoints_train2017.json',
        data_prefix=dict(img='train2017/'),
        codec=codec,
        augmentation=dict(
            shift_factor=0.2,
            scale_factor=(0.75, 1.5),
            rotate_factor=30,
            flip_prob=0.5,
        ),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    drop_last=False,
    sampler=dict(type='DefaultSampler', shuffle=False, round_up=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/person_keypoints_val2017.json',
        data_prefix=dict(img='val2017/'),
        test_mode=True,
        codec=codec,
        pipeline=val_pipeline,
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    type='BottomupCocoMetric',
    ann_file=data_root + 'annotations/person_keypoints_val2017.json',
    nms_mode='none',
    score_mode='bbox',
)
test_evaluator = val_evaluator

# As in the paper, there is no moving average of the weights. To have one:
# custom_hooks = [
#     dict(type='SyncBuffersHook'),
#     dict(type='EMAHook', ema_type='ExpMomentumEMA', update_buffers=True),
# ]
