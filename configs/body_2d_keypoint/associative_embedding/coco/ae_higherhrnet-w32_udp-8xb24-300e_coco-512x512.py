# HigherHRNet-W32 with UDP, COCO keypoints, input 512x512
#
# Paper: The Devil is in the Details: Delving into Unbiased Data Processing
#   for Human Pose Estimation, CVPR 2020, https://arxiv.org/abs/1911.07524
# Expected on COCO val2017, with flip test: AP 67.8 (MMPose 0.x with the
#   recipe of this file); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512.py --checkpoint CHECKPOINT
# Differs from the config without UDP in `use_udp`, which must be the same in
# targets, both resizes and the decoder. People are decoded at 1/2 of the
# input, as for the published number.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

codec = _base_.codec
codec.update(use_udp=True)

model = dict(
    head=dict(decoder=dict(use_udp=True)),
    test_cfg=dict(project_to_image=False),
)

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(use_udp=True)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(use_udp=True)

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
