"""A training of MMEngine's Runner that takes no time."""

import itertools

import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner

NAMES = (f'small-{i}' for i in itertools.count())


class Model(BaseModel):
    """One layer whose output is the loss."""

    def __init__(self, init_cfg=None):
        super().__init__(init_cfg=init_cfg)
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, mode):
        outputs = self.layer(torch.stack(inputs))
        return {'loss': outputs.mean()} if mode == 'loss' else list(outputs)


class Metric(BaseMetric):
    """Better in every epoch."""

    count = 0

    def process(self, batch, samples):
        self.results.append(1)

    def compute_metrics(self, results):
        Metric.count += 1
        return {'acc': float(Metric.count)}


def loader(batch_size=2):
    """Configure a loader of four samples."""
    return dict(
        dataset=[{'inputs': torch.ones(2)}] * 4,
        batch_size=batch_size,
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=pseudo_collate,
    )


def runner(work_dir, epochs=2, model=None, **options):
    """Build a Runner that trains and saves in no time."""
    cfg = dict(
        model=model or Model(),
        work_dir=str(work_dir),
        train_dataloader=loader(),
        val_dataloader=loader(),
        val_evaluator=[Metric()],
        val_cfg=dict(),
        train_cfg=dict(by_epoch=True, max_epochs=epochs),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        param_scheduler=dict(type='LinearLR', by_epoch=False, end=2),
        custom_hooks=[dict(type='EMAHook')],
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', save_best='acc')
        ),
        default_scope='mmengine',
        experiment_name=next(NAMES),
        log_level='ERROR',
        cfg=Config(dict(trained='here')),
    )
    cfg.update(options)
    return Runner(**cfg)
