"""A resumed training is the undisturbed one, whatever the workers."""

import itertools

import pytest
import torch
from data_sets import write_data_set
from mmengine.hooks import EMAHook, Hook
from mmengine.model import BaseModel
from small_training import runner

from higherhrnet_plugin.engine import (
    DurableCheckpointHook,
    KeptSamplerSeedHook,
)

SETTINGS = {
    'in_process': dict(num_workers=0),
    'workers': dict(num_workers=2, persistent_workers=True),
    'new_workers': dict(num_workers=1, persistent_workers=False),
}


class Model(BaseModel):
    """Learns from every pixel."""

    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(3, 1)
        self.norm = torch.nn.BatchNorm1d(3)

    def forward(self, inputs, data_samples=None, mode='loss'):
        images = torch.stack(list(inputs)).float()
        # places count, not only colours
        images = images * torch.linspace(0, 1, images.shape[-1])
        means = images.flatten(2).mean(-1)
        return {'loss': (self.layer(self.norm(means)) - 1).square().mean()}


class Record(Hook):
    """Keeps the ids and the sums of the images of each iteration."""

    def __init__(self):
        self.seen = []

    def before_train_iter(self, runner, batch_idx, data_batch=None):
        self.seen += [
            (runner.epoch, s.img_id, int(image.long().sum()))
            for image, s in zip(
                data_batch['inputs'], data_batch['data_samples']
            )
        ]


@pytest.fixture(scope='module')
def data_set(tmp_path_factory):
    """Write images; return a data set of the shipped kind."""
    root = tmp_path_factory.mktemp('data')
    annotations = write_data_set(root, people=(1, 2, 1, 3, 2, 1))
    return dict(
        type='mmpose.BottomupCocoDataset',
        ann_file=str(annotations),
        data_prefix=dict(img=str(root / 'images')),
        pipeline=[
            dict(type='mmpose.LoadBottomupImage'),
            dict(
                type='mmpose.BottomupAlignedAffine',
                input_size=(32, 32),
                shift_factor=0.2,
                scale_factor=(0.75, 1.5),
                rotate_factor=30,
            ),
            dict(type='mmpose.BottomupRandomFlip', prob=0.5),
            dict(type='mmpose.PackPoseInputs', meta_keys=('img_id',)),
        ],
    )


def combine(data_set):
    """Make a combination, which draws its images."""
    plain = {k: v for k, v in data_set.items() if k != 'pipeline'}
    first = data_set['pipeline'][:2]
    return dict(
        type='mmpose.BottomupCombinedDataset',
        metainfo=dict(from_file='configs/_base_/datasets/coco.py'),
        datasets=[{**plain, 'pipeline': first}, {**plain, 'pipeline': first}],
        sample_ratio_factor=[0.5, 0.5],
        pipeline=data_set['pipeline'][2:],
    )


def train(work_dir, data_set, settings, by_epoch=True, until=3, **options):
    """Train, from where the folder is, with the shipped sampler."""
    torch.manual_seed(0)
    record = Record()
    kind = 'SeededSampler' if by_epoch else 'SeededInfiniteSampler'
    interval = 1 if by_epoch else 2
    made = runner(
        work_dir,
        model=Model(),
        resume=True,
        train_dataloader=dict(
            dataset=data_set,
            batch_size=2,
            sampler=dict(type=f'mmpose.{kind}', shuffle=True),
            **SETTINGS[settings],
        ),
        train_cfg=(
            dict(by_epoch=True, max_epochs=until)
            if by_epoch
            else dict(by_epoch=False, max_iters=2 * until)
        ),
        **dict.fromkeys(('val_dataloader', 'val_evaluator', 'val_cfg')),
        default_hooks=dict(
            checkpoint=DurableCheckpointHook(
                interval=interval, by_epoch=by_epoch
            ),
            sampler_seed=KeptSamplerSeedHook(),
        ),
        custom_hooks=[
            dict(
                type='EMAHook',
                ema_type='mmpose.ExpMomentumEMA',
                update_buffers=True,
            ),
            record,
        ],
        **options,
    )
    made.train()
    (average,) = (h.ema_model for h in made.hooks if isinstance(h, EMAHook))
    state = {
        **made.model.state_dict(),
        **{f'ema.{k}': v for k, v in average.state_dict().items()},
        **{
            f'{number}.{name}': value
            for number, values in made.optim_wrapper.state_dict()[
                'state'
            ].items()
            for name, value in values.items()
        },
    }
    state = {name: value.clone() for name, value in state.items()}
    return record.seen, state


def assert_equal(one, other):
    """Compare what was seen and what was learned, to the bit."""
    assert one[0] == other[0]
    assert list(one[1]) == list(other[1])
    for name, value in one[1].items():
        assert torch.equal(value, other[1][name]), name


@pytest.mark.parametrize(
    ('combined', 'by_epoch'),
    [
        (False, True),
        pytest.param(True, True, marks=pytest.mark.slow),
        pytest.param(False, False, marks=pytest.mark.slow),
    ],
)
def test_resumed_with_other_workers(data_set, tmp_path, combined, by_epoch):
    if combined:
        data_set = combine(data_set)
    seed = dict(randomness=dict(seed=3))
    whole = train(tmp_path / 'a', data_set, 'workers', by_epoch, **seed)
    assert not torch.equal(
        whole[1]['ema.module.layer.weight'], whole[1]['layer.weight']
    )
    images = {image for _, _, image in whole[0]}
    # no augmentation comes twice
    assert len(images) == len(whole[0])
    seen = []
    for until, settings in ((1, 'workers'), (2, 'new_workers')):
        part = train(
            tmp_path / 'b', data_set, settings, by_epoch, until, **seed
        )
        seen += part[0]
    last = train(tmp_path / 'b', data_set, 'in_process', by_epoch, **seed)
    assert_equal((seen + last[0], last[1]), whole)


@pytest.mark.slow
def test_without_a_seed_the_first_one_is_kept(data_set, tmp_path):
    seeds = itertools.count(40)
    for by_epoch in (True, False):
        folder = tmp_path / str(by_epoch)
        first = train(
            folder / 'b',
            data_set,
            'workers',
            by_epoch,
            1,
            randomness=dict(seed=next(seeds)),
        )
        whole = train(
            folder / 'a',
            data_set,
            'in_process',
            by_epoch,
            randomness=dict(seed=next(seeds) - 1),
        )
        last = train(
            folder / 'b',
            data_set,
            'workers',
            by_epoch,
            randomness=dict(seed=next(seeds)),
        )
        assert_equal((first[0] + last[0], last[1]), whole)
