# HigherHRNet-W48, COCO keypoints, input 640x640
#
# Expected on COCO val2017, with flip test: AP 69.9, multi-scale 72.1
#   (official code); published by their authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-640x640.py --launcher pytorch --gpus 8
# Differs from the W32 config in the width.
_base_ = ['./ae_higherhrnet-w32_8xb16-300e_coco-640x640.py']

model = dict(
    backbone=dict(
        extra=dict(
            stage2=dict(num_channels=(48, 96)),
            stage3=dict(num_channels=(48, 96, 192)),
            stage4=dict(num_channels=(48, 96, 192, 384)),
        ),
        init_cfg=dict(
            type='Pretrained',
            checkpoint='https://download.openmmlab.com/mmpose/'
            'pretrain_models/hrnet_w48-8ef0771d.pth',
        ),
    ),
    head=dict(in_channels=48),
)
