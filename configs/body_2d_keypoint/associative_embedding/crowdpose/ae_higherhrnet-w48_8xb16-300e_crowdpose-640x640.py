# HigherHRNet-W48, CrowdPose, input 640x640
#
# Expected on CrowdPose test, with flip test: AP 65.9, multi-scale 67.6
#   (official code and recipe); published by its authors. MMPose 0.x, whose
#   recipe this is, published none at this size.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_crowdpose-640x640.py --checkpoint CHECKPOINT
# Like the W32 config but for the width. With the official recipe:
#   ae_higherhrnet-w48_4xb10-300e_crowdpose-640x640.py
_base_ = [
    './ae_higherhrnet-w32_8xb16-300e_crowdpose-640x640.py',
    '../../../_base_/hrnet_w48.py',
]

model = _base_.hrnet_w48
