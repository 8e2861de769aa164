# Ablation: HRNet-W32 alone, heatmaps and tags at 1/4, input 512x512
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_no-deconv-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Unlike HigherHRNet it has no deconvolution.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

# the head has a deconvolution for each level but the first
codec = dict(strides=(4,))
model = dict(head=dict(codec=codec))
train_dataloader = dict(dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
