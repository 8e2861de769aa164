"""The command that kills a training, with few kills."""

import re
import sys

import pytest
import torch
from processes import ROOT, run_tool


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == 'win32', reason='needs SIGKILL')
def test_a_killed_training_learns_the_same(tmp_path):
    done = run_tool(
        'dev/kill_training.py',
        '--kills',
        2,
        '--epochs',
        12,
        '--work-dir',
        tmp_path / 'work',
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert 'kills: 2, 1 of them once a checkpoint was begun' in done.stdout
    assert 'unsound files under final names: 0' in done.stdout
    assert re.search(r'^equal to the bit', done.stdout, re.MULTILINE)


def test_it_would_see_a_difference(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / 'tools' / 'dev'))
    from _killed_runs import compare_runs

    one, other = tmp_path / 'one', tmp_path / 'other'
    content = {
        'state_dict': {'a': torch.zeros(3)},
        'ema_state_dict': {'a': torch.zeros(3)},
        'optimizer': {'state': {0: {'step': 1}}},
        'param_schedulers': [{'last_step': 1}],
    }
    for folder in (one, other):
        folder.mkdir()
        torch.save(content, folder / 'epoch_1.pth')
    assert compare_runs(one, other, 1) == []
    (other / '.12.part').touch()
    assert compare_runs(one, other, 1) == ['.12.part is left']
    (other / '.12.part').unlink()
    content['state_dict']['a'][1] = 1e-30
    content['param_schedulers'].append({})
    torch.save(content, other / 'epoch_1.pth')
    assert compare_runs(one, other, 1) == [
        'epoch_1.pth: state_dict: 1 of 1 values',
        'epoch_1.pth: param_schedulers: not of the same parts',
    ]
    (other / 'epoch_1.pth').rename(other / 'epoch_2.pth')
    assert 'files' in compare_runs(one, other, 1)[0]
