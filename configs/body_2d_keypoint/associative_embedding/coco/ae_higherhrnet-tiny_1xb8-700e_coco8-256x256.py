# A small HigherHRNet that memorises eight COCO images
#
# A check of a whole installation on real data, from files to AP, in minutes on
# a CPU: training and test use the same eight images, without augmentation.
# Expected: COCO AP above 0.90 on these images after 700 epochs.
# Data: python tools/dataset_converters/take_subset.py \
#   data/coco/annotations/person_keypoints_train2017.json \
#   data/coco/annotations/person_keypoints_eight.json
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb8-700e_coco8-256x256.py --gpus 0
_base_ = ['../synthetic/ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=700, val_interval=700)
optim_wrapper = dict(optimizer=dict(lr=3e-3))
param_scheduler = [
    dict(_base_.warm_up, end=20),
    dict(_base_.cosine, end=700, T_max=700),
]
auto_scale_lr = dict(base_batch_size=8)
default_hooks = dict(
    logger=dict(interval=1), checkpoint=dict(interval=700, published_keys=None)
)

codec = dict(input_size=(256, 256), sigma=2)
# mirrored images are not learned here, so a flip test does not help
model = dict(head=dict(codec=codec), test_cfg=dict(flip_test=False))

# Training and test both see the whole image, in the same way. There is no
# mask: the borders around an image are background, and there are no crowds.
train_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedAffine', scale_type='long'),
    dict(type='BottomupRandomFlip'),
    dict(type='GenerateBottomupTarget'),
    dict(
        type='PackBottomupInputs',
        meta_keys=('img_id', 'img_path', 'img_shape', 'input_size'),
    ),
]
augmentation = dict(
    shift_factor=0.0, scale_factor=(1.0, 1.0), rotate_factor=0, flip_prob=0.0
)
val_pipeline = [
    dict(type='LoadBottomupImage'),
    dict(type='BottomupAlignedResize', resize_mode='fit'),
    dict(type='PackBottomupInputs'),
]

data_root = 'data/coco/'
images = dict(
    data_root=data_root,
    ann_file='annotations/person_keypoints_eight.json',
    data_prefix=dict(img='train2017/'),
)
train_dataloader = dict(
    batch_size=8,
    dataset=dict(
        codec=codec,
        augmentation=augmentation,
        pipeline=train_pipeline,
        **images,
    ),
)
val_dataloader = dict(
    batch_size=8,
    dataset=dict(codec=codec, pipeline=val_pipeline, **images),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    ann_file=data_root + 'annotations/person_keypoints_eight.json'
)
test_evaluator = val_evaluator
