"""Distributed start-up without an accelerator."""

import json
from pathlib import Path

import pytest
import torch
import torch.distributed as torch_dist
from mmengine.config import Config
from processes import free_port, run_python

from higherhrnet_plugin.compat import (
    init_cpu_process_group,
    require_syncable_norms,
    use_cpu_model_wrapper,
)

RUN = """
import json, sys
import torch
from mmengine.config import Config
from mmengine.dataset import pseudo_collate
from mmengine.model import BaseModel
from mmengine.runner import Runner
from higherhrnet_plugin.compat import (
    end_process_group, init_cpu_process_group, use_cpu_model_wrapper)

class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, mode):
        return {'loss': self.layer(torch.stack(inputs)).mean()}

init_cpu_process_group('pytorch')
init_cpu_process_group('pytorch')
cfg = Config(dict(find_unused_parameters=True))
use_cpu_model_wrapper(cfg)
runner = Runner(
    cfg=cfg,
    model=Model(), work_dir=sys.argv[1], launcher='pytorch',
    train_dataloader=dict(
        dataset=[{'inputs': torch.full((2, ), float(i))} for i in range(4)],
        batch_size=1, sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=pseudo_collate),
    train_cfg=dict(by_epoch=True, max_epochs=1), log_level='ERROR',
    optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
    randomness=dict(seed=0))
runner.train()
weights = [p.flatten().tolist() for p in runner.model.parameters()]
with open(f'{sys.argv[1]}/rank{runner.rank}.json', 'w') as file:
    json.dump([runner.world_size, runner.iter, weights,
               runner.model.find_unused_parameters], file)
end_process_group()
end_process_group()
assert not torch.distributed.is_initialized()
"""

needs_cpu_only = pytest.mark.skipif(
    torch.cuda.is_available(), reason='CUDA machines are left alone'
)


@needs_cpu_only
def test_two_processes_train_with_gloo(tmp_path: Path) -> None:
    script = tmp_path / 'run.py'
    script.write_text(RUN)
    done = run_python(
        '-m',
        'torch.distributed.run',
        '--nproc_per_node=2',
        *(f'--master_port={free_port()}', script, tmp_path),
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    ranks = [
        json.loads((tmp_path / f'rank{rank}.json').read_text())
        for rank in range(2)
    ]
    assert ranks[0][:2] == [2, 2]
    assert ranks[0][3] is True
    # Different samples on the two ranks, yet equal weights after training.
    assert ranks[0] == ranks[1]


@needs_cpu_only
def test_missing_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv('RANK', raising=False)
    monkeypatch.setenv('LOCAL_RANK', '0')
    with pytest.raises(RuntimeError, match=r'RANK, .*torchrun'):
        init_cpu_process_group('pytorch')


@pytest.mark.parametrize('launcher', ['none', 'slurm', 'mpi'])
def test_other_launchers_are_left_alone(launcher: str) -> None:
    init_cpu_process_group(launcher)
    assert not torch_dist.is_initialized()


def test_config_without_process_group_is_left_alone() -> None:
    cfg = Config({'model': {}})
    use_cpu_model_wrapper(cfg)
    assert 'model_wrapper_cfg' not in cfg


def test_machines_with_cuda_are_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: True)
    init_cpu_process_group('pytorch')
    assert not torch_dist.is_initialized()


@needs_cpu_only
def test_layers_of_sync_bn_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {'conv': torch.nn.Conv2d(3, 4, 1)}
    model = torch.nn.ModuleDict({**layers, 'norm': torch.nn.SyncBatchNorm(4)})
    require_syncable_norms(model, 'torch')
    monkeypatch.setattr(torch_dist, 'is_initialized', lambda: True)
    with pytest.raises(ValueError, match=r"'SyncBN'\) of norm needs GPUs"):
        require_syncable_norms(model)
    require_syncable_norms(torch.nn.ModuleDict(layers))
