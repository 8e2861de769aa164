# SWAHR's: warm-up by 3 epochs, then linearly to 0 at epoch 300.
# `param_scheduler = _base_.linear_schedule` in a config that also inherits
# this file.
linear_schedule = [
    dict(
        type='LinearLR',
        begin=0,
        end=3,
        start_factor=0.1,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
    dict(
        type='LinearLR',
        begin=3,
        end=300,
        start_factor=1.0,
        end_factor=0.0,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
