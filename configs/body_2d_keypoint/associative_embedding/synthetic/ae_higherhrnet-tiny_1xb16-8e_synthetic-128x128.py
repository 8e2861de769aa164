# A tiny HigherHRNet on synthetic people, input 128x128
#
# Paper: HigherHRNet: Scale-Aware Representation Learning for Bottom-Up Human
#   Pose Estimation, CVPR 2020, https://arxiv.org/abs/1908.10357
# Expected: see docs/demo.md, which also says what was measured.
# Data: python tools/dataset_converters/make_synthetic_people.py \
#   data/synthetic_people --num-train 4000
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_1xb16-8e_synthetic-128x128.py --gpus 0
# `make demo` runs all of it. HRNet with 24 channels and one block per branch,
# two levels and tags at 1/4: made for two CPU cores and a few minutes.
_base_ = [
    '../coco/ae_higherhrnet-w32_8xb24-300e_coco-512x512.py',
    '../../../_base_/hrnet_tiny.py',
]

train_cfg = dict(max_epochs=8, val_interval=8)
optim_wrapper = dict(optimizer=dict(lr=4e-3, fused=True))
warm_up = dict(end=200, start_factor=0.01)
cosine = dict(
    type='CosineAnnealingLR',
    begin=0,
    end=8,
    T_max=8,
    eta_min=1e-5,
    by_epoch=True,
    convert_to_iter_based=True,
)
param_scheduler = [dict(_base_.warm_up, **warm_up), cosine]
auto_scale_lr = dict(base_batch_size=16)
default_hooks = dict(
    # the last checkpoint is also written without the optimiser's state
    checkpoint=dict(
        interval=8, save_best=None, published_keys=['meta', 'state_dict']
    )
)

# sigmas below the official 2, as the maps are a quarter of the size
codec = dict(input_size=(128, 128), sigma=(1.0, 1.5))
model = _base_.hrnet_tiny
# the flip test mirrors maps as training mirrors keypoints: half an input pixel
# is one of the image here, and 0.018 in AP (docs/evaluation.md)
model['head'].update(codec=codec, decoder=dict(align_flip=True))

data_root = 'data/synthetic_people/'
# worker processes would compete with the training for the two cores
in_process = dict(batch_size=16, num_workers=0, persistent_workers=False)
train_dataloader = dict(
    **in_process,
    dataset=dict(
        data_root=data_root,
        ann_file='annotations/person_keypoints_train.json',
        data_prefix=dict(img='train/'),
        keep_empty=True,
        codec=codec,
        augmentation=dict(
            shift_factor=0.1, scale_factor=(0.9, 1.1), rotate_factor=5
        ),
    ),
)
val_dataloader = dict(
    **in_process,
    dataset=dict(
        data_root=data_root,
        ann_file='annotations/person_keypoints_val.json',
        data_prefix=dict(img='val/'),
        codec=codec,
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    ann_file=data_root + 'annotations/person_keypoints_val.json'
)
test_evaluator = val_evaluator
