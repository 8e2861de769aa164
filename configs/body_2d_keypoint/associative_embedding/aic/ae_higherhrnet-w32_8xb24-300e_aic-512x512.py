# HigherHRNet-W32, AI Challenger, input 512x512
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected on AIC val, with flip test: AP 31.5, multi-scale 32.3 (MMPose 0.x
#   with the recipe of this file), published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_aic-512x512.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_aic-512x512.py --checkpoint CHECKPOINT
# Multi-scale test: add --cfg-options
#   test_dataloader.dataset.scales="[2,1,0.5]"
_base_ = ['../coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

default_hooks = dict(checkpoint=dict(save_best='aic/AP'))

# as in MMPose 0.x, the push loss weighs ten times as much as on COCO
model = dict(head=dict(num_keypoints=14, tag_loss=dict(push_weight=1e-2)))

dataset_type = 'BottomupAicDataset'
data_root = 'data/aic/'
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/aic_train.json',
        data_prefix=dict(
            img='ai_challenger_keypoint_train_20170902/'
            'keypoint_train_images_20170902/'
        ),
    )
)
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        ann_file='annotations/aic_val.json',
        data_prefix=dict(
            img='ai_challenger_keypoint_validation_20170911/'
            'keypoint_validation_images_20170911/'
        ),
    )
)
test_dataloader = val_dataloader

# AIC has no areas; OKS is measured with those of the boxes
val_evaluator = dict(
    ann_file=data_root + 'annotations/aic_val.json',
    use_area=False,
    prefix='aic',
)
test_evaluator = val_evaluator
