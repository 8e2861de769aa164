"""What a run shows on the console, and what only its log file holds."""

import sys

import pytest
import torch
from mmengine.config import Config
from mmengine.model import BaseModel
from processes import ROOT, run_python


class Model(BaseModel):
    """A weight whose square is the loss."""

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(1))

    def forward(self, inputs, mode):
        return {'loss': (self.weight * torch.stack(inputs)).mean() ** 2}


@pytest.fixture
def console(monkeypatch):
    """Import the module of the tools."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    monkeypatch.delitem(sys.modules, '_console', raising=False)
    import _console

    return _console


def test_reports_go_to_the_file_and_losses_to_both(console, tmp_path, capfd):
    cfg = Config(dict(setting={f'key_{i}': i for i in range(40)}))
    runner = console.ConsoleRunner(
        cfg=cfg,
        model=Model(),
        work_dir=str(tmp_path),
        experiment_name='console',
        train_dataloader=dict(
            dataset=[{'inputs': torch.ones(1)} for _ in range(2)],
            batch_size=1,
            sampler=dict(type='DefaultSampler', shuffle=False),
            collate_fn=dict(type='pseudo_collate'),
        ),
        train_cfg=dict(by_epoch=True, max_epochs=1),
        optim_wrapper=dict(optimizer=dict(type='SGD', lr=0.1)),
        default_hooks=dict(logger=dict(type='LoggerHook', interval=1)),
        default_scope='mmengine',
    )
    runner.train()
    captured = capfd.readouterr()
    shown = captured.out + captured.err
    (file,) = tmp_path.glob('*/*.log')
    kept = file.read_text()
    for text in ('key_39', 'System environment', 'before_train_epoch'):
        assert text in kept
        assert text not in shown
    for text in (
        'Epoch(train)',
        'loss: ',
        str(file),
        f'torch {torch.__version__}',
    ):
        assert text in kept
        assert text in shown
    assert len(shown.splitlines()) < 15


def test_the_import_is_silent():
    done = run_python(
        '-W', 'default', '-c', 'import higherhrnet_plugin.models'
    )
    assert done.returncode == 0, done.stderr
    assert 'pkg_resources' not in done.stderr
