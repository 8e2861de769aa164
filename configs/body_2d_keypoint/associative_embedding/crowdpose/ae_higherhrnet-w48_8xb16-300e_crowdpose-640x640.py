# HigherHRNet-W48, CrowdPose, input 640x640
#
# Expected on CrowdPose test, with flip test: AP 65.9, multi-scale 67.6
#   (official code); published by their authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py --launcher pytorch \
#   --gpus 8
# Differs from the W32 config in width, input size and batch.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py']

auto_scale_lr = dict(base_batch_size=128)

codec = _base_.codec
codec.update(input_size=(640, 640), heatmap_sizes=[(160, 160), (320, 320)])

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

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(input_size=codec.input_size)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size)

train_dataloader = dict(batch_size=16, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
