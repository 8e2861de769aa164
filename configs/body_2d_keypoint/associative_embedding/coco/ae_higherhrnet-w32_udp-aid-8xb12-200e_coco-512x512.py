# HigherHRNet-W32 with UDP and hidden cells (AID), COCO keypoints, 512x512
#
# Paper: AID: Pushing the Performance Boundary of Human Pose Estimation with
#   Information Dropping Augmentation, https://arxiv.org/abs/2008.07139
# Expected on COCO val2017, with flip test: AP 69.0 (UDP-Pose, whose UDP model
#   without AID has 67.6); published by its authors, not measured here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-aid-8xb12-200e_coco-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-aid-8xb12-200e_coco-512x512.py \
#   --checkpoint CHECKPOINT
# 200 more epochs of the model with UDP, in which random cells of the images
# are black: give its weights as `load_from`. It has then seen 500 epochs;
# compare it with a model that was trained as long.
# Source: configs/bottom_up/aid/coco/higher_hrnet32_coco_512x512_udp_aid.py of
# UDP-Pose
_base_ = ['./ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512.py']

# of ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512.py
load_from = None
train_cfg = dict(max_epochs=200)
optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [
    _base_.warm_up,
    dict(_base_.decay, end=200, milestones=[150, 190]),
]
auto_scale_lr = dict(base_batch_size=96)

train_dataloader = dict(
    batch_size=12, dataset=dict(augmentation=dict(hide_prob=1))
)
