# HigherHRNet-W48, COCO keypoints, input 640x640
#
# Expected on COCO val2017, with flip test: AP 69.9, multi-scale 72.1 (official
#   code and recipe); published by its authors. MMPose 0.x, whose recipe this
#   is, published none at this size.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-640x640.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-640x640.py --checkpoint CHECKPOINT
# Like the W32 config but for the width. With the official recipe:
#   ae_higherhrnet-w48_4xb10-300e_coco-640x640.py
_base_ = [
    './ae_higherhrnet-w32_8xb16-300e_coco-640x640.py',
    '../../../_base_/hrnet_w48.py',
]

model = _base_.hrnet_w48
