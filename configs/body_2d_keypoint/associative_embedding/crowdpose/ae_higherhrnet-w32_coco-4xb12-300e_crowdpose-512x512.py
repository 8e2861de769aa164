# HigherHRNet-W32, CrowdPose, input 512x512, from the weights of COCO
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected: nothing was published for this network. docs/crowds.md has what
#   COCO weights gave to others on CrowdPose: 2.4 to 5.2 points.
# Weights: mim download higherhrnet_plugin \
#   --config ae_higherhrnet-w32_8xb24-300e_coco-512x512 --dest checkpoints
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_coco-4xb12-300e_crowdpose-512x512.py \
#   --launcher pytorch --gpus 4
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_coco-4xb12-300e_crowdpose-512x512.py \
#   --checkpoint CHECKPOINT
# `finetune` copies all but the channels of the two keypoints that COCO lacks,
# the top of the head and the neck. The official config copies the backbone.
# Source: experiments/crowd_pose/higher_hrnet/w32_512_adam_lr1e-3_coco.yaml
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py']

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.decay]
auto_scale_lr = dict(base_batch_size=48)

model = dict(
    finetune=dict(
        checkpoint='checkpoints/higher_hrnet32_coco_512x512'
        '-8ae85183_20200713.pth',
        source='coco',
        target='crowdpose',
    )
)
train_dataloader = dict(batch_size=12)
