# HigherHRNet-W32 with scale-adaptive heatmaps, CrowdPose, input 512x512
#
# Paper: Rethinking the Heatmap Regression for Bottom-up Human Pose
#   Estimation (SWAHR), CVPR 2021, https://arxiv.org/abs/2012.15175
# Expected: nothing was published for this width and data.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_swahr-8xb20-300e_crowdpose-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_swahr-8xb20-300e_crowdpose-512x512.py \
#   --checkpoint CHECKPOINT
# Like the config for COCO; the threshold of the test is the usual one, as in
# SWAHR's config for CrowdPose.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py',
    '../../../_base_/linear_schedule.py',
]

optim_wrapper = dict(optimizer=dict(lr=2e-3))
param_scheduler = _base_.linear_schedule
auto_scale_lr = dict(base_batch_size=160)

model = dict(head=dict(heatmap_loss=dict(sigma='learned', weight='wahr')))
train_dataloader = dict(batch_size=20)
