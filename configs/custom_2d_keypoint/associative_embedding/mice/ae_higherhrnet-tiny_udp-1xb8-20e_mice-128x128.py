# A tiny HigherHRNet on synthetic mice with five keypoints, input 128x128
#
# The example of docs/custom_dataset.md, which trains on a CPU in a few
# minutes. It inherits the config for custom data with its keypoints; network,
# input, paths and schedule are its own.
#
# Expected: see docs/custom_dataset.md, which also says what was measured.
# Data: python tools/dataset_converters/make_synthetic_mice.py data/mice
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_udp-1xb8-20e_mice-128x128.py --gpus 0
_base_ = [
    '../custom/ae_higherhrnet-w32_udp-1xb12-100e_custom-512x512.py',
    '../../../_base_/hrnet_tiny.py',
]

# sigmas below the official 2, as the maps are a quarter of the size
codec = dict(input_size=(128, 128), sigma=(1.0, 1.5))
model = _base_.hrnet_tiny
# few images: what tells animals apart has to be learned within minutes
model['head'].update(
    codec=codec, tag_loss=dict(pull_weight=1e-2, push_weight=1e-2)
)

# trainings of minutes scatter; the same numbers every time
randomness = dict(seed=0)
train_cfg = dict(max_epochs=20, val_interval=20)
optim_wrapper = dict(optimizer=dict(lr=3e-3, fused=True))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=50, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=20,
        T_max=20,
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
default_hooks = dict(checkpoint=dict(interval=20))

data_root = 'data/mice/'
# worker processes would compete with the training for the cores
in_process = dict(batch_size=8, num_workers=0, persistent_workers=False)
train_dataloader = dict(
    **in_process,
    dataset=dict(
        data_root=data_root,
        codec=codec,
        augmentation=dict(
            shift_factor=0.1, scale_factor=(0.9, 1.1), rotate_factor=15
        ),
    ),
)
val_dataloader = dict(
    **in_process, dataset=dict(data_root=data_root, codec=codec)
)
test_dataloader = val_dataloader
