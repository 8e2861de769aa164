# HigherHRNet-W48, COCO keypoints, input 640x640, the official recipe
#
# Expected on COCO val2017, with flip test: AP 69.9, multi-scale 72.1 (official
#   code); published by its authors.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_4xb10-300e_coco-640x640.py --launcher pytorch --gpus 4
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_4xb10-300e_coco-640x640.py --checkpoint CHECKPOINT
# Like the W32 config but for the width and the batch size.
# Source: experiments/coco/higher_hrnet/w48_640_adam_lr1e-3.yaml
_base_ = [
    './ae_higherhrnet-w32_4xb12-300e_coco-640x640.py',
    '../../../_base_/hrnet_w48.py',
]

auto_scale_lr = dict(base_batch_size=40)

model = _base_.hrnet_w48

train_dataloader = dict(batch_size=10)
