# The tiny HigherHRNet of the demo, trained longer
#
# Expected: see docs/demo.md, which also says what was measured.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb16-30e_synthetic-128x128.py --gpus 0
# Differs from the demo in the schedule.
_base_ = ['./ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=30, val_interval=3)
param_scheduler = _base_.param_scheduler
param_scheduler[1].update(end=30, T_max=30)
default_hooks = dict(checkpoint=dict(interval=3, max_keep_ckpts=1))
