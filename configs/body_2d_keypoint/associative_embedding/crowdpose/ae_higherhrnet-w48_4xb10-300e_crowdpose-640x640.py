# HigherHRNet-W48, CrowdPose, input 640x640, the official recipe
#
# Expected on CrowdPose test, with flip test: AP 65.9, multi-scale 67.6
#   (official code); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_4xb10-300e_crowdpose-640x640.py --launcher pytorch \
#   --gpus 4
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_4xb10-300e_crowdpose-640x640.py --checkpoint CHECKPOINT
# Unlike the recipe of MMPose 0.x it has smaller batches, a lower learning rate
# and no warm-up.
# Source: experiments/crowd_pose/higher_hrnet/w48_640_adam_lr1e-3.yaml
_base_ = ['./ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py']

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.decay]
auto_scale_lr = dict(base_batch_size=40)

train_dataloader = dict(batch_size=10)
