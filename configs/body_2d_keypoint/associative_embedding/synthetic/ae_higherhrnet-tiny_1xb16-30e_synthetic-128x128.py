# The tiny HigherHRNet of the demo, trained longer
#
# Expected: see docs/demo.md, which also says what was measured.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb16-30e_synthetic-128x128.py --gpus 0
# Differs from the demo in the schedule.
_base_ = ['./ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=30, val_interval=3)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=200, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=30,
        T_max=30,
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
default_hooks = dict(checkpoint=dict(interval=3, max_keep_ckpts=1))
