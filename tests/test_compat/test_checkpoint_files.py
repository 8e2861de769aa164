"""Checkpoints of a real Runner under ``weights_only``, and refused ones."""

import json
import os
import pickle
from pathlib import Path
from typing import Any, Callable, ClassVar

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from processes import ROOT, run_python

from higherhrnet_plugin.compat import allow_checkpoint_globals
from higherhrnet_plugin.compat.checkpoint_files import (
    _history_buffer_method,
    load_checkpoint_file,
)
from higherhrnet_plugin.compat.versions import torch_version

needs_list = pytest.mark.skipif(
    torch_version() < (2, 6),
    reason='this torch does not use its list of safe names',
)

RUN = """
import json, sys
from types import ModuleType
import torch
from mmengine.dataset import pseudo_collate
from mmengine.evaluator import BaseMetric
from mmengine.model import BaseModel
from mmengine.runner import Runner

# The package itself registers the names; here it must not be done yet.
package = ModuleType('higherhrnet_plugin')
package.__path__ = [sys.argv[2]]
sys.modules['higherhrnet_plugin'] = package
from higherhrnet_plugin.compat import allow_checkpoint_globals

work_dir = sys.argv[1]

class Model(BaseModel):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(2, 1)

    def forward(self, inputs, mode):
        outputs = self.layer(torch.stack(inputs))
        return {'loss': outputs.mean()} if mode == 'loss' else list(outputs)

class Metric(BaseMetric):
    def process(self, batch, samples):
        self.results.append(len(samples))

    def compute_metrics(self, results):
        return {'acc': sum(results)}

def build(**options):
    loader = dict(
        dataset=[{'inputs': torch.ones(2)}] * 4, batch_size=2,
        sampler=dict(type='DefaultSampler', shuffle=False),
        collate_fn=pseudo_collate)
    cfg = dict(
        model=Model(), work_dir=work_dir, train_dataloader=loader,
        val_dataloader=loader, test_dataloader=loader,
        val_evaluator=[Metric()], test_evaluator=[Metric()], val_cfg=dict(),
        test_cfg=dict(), experiment_name=str(len(options)),
        default_hooks=dict(checkpoint=dict(
            type='CheckpointHook', interval=1, save_best='acc')),
        optim_wrapper=dict(optimizer=dict(type='Adam', lr=0.1)),
        param_scheduler=dict(type='LinearLR', by_epoch=False, end=2),
        custom_hooks=[dict(type='EMAHook')], log_level='ERROR')
    cfg.update(options)
    return Runner(**cfg)

build(train_cfg=dict(by_epoch=True, max_epochs=1)).train()
path = f'{work_dir}/epoch_1.pth'
result = {}
try:
    torch.load(path, weights_only=True)
except Exception as error:
    result['before'] = type(error).__name__
allow_checkpoint_globals()
result['content'] = sorted(torch.load(path, weights_only=True))
runner = build(train_cfg=dict(by_epoch=True, max_epochs=2), resume=True,
               load_from=path)
runner.train()
result['iterations'] = runner.iter
result['losses'] = len(runner.message_hub.log_scalars['train/loss'].data[0])
runner = build(load_from=path, train_cfg=None, train_dataloader=None,
               optim_wrapper=None, param_scheduler=None, launcher='none')
result['metrics'] = runner.test()
print('RESULT' + json.dumps(result))
"""


@pytest.fixture(autouse=True)
def safe_globals() -> Any:
    """Register the names for one test and take them out again."""
    if torch_version() < (2, 6):
        yield
        return
    before = torch.serialization.get_safe_globals()
    allow_checkpoint_globals()
    yield
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals(before)


def load(path: Path) -> Any:
    """Load as the package does on every torch."""
    return load_checkpoint_file(path)


@needs_list
def test_runner_saves_resumes_and_tests(tmp_path: Path) -> None:
    package = ROOT / 'higherhrnet_plugin'
    done = run_python('-c', RUN, tmp_path, package, timeout=120)
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout.rpartition('RESULT')[2])
    # The reason for all this; once it is gone, so may the module be.
    assert result['before'] == 'UnpicklingError'
    assert {'meta', 'message_hub', 'optimizer'} <= set(result['content'])
    assert result['iterations'] == 4
    assert result['losses'] == 4
    assert result['metrics'] == {'acc': 4}


@pytest.mark.parametrize(
    'value',
    [
        np.float64(1.5),
        np.float32(1.5),
        np.int64(3),
        np.bool_(True),
        np.arange(4.0),
        np.ones((2, 3), np.float32),
        np.ones(3, np.int64),
        np.array(['nose', 'left_eye']),
    ],
    ids=lambda value: f'{type(value).__name__}-{value.dtype}',
)
def test_numpy_values_survive(tmp_path: Path, value: Any) -> None:
    torch.save({'value': value}, tmp_path / 'x.pth')
    loaded = load(tmp_path / 'x.pth')['value']
    assert type(loaded) is type(value)
    assert loaded.dtype == value.dtype
    assert np.array_equal(loaded, value)


@pytest.mark.parametrize('package', ['numpy.core', 'numpy._core'])
@pytest.mark.parametrize('value', [np.float64(2.5), np.arange(3)])
def test_both_names_of_numpys_private_package(
    tmp_path: Path, package: str, value: Any
) -> None:

    class Renaming(pickle._Pickler):  # type: ignore[name-defined]
        """Writes the name as the other major version of numpy would."""

        def save_global(self, obj: Any, name: Any = None) -> None:
            if obj.__module__ in (
                'numpy.core.multiarray',
                'numpy._core.multiarray',
            ):
                self.write(
                    b'c'
                    + f'{package}.multiarray\n'.encode()
                    + obj.__name__.encode()
                    + b'\n'
                )
                self.memoize(obj)
            else:
                super().save_global(obj, name)

        dispatch: ClassVar[dict] = {
            **pickle._Pickler.dispatch,  # type: ignore[attr-defined]
            type(np.empty(0).__reduce__()[0]): save_global,
        }

    class RenamingModule:
        """What torch.save wants of a pickle module."""

        Pickler = Renaming

    torch.save(value, tmp_path / 'x.pth', pickle_module=RenamingModule)
    assert np.array_equal(load(tmp_path / 'x.pth'), value)


class Payload:
    """Pickles as the call of a function with arguments."""

    def __init__(self, function: Callable[..., Any], *args: Any) -> None:
        self.call = (function, args)

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


@pytest.mark.parametrize(
    ('function', 'args'),
    [
        (os.system, ('true',)),
        (eval, ('1',)),
        (getattr, (HistoryBuffer, '__init__')),
        (getattr, (HistoryBuffer, '_statistics_methods')),
        (getattr, (HistoryBuffer, 'register_statistics')),
        (getattr, (HistoryBuffer, '__subclasses__')),
        (getattr, ('text', 'format')),
        (getattr, (np.ndarray, 'tofile')),
        (getattr, (Payload(getattr, HistoryBuffer, 'min'), '__globals__')),
        (np.load, ('file.npy',)),
    ],
    ids=lambda value: getattr(value, '__name__', None),
)
def test_other_content_stays_refused(
    tmp_path: Path, function: Callable[..., Any], args: tuple[Any, ...]
) -> None:
    torch.save({'meta': Payload(function, *args)}, tmp_path / 'x.pth')
    with pytest.raises(pickle.UnpicklingError):
        load(tmp_path / 'x.pth')


def test_only_the_statistics_methods_are_served() -> None:
    for name in ('min', 'max', 'mean', 'current'):
        assert _history_buffer_method(HistoryBuffer, name) is getattr(
            HistoryBuffer, name
        )
    for obj, name in (
        (HistoryBuffer([], []), 'min'),
        (HistoryBuffer, 'data'),
        (list, 'min'),
    ):
        with pytest.raises(pickle.UnpicklingError):
            _history_buffer_method(obj, name)


@needs_list
def test_calling_again_changes_nothing() -> None:
    before = torch.serialization.get_safe_globals()
    allow_checkpoint_globals()
    assert len(torch.serialization.get_safe_globals()) == len(before)


@needs_list
def test_a_users_own_choice_for_a_name_is_kept() -> None:
    torch.serialization.clear_safe_globals()
    torch.serialization.add_safe_globals([(getattr, 'builtins.getattr')])
    allow_checkpoint_globals()
    functions = [
        entry[0]
        for entry in torch.serialization.get_safe_globals()
        if isinstance(entry, tuple) and entry[1] == 'builtins.getattr'
    ]
    assert functions == [getattr]


@needs_list
def test_old_torch_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.serialization.clear_safe_globals()
    monkeypatch.setattr(torch, '__version__', '2.5.1+cpu')
    allow_checkpoint_globals()
    assert torch.serialization.get_safe_globals() == []
