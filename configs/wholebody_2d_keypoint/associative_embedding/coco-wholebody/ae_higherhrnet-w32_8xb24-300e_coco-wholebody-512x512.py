# HigherHRNet-W32, COCO-WholeBody (133 keypoints), input 512x512
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected on COCO-WholeBody v1.0 val, with flip test: whole-body AP 40.1, AR
#   49.3 (MMPose 0.x); published by its authors.
# Weights: mim download higherhrnet_plugin \
#   --config ae_higherhrnet-w32_8xb24-300e_coco-512x512 --dest checkpoints
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-wholebody-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_coco-wholebody-512x512.py \
#   --checkpoint CHECKPOINT
# The published weights were fine-tuned from those of COCO, and so are these:
# `finetune` copies every weight that does not depend on the number of
# keypoints, and the channels of the 17 keypoints that both data sets name.
_base_ = [
    '../../../body_2d_keypoint/associative_embedding/coco/'
    'ae_higherhrnet-w32_8xb24-300e_coco-512x512.py'
]

default_hooks = dict(checkpoint=dict(save_best='coco-wholebody/AP'))

model = dict(
    finetune=dict(
        checkpoint='checkpoints/higher_hrnet32_coco_512x512'
        '-8ae85183_20200713.pth',
        source='coco',
        target='coco_wholebody',
    ),
    # faces, hands and feet are not labelled in all images
    head=dict(num_keypoints=133, heatmap_loss=dict(supervise_empty=False)),
)

dataset_type = 'BottomupCocoWholeBodyDataset'
train_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        ann_file='annotations/coco_wholebody_train_v1.0.json',
    )
)
val_dataloader = dict(
    dataset=dict(
        type=dataset_type,
        ann_file='annotations/coco_wholebody_val_v1.0.json',
    )
)
test_dataloader = val_dataloader

val_evaluator = dict(
    type='BottomupCocoWholeBodyMetric',
    ann_file=_base_.data_root + 'annotations/coco_wholebody_val_v1.0.json',
)
test_evaluator = val_evaluator
