# HigherHRNet-W32 on your own data, input 512x512
#
# Copy this file within its folder and edit the two blocks below, nothing else:
# number of keypoints, flips, grouping order, sigmas and evaluation follow from
# them. docs/custom_dataset.md explains it step by step.
#
# Expected: nothing was measured with this file. The walk-through measures its
#   child, ../mice/ae_higherhrnet-tiny_udp-1xb8-20e_mice-128x128.py.
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-1xb12-100e_custom-512x512.py --gpus 1
# Test: mim test higherhrnet_plugin \
#   ae_higherhrnet-w32_udp-1xb12-100e_custom-512x512.py --checkpoint CHECKPOINT
_base_ = [
    '../../../body_2d_keypoint/associative_embedding/coco/'
    'ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512.py'
]

# ---- block 1: where the data is -------------------------------------------
data_root = 'data/custom/'
images = 'images/'  # of both files, in data_root
train_file = 'train.json'
val_file = 'val.json'

# ---- block 2: what the keypoints are --------------------------------------
# in the order of the annotation files; `swap` names the mirrored keypoint
metainfo = dict(
    dataset_name='custom',  # metrics are logged as custom/AP
    keypoint_info={
        0: dict(name='nose', id=0, color=[255, 128, 0], type='', swap=''),
        1: dict(
            name='left_ear', id=1, color=[0, 255, 0], type='', swap='right_ear'
        ),
        2: dict(
            name='right_ear', id=2, color=[255, 0, 0], type='', swap='left_ear'
        ),
        3: dict(name='body', id=3, color=[51, 153, 255], type='', swap=''),
        4: dict(name='tail_end', id=4, color=[255, 51, 255], type='', swap=''),
    },
    skeleton_info={
        0: dict(link=('nose', 'left_ear'), id=0, color=[0, 255, 0]),
        1: dict(link=('nose', 'right_ear'), id=1, color=[255, 0, 0]),
        2: dict(link=('nose', 'body'), id=2, color=[255, 128, 0]),
        3: dict(link=('body', 'tail_end'), id=3, color=[255, 51, 255]),
    },
    joint_weights=[1.0, 1.0, 1.0, 1.0, 1.0],
    # how far labels of one point scatter, relative to the size of an animal:
    # 0.025 (an eye in COCO) to 0.107 (a hip)
    sigmas=[0.05, 0.05, 0.05, 0.05, 0.05],
)

# ---- everything below follows ---------------------------------------------
model = dict(metainfo=metainfo, head=dict(num_keypoints=None))

custom = dict(
    data_root=data_root, data_prefix=dict(img=images), metainfo=metainfo
)
# images without people are trained on as negatives
train_dataloader = dict(
    batch_size=12, dataset=dict(ann_file=train_file, keep_empty=True, **custom)
)
val_dataloader = dict(dataset=dict(ann_file=val_file, **custom))
test_dataloader = val_dataloader

# the annotation file is that of the data set, with its repairs
val_evaluator = dict(ann_file=None, prefix=metainfo['dataset_name'])
test_evaluator = val_evaluator

# one GPU with 12 images, where the official code has four: a quarter of its
# rate; --auto-scale-lr fits it to another number of GPUs
train_cfg = dict(max_epochs=100, val_interval=5)
optim_wrapper = dict(optimizer=dict(lr=2.5e-4))
param_scheduler = [
    _base_.warm_up,
    dict(_base_.decay, end=100, milestones=[70, 90]),
]
auto_scale_lr = dict(base_batch_size=12)
default_hooks = dict(
    checkpoint=dict(
        interval=5, save_best=f'{metainfo["dataset_name"]}/AP', rule='greater'
    )
)
