# HigherHRNet-W32, COCO keypoints, input 640x640
#
# Expected on COCO val2017, with flip test: AP 68.5, multi-scale 70.6 (official
#   code); 68.6, multi-scale 70.6 (MMPose 0.x with the recipe of this file);
#   published by their authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_coco-640x640.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb16-300e_coco-640x640.py --checkpoint CHECKPOINT
# Like the 512 config but for the input size and the batch size.
_base_ = ['./ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

auto_scale_lr = dict(base_batch_size=128)

codec = dict(input_size=(640, 640))
model = dict(head=dict(codec=codec))
train_dataloader = dict(batch_size=16, dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
