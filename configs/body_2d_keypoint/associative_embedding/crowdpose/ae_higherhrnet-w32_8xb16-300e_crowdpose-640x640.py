# HigherHRNet-W32, CrowdPose, input 640x640
#
# Expected: official code and MMPose 0.x have this config, but neither
#   published a result of it.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_crowdpose-640x640.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_crowdpose-640x640.py --checkpoint CHECKPOINT
# Like the 512 config but for the input size and the batch size.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py']

auto_scale_lr = dict(base_batch_size=128)

codec = dict(input_size=(640, 640))
model = dict(head=dict(codec=codec))
train_dataloader = dict(batch_size=16, dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
