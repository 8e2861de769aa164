# HigherHRNet-W48, COCO-WholeBody (133 keypoints), input 512x512
#
# Expected on COCO-WholeBody v1.0 val, with flip test: whole-body AP 48.7, AR
#   57.4 (MMPose 0.x); published by its authors.
# Weights: mim download higherhrnet_plugin \
#   --config ae_higherhrnet-w48_8xb16-300e_coco-512x512 --dest checkpoints
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-wholebody-512x512.py \
#   --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w48_8xb16-300e_coco-wholebody-512x512.py \
#   --checkpoint CHECKPOINT
# Like the W32 config but for the width, the batch size and the COCO weights
# that training starts from.
_base_ = [
    './ae_higherhrnet-w32_8xb24-300e_coco-wholebody-512x512.py',
    '../../../_base_/hrnet_w48.py',
]

auto_scale_lr = dict(base_batch_size=128)

model = dict(
    **_base_.hrnet_w48,
    finetune=dict(
        checkpoint='checkpoints/higher_hrnet48_coco_512x512'
        '-60fedcbc_20200712.pth'
    ),
)

train_dataloader = dict(batch_size=16)
