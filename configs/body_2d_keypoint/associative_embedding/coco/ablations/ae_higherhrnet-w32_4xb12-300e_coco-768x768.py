# Ablation: HigherHRNet-W32 with the input 768x768
#
# Expected: see the ablation tables of the paper (section 4); no figures are
#   repeated here.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_4xb12-300e_coco-768x768.py \
#   --launcher pytorch --gpus 4
# Like the official recipe but for the input size. The batch size that the
# authors used at this input size is not known.
_base_ = ['../ae_higherhrnet-w32_4xb12-300e_coco-512x512.py']

codec = dict(input_size=(768, 768))
model = dict(head=dict(codec=codec))
train_dataloader = dict(dataset=dict(codec=codec))
val_dataloader = dict(dataset=dict(codec=codec))
test_dataloader = val_dataloader
