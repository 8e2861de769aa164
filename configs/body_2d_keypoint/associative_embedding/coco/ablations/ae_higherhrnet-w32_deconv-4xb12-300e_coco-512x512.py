# Ablation: HRNet-W32 with a deconvolution, supervised at both levels
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_deconv-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Unlike HigherHRNet the deconvolution sees the features only and has no
# residual blocks after it, and the test reads the heatmaps of 1/2 only.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

model = dict(
    head=dict(
        concat_outputs=False, num_blocks=0, decoder=dict(heatmap_levels=(1,))
    )
)
