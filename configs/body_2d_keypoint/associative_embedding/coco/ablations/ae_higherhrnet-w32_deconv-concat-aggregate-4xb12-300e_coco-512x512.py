# Ablation: with concatenation, and heatmaps averaged over both levels
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_deconv-concat-aggregate-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Unlike HigherHRNet it has no residual blocks after the deconvolution. With
# them it is ae_higherhrnet-w32_4xb12-300e_coco-512x512.py.
_base_ = ['./ae_higherhrnet-w32_deconv-concat-4xb12-300e_coco-512x512.py']

model = dict(head=dict(decoder=dict(heatmap_levels=None)))
