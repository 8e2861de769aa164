"""The converter, as a user calls it."""

import hashlib
import runpy
import sys

import pytest
import torch
from checkpoint_files import (
    ORIGINS,
    build,
    imagenet,
    official,
    randomise,
    same,
    write_bomb,
)
from mmengine.runner import load_checkpoint
from processes import ROOT, run_python

from higherhrnet_plugin import __version__

TOOL = ROOT / 'tools/model_converters/convert_checkpoint.py'


@pytest.fixture
def refuse(monkeypatch, capsys):
    """Run the tool in this process, which is faster, until it stops."""

    def run(*args):
        monkeypatch.setattr(sys, 'argv', ['tool', *map(str, args)])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(str(TOOL), run_name='__main__')
        assert stop.value.code == 2
        return capsys.readouterr().err.rstrip()

    return run


@pytest.fixture(scope='module')
def weights():
    return randomise(build(17))


def sha256(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.slow
def test_to_plugin_and_back(tmp_path, weights):
    source, ours, theirs = (tmp_path / f'{n}.pth' for n in 'abc')
    torch.save(ORIGINS['official-fp16'](weights), source)
    done = run_python(
        TOOL, source, ours, '--sha256', sha256(source)[:8].upper()
    )
    assert done.returncode == 0, done.stderr
    content = torch.load(ours, weights_only=True)
    assert content['meta'] == {
        'source': 'a.pth',
        'source_sha256': sha256(source),
        'origin': 'official',
        'higherhrnet_plugin_version': __version__,
    }
    assert same(content['state_dict'], weights)
    million = sum(p.numel() for p in build(17).parameters()) / 1e6
    assert done.stdout.splitlines()[-3:] == [
        'HigherHRNet-W4 for 17 keypoints (COCO), official names, '
        f'{len(weights)} tensors, {million:.1f} M parameters',
        f'{sha256(source)}  {source}',
        f'{sha256(ours)}  {ours}',
    ]
    model = build(17)
    load_checkpoint(model, str(ours))
    assert same(model.state_dict(), weights)

    done = run_python(TOOL, ours, theirs, '--to', 'official')
    assert done.returncode == 0, done.stderr
    assert same(torch.load(theirs, weights_only=True), official(weights))
    assert 'plugin names' in done.stdout


def write(kind, file, weights):
    """Write a file that the tool refuses."""
    if kind == 'malicious':
        write_bomb(file, file.parent / 'trace')
    elif kind == 'garbage':
        file.write_bytes(b'nothing')
    elif kind == 'imagenet':
        torch.save(imagenet(), file)
    else:
        content = official(weights)
        if kind == 'tensor':
            del content['stage3.0.branches.1.0.conv2.weight']
        if kind == 'module':
            content = {
                n: v for n, v in content.items() if 'stage4.1.' not in n
            }
        if kind == 'head':
            del content['final_layers.0.weight']
        if kind == 'unknown':
            content['extra.weight'] = torch.ones(1)
        torch.save(content, file)


@pytest.mark.parametrize(
    ('kind', 'words', 'options'),
    [
        ('malicious', 'a.pth: refused', []),
        ('garbage', 'a.pth: this is a text', []),
        ('imagenet', 'an HRNet-W4 of ImageNet without a pose head', []),
        ('tensor', '1 missing: backbone.stage3.0.branches.1.0.conv2', []),
        ('module', 'unexpected: backbone.stage4.0.fuse_layers.1.', []),
        ('head', 'a.pth: ', []),
        ('unknown', '1 unexpected: backbone.extra.weight', []),
        ('good', 'not 0123456789', ['--sha256', '0123456789']),
        ('good', 'not 8 to 64', ['--sha256', '0123456']),
        ('good', 'not 8 to 64', ['--sha256', 'https://x']),
    ],
)
def test_refused(tmp_path, refuse, weights, kind, words, options):
    source, target = tmp_path / 'a.pth', tmp_path / 'b.pth'
    write(kind, source, weights)
    message = refuse(source, target, *options)
    assert words in message
    assert 'error: ' in message
    assert not target.exists()
    assert not (tmp_path / 'trace').exists()


def test_nothing_is_overwritten(tmp_path, refuse, weights):
    source, target = tmp_path / 'a.pth', tmp_path / 'b.pth'
    torch.save(weights, source)
    target.write_text('mine')
    message = refuse(source, target)
    assert message == f'error: {target} exists and is not overwritten'
    assert target.read_text() == 'mine'
    message = refuse(tmp_path / 'none.pth', tmp_path / 'c.pth')
    assert message.startswith('error: checkpoint file not found: ')
    message = refuse(source, source / 'c.pth')
    assert 'not written' in message


def test_a_user_sees_one_line(tmp_path):
    done = run_python(TOOL, tmp_path / 'none.pth', tmp_path / 'c.pth')
    assert done.returncode == 2
    *_, line = done.stderr.splitlines()
    assert line == f'error: checkpoint file not found: {tmp_path / "none.pth"}'
    assert 'Traceback' not in done.stderr
