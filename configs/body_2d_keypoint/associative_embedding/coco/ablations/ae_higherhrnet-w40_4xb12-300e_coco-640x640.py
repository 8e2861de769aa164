# Ablation: HigherHRNet-W40, input 640x640
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w40_4xb12-300e_coco-640x640.py \
#   --launcher pytorch --gpus 4
# Like the official recipe of W32 but for the width. The batch size that the
# authors used with this width is not known.
_base_ = [
    '../ae_higherhrnet-w32_4xb12-300e_coco-640x640.py',
    '../../../../_base_/hrnet_w40.py',
]

model = _base_.hrnet_w40
