"""All processes of a training go on from one checkpoint, or none starts."""

import sys

import pytest
import torch
from processes import ROOT, run_python

WORKER = """
import os, sys
from pathlib import Path
import torch
import higherhrnet_plugin
from higherhrnet_plugin.compat import (
    init_cpu_process_group, use_cpu_model_wrapper
)
from higherhrnet_plugin.engine import DurableCheckpointHook, WorkFolderError
from mmengine.config import Config
from small_training import loader, runner

folder, epochs, resume = sys.argv[1], int(sys.argv[2]), sys.argv[3] == 'resume'
init_cpu_process_group('pytorch')
cfg = Config(dict(launcher='pytorch'))
use_cpu_model_wrapper(cfg)
torch.manual_seed(0)
made = runner(
    folder,
    epochs=epochs,
    resume=resume,
    launcher='pytorch',
    cfg=cfg,
    train_dataloader=loader(batch_size=int(sys.argv[4])),
    default_hooks=dict(checkpoint=DurableCheckpointHook(interval=1)),
)
try:
    made.train()
    text = f'{made._load_from} {made.iter}'
except WorkFolderError as error:
    text = f'refused {error}'
Path(f'{folder}.{os.environ["RANK"]}').write_text(text)
# a process that ends beside running threads of gloo may abort
torch.distributed.destroy_process_group()
"""


def train(folder, epochs, way, processes=2, batch_size=2):
    """Train on several processes; return what each of them said."""
    script = folder.parent / 'worker.py'
    script.write_text(WORKER)
    done = run_python(
        '-m',
        'torch.distributed.run',
        '--standalone',
        '--nproc-per-node',
        processes,
        script,
        folder,
        epochs,
        way,
        batch_size,
        timeout=200,
        PYTHONPATH=f'{ROOT}:{ROOT / "tests" / "support"}',
    )
    assert done.returncode == 0, done.stderr
    files = [folder.with_suffix(f'.{rank}') for rank in range(processes)]
    return [file.read_text() for file in files]


def weights(folder):
    contents = torch.load(folder / 'epoch_3.pth', weights_only=True)
    return contents['state_dict']


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == 'win32', reason='needs torchrun')
def test_two_processes(tmp_path):
    whole, folder = tmp_path / 'whole', tmp_path / 'run'
    assert train(whole, 3, 'start') == ['None 3'] * 2
    train(folder, 2, 'start')
    first, second = train(folder, 3, 'start')
    assert first == second
    assert first.startswith(f'refused work folder {folder} holds')
    newest = folder / 'epoch_2.pth'
    newest.write_bytes(newest.read_bytes()[:500])
    assert train(folder, 3, 'resume') == [f'{folder}/epoch_1.pth 3'] * 2
    for name, value in weights(whole).items():
        assert torch.equal(value, weights(folder)[name])


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == 'win32', reason='needs torchrun')
def test_one_process_goes_on_with_the_batch_of_two(tmp_path):
    whole, folder = tmp_path / 'whole', tmp_path / 'run'
    train(whole, 3, 'start')
    train(folder, 2, 'start')
    (said,) = train(folder, 3, 'resume', processes=1, batch_size=4)
    assert said == f'{folder}/epoch_2.pth 3'
    for name, value in weights(whole).items():
        torch.testing.assert_close(value, weights(folder)[name])
