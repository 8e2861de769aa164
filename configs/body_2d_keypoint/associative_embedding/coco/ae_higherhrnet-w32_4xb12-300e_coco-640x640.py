# HigherHRNet-W32, COCO keypoints, input 640x640, the official recipe
#
# Expected on COCO val2017, with flip test: AP 68.5, multi-scale 70.6 (official
#   code); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-640x640.py --launcher pytorch --gpus 4
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-640x640.py --checkpoint CHECKPOINT
# Unlike the recipe of MMPose 0.x it has smaller batches, a lower learning rate
# and no warm-up.
# Source: experiments/coco/higher_hrnet/w32_640_adam_lr1e-3.yaml
_base_ = ['./ae_higherhrnet-w32_8xb16-300e_coco-640x640.py']

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.decay]
auto_scale_lr = dict(base_batch_size=48)

train_dataloader = dict(batch_size=12)
