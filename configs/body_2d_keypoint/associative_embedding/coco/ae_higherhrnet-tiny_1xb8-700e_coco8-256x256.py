# A small HigherHRNet learns eight COCO images by heart
#
# A check of a whole installation on real data, from files to AP, in minutes on
# a CPU: train and test see the same eight images, without augmentation.
# Expected: COCO AP above 0.90 on these images after 700 epochs.
# Data: python tools/dataset_converters/take_subset.py \
#   data/coco/annotations/person_keypoints_train2017.json \
#   data/coco/annotations/person_keypoints_eight.json
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb8-700e_coco8-256x256.py --gpus 0
_base_ = ['../synthetic/ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py']

train_cfg = dict(max_epochs=700, val_interval=700)
optim_wrapper = dict(optimizer=dict(lr=3e-3))
param_scheduler = _base_.param_scheduler
param_scheduler[0].update(end=20)
param_scheduler[1].update(end=700, T_max=700)
auto_scale_lr = dict(base_batch_size=8)
default_hooks = dict(
    logger=dict(interval=1), checkpoint=dict(interval=700, published_keys=None)
)

# mirrored images are not learned here, so they do not help
model = dict(test_cfg=dict(flip_test=False))

codec = _base_.codec
codec.update(
    input_size=(256, 256), heatmap_sizes=[(64, 64), (128, 128)], sigma=2
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
# the borders around an image count as background; there are no crowds here
del train_pipeline[4]
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size, resize_mode='fit')

data_root = 'data/coco/'
images = dict(
    data_root=data_root,
    ann_file='annotations/person_keypoints_eight.json',
    data_prefix=dict(img='train2017/'),
)
train_dataloader = dict(
    batch_size=8, dataset=dict(pipeline=train_pipeline, **images)
)
val_dataloader = dict(
    batch_size=8, dataset=dict(pipeline=val_pipeline, **images)
)
test_dataloader = val_dataloader

val_evaluator = dict(
    ann_file=data_root + 'annotations/person_keypoints_eight.json'
)
test_evaluator = val_evaluator
