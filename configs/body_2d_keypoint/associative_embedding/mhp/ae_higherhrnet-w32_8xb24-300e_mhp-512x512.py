# HigherHRNet-W32, Multi-Human Parsing v2.0 (16 keypoints), input 512x512
#
# MHP v2.0: Zhao et al., ACM MM 2018, https://arxiv.org/abs/1804.03287
# Expected: nothing was measured with this config.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_mhp-512x512.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_mhp-512x512.py --checkpoint CHECKPOINT
# The annotation files are those offered by mmpose's data set documentation.
_base_ = ['../coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

default_hooks = dict(checkpoint=dict(save_best='mhp/AP'))

# number of keypoints and order of grouping are those of the data set
model = dict(
    metainfo=dict(from_file='configs/_base_/datasets/mhp.py'),
    head=dict(num_keypoints=None),
)

data_root = 'data/mhp/'
mhp = dict(type='BottomupMhpDataset', data_root=data_root)
train_dataloader = dict(
    dataset=dict(
        ann_file='annotations/mhp_train.json',
        data_prefix=dict(img='train/images/'),
        **mhp,
    )
)
val_dataloader = dict(
    dataset=dict(
        ann_file='annotations/mhp_val.json',
        data_prefix=dict(img='val/images/'),
        **mhp,
    )
)
test_dataloader = val_dataloader

# OKS is measured with the areas of the boxes, as mmpose's configs for MHP do
val_evaluator = dict(
    ann_file=data_root + 'annotations/mhp_val.json',
    use_area=False,
    prefix='mhp',
)
test_evaluator = val_evaluator
