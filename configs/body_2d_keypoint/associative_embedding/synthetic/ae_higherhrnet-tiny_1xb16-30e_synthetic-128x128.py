# The tiny HigherHRNet of the demo, trained longer
#
# Expected: see docs/demo.md, which also says what was measured.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb16-30e_synthetic-128x128.py --gpus 0
# Like the demo, with a longer schedule.
_base_ = ['./ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=30, val_interval=3)
param_scheduler = [_base_.warm_up, dict(_base_.cosine, end=30, T_max=30)]
default_hooks = dict(checkpoint=dict(interval=3, max_keep_ckpts=1))
