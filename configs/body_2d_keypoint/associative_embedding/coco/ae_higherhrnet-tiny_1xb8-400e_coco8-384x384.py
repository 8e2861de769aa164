# A small HigherHRNet learns eight COCO images by heart
#
# A check of a whole installation on real data, from files to AP, in minutes on
# a CPU: train and test see the same first eight images, without augmentation.
# Expected: COCO AP above 0.90 on these images after 400 epochs.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb8-400e_coco8-384x384.py --gpus 0
# The data is looked for in data/coco; any COCO-like folder will do.
_base_ = ['../synthetic/ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=400, val_interval=400)
param_scheduler = [
    dict(type='LinearLR', begin=0, end=20, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=400,
        T_max=400,
        eta_min=1e-5,
        by_epoch=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
default_hooks = dict(
    logger=dict(interval=1), checkpoint=dict(interval=400, published_keys=None)
)

codec = _base_.codec
codec.update(
    input_size=(384, 384), heatmap_sizes=[(96, 96), (192, 192)], sigma=2
)

# the whole image is seen, and seen alike in training and test
train_pipeline = _base_.train_pipeline
train_pipeline[1].update(
    input_size=codec.input_size,
    shift_factor=0.0,
    scale_factor=(1.0, 1.0),
    rotate_factor=0,
    scale_type='long',
)
train_pipeline[2].update(prob=0.0)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size, resize_mode='fit')

data_root = 'data/coco/'
images = dict(
    data_root=data_root,
    ann_file='annotations/person_keypoints_train2017.json',
    data_prefix=dict(img='train2017/'),
    indices=8,
)
train_dataloader = dict(
    batch_size=8, dataset=dict(pipeline=train_pipeline, **images)
)
val_dataloader = dict(
    batch_size=8, dataset=dict(pipeline=val_pipeline, **images)
)
test_dataloader = val_dataloader

# without a file, the metric knows the people of these eight images alone
val_evaluator = dict(ann_file=None)
test_evaluator = val_evaluator
