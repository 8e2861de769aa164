# Ablation: HRNet-W32 alone, heatmaps and tags at 1/4, input 512x512
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_no-deconv-4xb12-300e_coco-512x512.py \
#   --launcher pytorch --gpus 4
# Differs from HigherHRNet in the missing deconvolution.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

codec = _base_.codec
codec.update(heatmap_sizes=[(128, 128)])

model = dict(head=dict(num_deconvs=0, heatmap_loss=dict(loss_weight=(1.0,))))

train_pipeline = _base_.train_pipeline
train_pipeline[3].update(encoder=codec)

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
