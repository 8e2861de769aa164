# A tiny HigherHRNet on synthetic mice with five keypoints, input 128x128
#
# What docs/custom_dataset.md trains on a CPU in a few minutes. The keypoints
# are those of the config for custom data, from which this one differs in the
# size of everything, the paths and the schedule.
#
# Expected: see docs/custom_dataset.md, which also says what was measured.
# Data: python tools/dataset_converters/make_synthetic_mice.py data/mice
# Train: mim train higherhrnet_plugin \
#   ae_higherhrnet-tiny_udp-1xb8-14e_mice-128x128.py --gpus 0
_base_ = [
    '../custom/ae_higherhrnet-w32_udp-1xb12-100e_custom-512x512.py',
    '../../../_base_/hrnet_tiny.py',
]

model = _base_.hrnet_tiny
# few pictures: what tells animals apart has to be learned within minutes
model['head']['tag_loss'].update(pull_weight=1e-2, push_weight=1e-2)

codec = _base_.codec
codec.update(
    input_size=(128, 128),
    heatmap_sizes=[(32, 32), (64, 64)],
    # narrower than the official 2 and 2, as the maps are 4 times smaller
    sigma=(1.0, 1.5),
)

# trainings of minutes scatter; the same numbers every time
randomness = dict(seed=0)
train_cfg = dict(max_epochs=14, val_interval=14)
optim_wrapper = dict(optimizer=dict(lr=3e-3, fused=True))
param_scheduler = [
    dict(type='LinearLR', begin=0, end=50, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=14,
        T_max=14,
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
auto_scale_lr = dict(base_batch_size=8)
default_hooks = dict(checkpoint=dict(interval=14))

train_pipeline = _base_.train_pipeline
train_pipeline[1].update(
    input_size=codec.input_size,
    shift_factor=0.1,
    scale_factor=(0.9, 1.1),
    rotate_factor=15,
)
train_pipeline[3].update(encoder=codec)
val_pipeline = _base_.val_pipeline
val_pipeline[1].update(input_size=codec.input_size)

data_root = 'data/mice/'
# a worker process would take time from the cores of the training
in_process = dict(batch_size=8, num_workers=0, persistent_workers=False)
train_dataloader = dict(
    **in_process, dataset=dict(data_root=data_root, pipeline=train_pipeline)
)
val_dataloader = dict(
    **in_process, dataset=dict(data_root=data_root, pipeline=val_pipeline)
)
test_dataloader = val_dataloader
