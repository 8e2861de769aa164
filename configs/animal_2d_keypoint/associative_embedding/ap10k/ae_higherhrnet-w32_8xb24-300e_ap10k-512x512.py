# HigherHRNet-W32, AP-10K animals (17 keypoints), input 512x512
#
# AP-10K: Yu et al., NeurIPS 2021, https://arxiv.org/abs/2108.12617
# Expected: nothing was measured with this config.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_ap10k-512x512.py --launcher pytorch --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_ap10k-512x512.py --checkpoint CHECKPOINT
# All species are treated as one category. Their 17 keypoints are not those of
# COCO, so the grouping order is derived from the skeleton.
_base_ = [
    '../../../body_2d_keypoint/associative_embedding/coco/'
    'ae_higherhrnet-w32_8xb24-300e_coco-512x512.py'
]

default_hooks = dict(checkpoint=dict(save_best='ap10k/AP'))

model = dict(
    metainfo=dict(from_file='configs/_base_/datasets/ap10k.py'),
    head=dict(num_keypoints=None),
)

data_root = 'data/ap10k/'
ap10k = dict(
    type='BottomupAP10KDataset',
    data_root=data_root,
    data_prefix=dict(img='data/'),
    category='all',
)
val_file = 'annotations/ap10k-val-split1.json'
test_file = 'annotations/ap10k-test-split1.json'
train_dataloader = dict(
    dataset=dict(ann_file='annotations/ap10k-train-split1.json', **ap10k)
)
val_dataloader = dict(dataset=dict(ann_file=val_file, **ap10k))
test_dataloader = dict(dataset=dict(ann_file=test_file, **ap10k))

val_evaluator = dict(ann_file=data_root + val_file, prefix='ap10k')
test_evaluator = dict(ann_file=data_root + test_file, prefix='ap10k')
