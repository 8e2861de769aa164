# HigherHRNet-W48 with scale-adaptive heatmaps, CrowdPose, input 640x640
#
# Paper: Rethinking the Heatmap Regression for Bottom-up Human Pose
#   Estimation (SWAHR), CVPR 2021, https://arxiv.org/abs/2012.15175
# Expected on CrowdPose test, with flip test: AP 71.6, multi-scale 73.8
#   (SWAHR), published by its authors, not measured here. Disputed:
#   issue 9 of their repository reports 62.7 from the unchanged code.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_swahr-8xb10-300e_crowdpose-640x640.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_swahr-8xb10-300e_crowdpose-640x640.py \
#   --checkpoint CHECKPOINT
# Source: experiments/crowd_pose/higher_hrnet/w48_640_adam_lr1e-3.yaml of SWAHR
_base_ = [
    './ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py',
    '../../../_base_/linear_schedule.py',
]

optim_wrapper = dict(optimizer=dict(lr=0.96e-3))
param_scheduler = _base_.linear_schedule
auto_scale_lr = dict(base_batch_size=80)
sync_bn = 'torch'

model = dict(head=dict(heatmap_loss=dict(sigma='learned', weight='wahr')))
train_dataloader = dict(batch_size=10)
