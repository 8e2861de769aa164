# Ablation: a deconvolution that also sees the outputs of 1/4
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_deconv-concat-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Unlike HigherHRNet it has no residual blocks after the deconvolution, and the
# test reads the heatmaps of 1/2 only.
_base_ = ['./ae_higherhrnet-w32_deconv-4xb12-300e_coco-512x512.py']

model = dict(head=dict(concat_outputs=True))
