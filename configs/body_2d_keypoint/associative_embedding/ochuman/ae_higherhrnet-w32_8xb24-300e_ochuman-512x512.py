# HigherHRNet-W32 of COCO, tested on OCHuman, input 512x512
#
# OCHuman (Zhang et al., CVPR 2019, https://arxiv.org/abs/1803.10683) has
# heavily occluded people with COCO's keypoints, and no training images.
# Expected: no result of this model on OCHuman was published.
# Train (on COCO): mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_ochuman-512x512.py --launcher pytorch \
#   --gpus 8
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_8xb24-300e_ochuman-512x512.py --checkpoint CHECKPOINT
# Any COCO weights of this size can be tested. Like the COCO config but for the
# data of validation and test.
_base_ = ['../coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512.py']

default_hooks = dict(checkpoint=dict(save_best='ochuman/AP'))

data_root = 'data/ochuman/'
val_file = 'annotations/ochuman_coco_format_val_range_0.00_1.00.json'
test_file = 'annotations/ochuman_coco_format_test_range_0.00_1.00.json'
ochuman = dict(
    type='BottomupOCHumanDataset',
    data_root=data_root,
    data_prefix=dict(img='images/'),
)
val_dataloader = dict(dataset=dict(ann_file=val_file, **ochuman))
test_dataloader = dict(dataset=dict(ann_file=test_file, **ochuman))

val_evaluator = dict(ann_file=data_root + val_file, prefix='ochuman')
test_evaluator = dict(ann_file=data_root + test_file, prefix='ochuman')
