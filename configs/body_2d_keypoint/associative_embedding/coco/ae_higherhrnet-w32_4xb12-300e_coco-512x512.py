# HigherHRNet-W32, COCO keypoints, input 512x512, the official recipe
#
# Expected on COCO val2017, with flip test: AP 67.1, multi-scale 69.9 (official
#   code); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-512x512.py --launcher pytorch --gpus 4
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-512x512.py --checkpoint CHECKPOINT
# Unlike the recipe of MMPose 0.x it has smaller batches, a lower learning rate
# and no warm-up.
# Source: experiments/coco/higher_hrnet/w32_512_adam_lr1e-3.yaml
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

optim_wrapper = dict(optimizer=dict(lr=1e-3))
param_scheduler = [_base_.decay]
auto_scale_lr = dict(base_batch_size=48)

train_dataloader = dict(batch_size=12)
