# HRNet-W40: `model = _base_.hrnet_w40` in a config that also inherits this
# file. The ImageNet weights are the HRNet authors', as MMEngine lists them.
hrnet_w40 = dict(
    backbone=dict(
        extra=dict(
            stage2=dict(num_channels=(40, 80)),
            stage3=dict(num_channels=(40, 80, 160)),
            stage4=dict(num_channels=(40, 80, 160, 320)),
        ),
        init_cfg=dict(
            type='Pretrained', checkpoint='open-mmlab://msra/hrnetv2_w40'
        ),
    ),
    head=dict(in_channels=40),
)
