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
# Like the config without UDP but for `use_udp`, which targets, transforms and
# decoder read from the codec. People are decoded at 1/2 of the input, as for
# the published number.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

codec = dict(use_udp=True)
model = dict(
    head=dict(codec=codec),
    test_cfg=dict(project_to_image=False),
)
train_dataloader = dict(dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
