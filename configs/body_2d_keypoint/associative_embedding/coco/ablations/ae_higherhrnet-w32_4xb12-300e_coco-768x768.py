# Ablation: HigherHRNet-W32 with the input 768x768
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-768x768.py \
#   --launcher pytorch --gpus 4
# Differs from the official recipe in the input size. What batch the authors
# had at this size is not known.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

codec = _base_.codec
codec.update(input_size=(768, 768), heatmap_sizes=[(192, 192), (384, 384)])

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(input_size=codec.input_size)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size)

train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
