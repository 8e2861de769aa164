# HRNet with 24 channels and one block per branch: `model = _base_.hrnet_tiny`
# in a config that also inherits this file. Made for two CPU cores and a few
# minutes; there are no weights to start from.
hrnet_tiny = dict(
    channels_last=True,
    backbone=dict(
        extra=dict(
            stage1=dict(num_blocks=(1,), num_channels=(32,)),
            stage2=dict(num_blocks=(1, 1), num_channels=(24, 48)),
            stage3=dict(
                num_modules=1,
                num_blocks=(1, 1, 1),
                num_channels=(24, 48, 96),
            ),
            stage4=dict(
                num_modules=1,
                num_blocks=(1, 1, 1, 1),
                num_channels=(24, 48, 96, 192),
            ),
        ),
        init_cfg=[
            dict(type='Normal', std=0.001, layer=['Conv2d']),
            dict(type='Constant', val=1, layer=['_BatchNorm', 'GroupNorm']),
        ],
    ),
    head=dict(
        in_channels=24,
        num_blocks=1,
        # exp(-d^2) has no slope where tags are equal, and the official start
        # (0.001) makes them nearly so. A short training needs tags that
        # differ from the first step, and more weight on both terms.
        tag_init_std=0.1,
        tag_loss=dict(pull_weight=3e-3, push_weight=3e-3),
    ),
)
