# Ablation: HRNet-W32 with a deconvolution, supervised at both levels
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_deconv-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Differs from HigherHRNet: the deconvolution sees features alone and has no
# residual blocks behind it, and the test reads heatmaps of 1/2 alone.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

model = dict(
    head=dict(
        concat_outputs=False, num_blocks=0, decoder=dict(heatmap_levels=(1,))
    )
)
