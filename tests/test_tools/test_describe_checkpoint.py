"""What is in a checkpoint, as a user asks it."""

import hashlib
import json
import runpy
import sys

import pytest
import torch
from checkpoint_files import ORIGINS, build, randomise, write_bomb
from processes import ROOT

TOOL = ROOT / 'tools/model_converters/describe_checkpoint.py'


@pytest.fixture
def describe(monkeypatch, capsys):
    """Run the tool in this process; return its code and what it printed."""

    def run(*args):
        monkeypatch.setattr(sys, 'argv', ['tool', *map(str, args)])
        code = 0
        try:
            runpy.run_path(str(TOOL), run_name='__main__')
        except SystemExit as stop:
            code = stop.code
        out, error = capsys.readouterr()
        return code, out, error

    return run


@pytest.fixture(scope='module')
def weights():
    return randomise(build(5))


@pytest.mark.parametrize('origin', sorted(ORIGINS))
def test_origins(describe, tmp_path, weights, origin):
    file = tmp_path / 'a.pth'
    torch.save(ORIGINS[origin](weights), file)
    code, out, _ = describe(file, '--json')
    assert code == 0
    about = json.loads(out)
    assert about['sha256'] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert about['bytes'] == file.stat().st_size
    assert about['num_keypoints'] == 5
    assert about['network'] == 'HigherHRNet-W4 for 5 keypoints'
    named = {'mmpose-0x': 'MMPose 0.x', 'plugin': 'plugin'}
    assert about['origin'] == named.get(origin.split('-p')[0], 'official')
    count = sum(p.numel() for p in build(5).parameters())
    assert about['parameters'] == count


def test_lines_for_people(describe, tmp_path, weights):
    file = tmp_path / 'a.pth'
    meta = {
        'epoch': 7,
        'iter': 70,
        'seed': 0,
        'dataset_meta': {
            'dataset_name': 'mice',
            'keypoint_id2name': dict(enumerate('abcde')),
        },
        'mmengine_version': '0.10.7',
    }
    hub = {'runtime_info': {'best_score_mice/AP': 0.98765}}
    content = {'state_dict': weights, 'meta': meta, 'message_hub': hub}
    torch.save(content, file)
    code, out, _ = describe(file)
    assert code == 0
    lines = dict(line.split(':', 1) for line in out.splitlines())
    found = {name: text.strip() for name, text in lines.items()}
    count = sum(p.numel() for p in build(5).parameters())
    assert found == {
        'file': f'{file}, {file.stat().st_size / 1e6:.1f} MB',
        'SHA-256': hashlib.sha256(file.read_bytes()).hexdigest(),
        'network': 'HigherHRNet-W4 for 5 keypoints',
        'names': 'plugin',
        'parameters': f'{count:,}',
        'keypoints': 'a, b, c, d, e',
        'data set': 'mice',
        'training': '7 epochs, 70 iterations, seed 0',
        'best so far': 'mice/AP 0.9877',
        'versions': 'mmengine 0.10.7',
    }


def test_what_is_no_checkpoint(describe, tmp_path):
    code, _, error = describe(tmp_path / 'none.pth')
    assert code == 2
    assert 'none.pth' in error
    (tmp_path / 'a.pth').write_text('<html>')
    code, _, error = describe(tmp_path / 'a.pth')
    assert code == 2
    assert 'HTML page' in error


def test_nothing_in_the_file_is_run(describe, tmp_path):
    proof = tmp_path / 'ran'
    code, _, error = describe(write_bomb(tmp_path / 'bomb.pth', proof))
    assert code == 2
    assert 'refused' in error or 'never' in error
    assert not proof.exists()
