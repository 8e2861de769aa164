# HigherHRNet-W32, CrowdPose, input 640x640
#
# Expected: official code and MMPose 0.x have this config, but neither
#   published a result of it.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_crowdpose-640x640.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_crowdpose-640x640.py --checkpoint CHECKPOINT
# Differs from the 512 config in the input size and the batch.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_crowdpose-512x512.py']

auto_scale_lr = dict(base_batch_size=128)

codec = _base_.codec
codec.update(input_size=(640, 640), heatmap_sizes=[(160, 160), (320, 320)])

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(input_size=codec.input_size)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size)

train_dataloader = dict(batch_size=16, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
