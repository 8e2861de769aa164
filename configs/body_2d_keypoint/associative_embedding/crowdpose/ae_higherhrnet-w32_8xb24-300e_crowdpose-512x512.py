# HigherHRNet-W32, CrowdPose, input 512x512
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected on CrowdPose test, with flip test: AP 65.5, multi-scale 66.1 (MMPose
#   0.x with the recipe of this file), published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py --checkpoint CHECKPOINT
# Multi-scale test, with the scales of the published number: add --cfg-options
#   test_dataloader.dataset.scales="[2,1]"
# Trained on train and val together, as for the published numbers.
_base_ = ['../coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

default_hooks = dict(checkpoint=dict(save_best='crowdpose/AP'))

model = dict(head=dict(num_keypoints=14))

dataset_type = 'BottomupCrowdPoseDataset'
data_root = 'data/crowdpose/'
crowdpose = dict(
    type=dataset_type, data_root=data_root, data_prefix=dict(img='images/')
)
train_dataloader = dict(
    dataset=dict(
        ann_file='annotations/mmpose_crowdpose_trainval.json', **crowdpose
    )
)
val_dataloader = dict(
    dataset=dict(
        ann_file='annotations/mmpose_crowdpose_test.json', **crowdpose
    )
)
test_dataloader = val_dataloader

val_evaluator = dict(
    ann_file=data_root + 'annotations/mmpose_crowdpose_test.json',
    use_area=False,
    iou_type='keypoints_crowd',
    prefix='crowdpose',
)
test_evaluator = val_evaluator
