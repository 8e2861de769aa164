"""The text of a config, apart from the choices."""

from __future__ import annotations

from typing import NamedTuple

from .training import TINY, W32

HEAD = """\
# Written by `higherhrnet init`. Every choice has its reason above it; change
# what you know better, and look at it: higherhrnet browse {file}
# Train: higherhrnet train {file}
{reason}_base_ = [
    __import__('higherhrnet_plugin.shipped').shipped.find_config(name)
    for name in (
{bases}    )
]
"""

FOLLOWS = """\
train_dataloader = dict(
    batch_size=batch_size,
    num_workers=workers,
    persistent_workers=workers > 0,
    dataset=dict(
        ann_file=train_file,
        keep_empty=True,  # images without people are negatives
        augmentation=dict(flip_prob=0.5 if flip else 0.0, **augmentation),
        **custom,
    ),
)
val_dataloader = dict(
    batch_size=batch_size,
    num_workers=workers,
    persistent_workers=workers > 0,
    dataset=dict(ann_file=val_file, **custom),
)
test_dataloader = val_dataloader
# the annotation file is that of the data set, with its repairs
val_evaluator = dict(ann_file=None, prefix='custom')
test_evaluator = val_evaluator

# the same numbers every time
randomness = dict(seed=0)
train_cfg = dict(max_epochs=max_epochs, val_interval=max(1, max_epochs // 5))
auto_scale_lr = dict(base_batch_size=batch_size)
optim_wrapper = dict(optimizer=dict(lr=lr))
default_hooks = dict(
    checkpoint=dict(
        interval=max(1, max_epochs // 5),
        save_best='custom/AP',
        rule='greater',
    )
)
"""

_COMMON = """\
mirrored = {**dict(flip_pairs), **{b: a for a, b in flip_pairs}}
colours = [
    [255, 128, 0],
    [0, 255, 0],
    [255, 0, 0],
    [51, 153, 255],
    [255, 51, 255],
]
metainfo = dict(
    dataset_name='custom',  # metrics are logged as custom/AP
    keypoint_info={
        i: dict(
            name=name,
            id=i,
            color=colours[i % len(colours)],
            type='',
            swap=mirrored.get(name, ''),
        )
        for i, name in enumerate(keypoints)
    },
    skeleton_info={
        i: dict(link=link, id=i, color=[51, 153, 255])
        for i, link in enumerate(skeleton)
    },
    joint_weights=[1.0] * len(keypoints),
    sigmas=sigmas,
)
codec = dict(input_size=input_size, sigma=target_sigma)
custom = dict(
    data_root=data_root,
    data_prefix=dict(img=images),
    metainfo=metainfo,
    codec=codec,
    **reading,
)
"""


class Network(NamedTuple):
    """What of a config depends on the network.

    Attributes:
        bases: Names of the configs that it inherits, as lines.
        model: Settings of the model, and what stands before them.
        schedule: Settings of the learning rate.
    """

    bases: str
    model: str
    schedule: str


_BASE = "        'ae_higherhrnet-w32_udp-8xb24-300e_coco-512x512',\n"

NETWORKS = {
    TINY: Network(
        f"{_BASE}        'hrnet_tiny',\n",
        _COMMON
        + """\
model = _base_.hrnet_tiny
model.update(metainfo=metainfo, test_cfg=dict(flip_test=flip))
# what tells people apart has to be learned in a short training
model['head'].update(
    codec=codec,
    num_keypoints=None,
    tag_loss=dict(pull_weight=1e-2, push_weight=1e-2),
)
""",
        """\
param_scheduler = [
    dict(type='LinearLR', begin=0, end=50, start_factor=0.01, by_epoch=False),
    dict(
        type='CosineAnnealingLR',
        begin=0,
        end=max_epochs,
        T_max=max_epochs,
        eta_min=1e-5,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
""",
    ),
    W32: Network(
        _BASE,
        _COMMON
        + """\
# the backbone starts from ImageNet; docs/custom_dataset.md tells how to start
# from a network for people
model = dict(
    metainfo=metainfo,
    head=dict(codec=codec, num_keypoints=None),
    test_cfg=dict(flip_test=flip),
)
""",
        """\
milestones = [max_epochs * 7 // 10, max_epochs * 9 // 10]
param_scheduler = [
    _base_.warm_up,
    dict(_base_.decay, end=max_epochs, milestones=milestones),
]
""",
    ),
}
