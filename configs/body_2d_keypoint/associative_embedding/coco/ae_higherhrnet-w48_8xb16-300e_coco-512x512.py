# HigherHRNet-W48, COCO keypoints, input 512x512
#
# Expected on COCO val2017, with flip test: AP 68.6, multi-scale 71.6 (MMPose
#   0.x with the recipe of this file); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-512x512.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-512x512.py --checkpoint CHECKPOINT
# Like the W32 config but for the width and the batch size.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_coco-512x512.py',
    '../../../_base_/hrnet_w48.py',
]

auto_scale_lr = dict(base_batch_size=128)

model = _base_.hrnet_w48

train_dataloader = dict(batch_size=16)
