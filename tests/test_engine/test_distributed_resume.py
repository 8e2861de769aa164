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
from small_training import runner

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
    default_hooks=dict(checkpoint=DurableCheckpointHook(interval=1)),
)
try:
    made.train()
    text = f'{made._load_from} {made.iter}'
except WorkFolderError as error:
    text = f'refused {error}'
Path(f'{folder}.{os.environ["RANK"]}').write_text(text)
"""


def train(folder, epochs, way):
    """Train on two processes; return what each of them said."""
    script = folder.parent / 'worker.py'
    script.write_text(WORKER)
    done = run_python(
        *('-m', 'torch.distributed.run', '--standalone'),
        *('--nproc-per-node', 2, script, folder, epochs, way),
        timeout=200,
        PYTHONPATH=f'{ROOT}:{ROOT / "tests" / "support"}',
    )
    assert done.returncode == 0, done.stderr
    return [folder.with_suffix(f'.{rank}').read_text() for rank in range(2)]


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
    contents = [
        torch.load(f / 'epoch_3.pth', weights_only=True)
        for f in (whole, folder)
    ]
    for name, value in contents[0]['state_dict'].items():
        assert torch.equal(value, contents[1]['state_dict'][name])
