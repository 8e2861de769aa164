# HigherHRNet-W48, CrowdPose, input 512x512
#
# Expected: MMPose 0.x has this config, but published no result of it.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_crowdpose-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_crowdpose-512x512.py --checkpoint CHECKPOINT
# Like the W32 config but for the width and the batch size.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py',
    '../../../_base_/hrnet_w48.py',
]

auto_scale_lr = dict(base_batch_size=128)

model = _base_.hrnet_w48

train_dataloader = dict(batch_size=16)
