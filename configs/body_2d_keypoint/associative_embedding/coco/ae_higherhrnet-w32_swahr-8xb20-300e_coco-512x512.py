# HigherHRNet-W32 with scale-adaptive heatmaps, COCO keypoints, input 512x512
#
# Paper: Rethinking the Heatmap Regression for Bottom-up Human Pose
#   Estimation (SWAHR), CVPR 2021, https://arxiv.org/abs/2012.15175
# Expected on COCO val2017, with flip test: AP 68.9, multi-scale 71.4; on
#   test-dev2017 67.9 (SWAHR, with the recipe of this file);
#   published by its authors, not measured here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_swahr-8xb20-300e_coco-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_swahr-8xb20-300e_coco-512x512.py \
#   --checkpoint CHECKPOINT
# A branch, in training alone, learns how wide the Gaussian of each cell is;
# cells that are right already count less. A test costs nothing more, and also
# takes these weights with the config that has no branch.
# Source: experiments/coco/higher_hrnet/w32_512_adam_lr1e-3.yaml of SWAHR; its
# learning rate is that of one GPU, and falls linearly to 0.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_coco-512x512.py',
    '../../../_base_/linear_schedule.py',
]

optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = _base_.linear_schedule
auto_scale_lr = dict(base_batch_size=160)

model = dict(
    head=dict(
        heatmap_loss=dict(sigma='learned', weight='wahr'),
        decoder=dict(score_thr=0.12),
    )
)
train_dataloader = dict(batch_size=20)
