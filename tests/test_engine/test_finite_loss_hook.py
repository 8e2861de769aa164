"""Nothing is learned from losses that are not finite."""

import itertools
import os

import pytest
import torch
from checkpoint_files import collect_log
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.hooks import Hook
from mmengine.model import BaseModel
from mmengine.optim import AmpOptimWrapper, OptimWrapper
from mmengine.runner import Runner
from mmpose.structures import PoseDataSample
from processes import ROOT, run_python

from higherhrnet_plugin.compat import use_cpu_model_wrapper
from higherhrnet_plugin.engine import FiniteLossHook, NonFiniteLossError

NAMES = (f'finite-{i}' for i in itertools.count())
NAN, INF = float('nan'), float('inf')
FINE = (1.0, 1.0)


class Model(BaseModel):
    """A weight, whose loss and gradient are what the images say."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.norm = torch.nn.BatchNorm1d(1, affine=False)

    def forward(self, inputs, data_samples=None, mode='tensor'):
        images = torch.stack(inputs)
        self.norm(images[:, :1])
        loss, gradient = images.mean(0)
        path = self.weight * 1
        path.register_hook(lambda grad: grad * gradient)
        return {
            'loss_first': (path - path.detach() + loss).sum(),
            'loss_second': [self.weight.sum() * 0, self.weight.sum() * 0],
            # no loss, so of no concern
            'acc': torch.tensor(NAN),
        }


class Record(Hook):
    """Keeps the weight after every iteration."""

    def __init__(self):
        self.weights = []

    def after_train_iter(self, runner, *args, **kwargs):
        model = getattr(runner.model, 'module', runner.model)
        self.weights.append(model.weight.item())


class ScaledWrapper(AmpOptimWrapper):
    """One for mixed precision by its class alone, on any machine."""

    __init__ = OptimWrapper.__init__
    backward = OptimWrapper.backward
    optim_context = OptimWrapper.optim_context
    state_dict = OptimWrapper.state_dict
    step = OptimWrapper.step


def build(tmp_path, batches, kind=OptimWrapper, accumulate=1, **policy):
    """Build a Runner for batches of two images, which say (loss, gradient)."""
    data = []
    for i, pair in enumerate(p for batch in batches for p in batch):
        about = dict(img_id=100 + i, img_path=f'train/{i}.jpg')
        sample = PoseDataSample(metainfo=about)
        data.append({'inputs': torch.tensor(pair), 'data_samples': sample})
    model = Model()
    wrapper = kind(
        optimizer=torch.optim.SGD(model.parameters(), lr=1.0),
        accumulative_counts=accumulate,
    )
    record = Record()
    cfg = Config(dict(launcher=os.environ.get('LAUNCHER', 'none')))
    use_cpu_model_wrapper(cfg)
    runner = Runner(
        model=model,
        work_dir=str(tmp_path),
        train_dataloader=dict(
            dataset=data,
            batch_size=2,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=pseudo_collate,
        ),
        train_cfg=dict(by_epoch=False, max_iters=len(batches)),
        optim_wrapper=wrapper,
        default_scope='mmengine',
        experiment_name=next(NAMES),
        default_hooks=dict(
            checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=1),
            finite=FiniteLossHook(**policy),
        ),
        custom_hooks=[record],
        launcher=cfg.launcher,
        cfg=cfg,
    )
    return runner, record


@pytest.mark.parametrize(
    ('bad', 'words'),
    [
        ((NAN, 1.0), 'loss_first is nan'),
        ((INF, 1.0), 'loss_first is inf'),
        ((1.0, NAN), 'the losses are finite, but not all gradients'),
        ((1.0, INF), 'the losses are finite, but not all gradients'),
    ],
)
def test_a_training_stops_before_the_step(tmp_path, bad, words):
    batches = [(FINE, FINE), (FINE, bad), (FINE, FINE)]
    runner, record = build(tmp_path, batches)
    with pytest.raises(NonFiniteLossError, match='iteration 2: ') as error:
        runner.train()
    assert f'{words}, images 102 (train/2.jpg), 103 (' in str(error.value)
    assert '101' not in str(error.value)
    assert record.weights == [-1.0]
    assert runner.model.weight.item() == -1.0
    assert sorted(f.name for f in tmp_path.glob('*.pth')) == ['iter_1.pth']


def test_a_sound_training_is_left_alone(tmp_path):
    batches = [(FINE, (3.0, 2.0)), (FINE, FINE)]
    for policy in ('error', 'skip'):
        runner, record = build(tmp_path, batches, policy=policy)
        runner.train()
        assert record.weights == [-1.5, -2.5]
        assert runner.model.norm.num_batches_tracked == 2


def test_steps_are_skipped_and_counted(tmp_path):
    bad = (FINE, (NAN, NAN))
    batches = [(FINE, FINE), bad, (FINE, FINE), bad, (FINE, FINE)]
    runner, record = build(tmp_path, batches, policy='skip')
    with collect_log() as lines:
        runner.train()
    assert record.weights == [-1.0, -1.0, -2.0, -2.0, -3.0]
    # the statistics of bad images are forgotten, too
    sound, _ = build(tmp_path, batches[::2])
    sound.train()
    for name, value in sound.model.norm.state_dict().items():
        assert torch.equal(runner.model.norm.state_dict()[name], value)
    warnings = [line for line in lines if 'skipped step' in line]
    assert len(warnings) == 2
    assert warnings[1].startswith('skipped step 2: iteration 4: loss_first')
    assert '107 (train/7.jpg)' in warnings[1]


def test_not_too_many_steps_are_skipped(tmp_path):
    batches = [((NAN, 1.0), FINE)] * 4
    runner, _ = build(tmp_path, batches, policy='skip', max_skipped=2)
    with pytest.raises(NonFiniteLossError, match=r'iteration 3.*max_skipped'):
        runner.train()


def test_accumulated_losses_are_checked_together(tmp_path):
    batches = [((NAN, 0.0), FINE), (FINE, FINE), (FINE, FINE), (FINE, FINE)]
    runner, record = build(tmp_path, batches, accumulate=2, policy='skip')
    with collect_log() as lines:
        runner.train()
    assert record.weights == [0.0, 0.0, 0.0, -1.0]
    (warning,) = [line for line in lines if 'skipped step' in line]
    assert '100 (' in warning
    assert '103 (' in warning
    assert '104' not in warning


def test_gradients_of_mixed_precision_are_the_scalers_business(tmp_path):
    runner, _ = build(tmp_path, [(FINE, (1.0, INF))], kind=ScaledWrapper)
    runner.train()
    assert runner.iter == 1
    runner, _ = build(tmp_path, [(FINE, (INF, 1.0))], kind=ScaledWrapper)
    with pytest.raises(NonFiniteLossError, match='loss_first is inf'):
        runner.train()


def test_other_policies_are_refused():
    with pytest.raises(ValueError, match="'error' or 'skip', got 'ignore'"):
        FiniteLossHook(policy='ignore')


@pytest.mark.slow
def test_all_processes_stop_together(tmp_path):
    script = tmp_path / 'worker.py'
    script.write_text(WORKER)
    done = run_python(
        '-m',
        'torch.distributed.run',
        '--standalone',
        '--nproc-per-node',
        2,
        script,
        tmp_path,
        timeout=200,
        LAUNCHER='pytorch',
        PYTHONPATH=os.pathsep.join(
            map(str, (ROOT, ROOT / 'tests', ROOT / 'tests' / 'support'))
        ),
    )
    assert done.returncode == 0, done.stderr
    for rank in range(2):
        text = (tmp_path / f'error{rank}').read_text()
        # images are dealt out in turn: the second process has the bad one
        assert 'iteration 1: process 0: ' in text, done.stderr
        assert 'process 1: loss_first is nan, images 101 (' in text
        assert text.endswith('weight 0.0')


WORKER = """
import importlib.util, os, sys
from pathlib import Path
import higherhrnet_plugin
from higherhrnet_plugin.compat import init_cpu_process_group
from higherhrnet_plugin.engine import NonFiniteLossError

sys.path.insert(0, str(Path(os.environ['PYTHONPATH'].split(os.pathsep)[1])))
path = Path(sys.path[0]) / 'test_engine' / 'test_finite_loss_hook.py'
spec = importlib.util.spec_from_file_location('cases', path)
cases = importlib.util.module_from_spec(spec)
sys.modules['cases'] = cases
spec.loader.exec_module(cases)
init_cpu_process_group('pytorch')
rank = os.environ['RANK']
good, bad = (1.0, 1.0), (float('nan'), 1.0)
runner, _ = cases.build(sys.argv[1], [(good, bad), (good, good)] * 2)
try:
    runner.train()
except NonFiniteLossError as error:
    weight = runner.model.module.weight.item()
    Path(sys.argv[1], f'error{rank}').write_text(f'{error} weight {weight}')
"""
