"""Several processes share one run, and find what one process finds."""

import json

import pytest
from inference_data import write_video
from processes import ROOT, free_port, run_python
from video_files import decode_video

from higherhrnet_plugin.inference.options import parse_args

NAMES = ('predictions.json', 'images.json')


def start(call_args, count):
    """Name the arguments that start processes by torchrun."""
    return [
        '-m',
        'torch.distributed.run',
        '--nproc_per_node',
        count,
        *('--master_port', free_port(), ROOT / 'tools' / 'inference.py'),
        *call_args,
        '--launcher',
        'pytorch',
        '--device',
        'cpu',
    ]


@pytest.fixture
def arguments(model_files, data, tmp_path):
    """Name config, weights, inputs and options."""
    config, weights, _ = model_files
    (data / 'broken.png').write_bytes(b'no picture')
    return [
        config,
        weights,
        data,
        '--recursive',
        '--batch-size',
        2,
        '--out',
        tmp_path / 'shared',
    ]


def results(folder):
    return [json.loads((folder / name).read_text()) for name in NAMES]


def drawn(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob('*')
        if path.suffix in ('.png', '.jpg')
    }


@pytest.mark.slow
def test_three_processes_find_what_one_finds(call, arguments, tmp_path):
    # drawn by other processes at the same time, into the same folder
    for name in ('run.avi', 'sit.avi'):
        write_video(tmp_path / 'in' / name, frames=40)
    done = run_python(*start(arguments, 3), cwd=tmp_path, timeout=280)
    assert 'failed: broken.png: ' in done.stdout, done.stderr
    assert '5 images, 3 videos (88 frames)' in done.stdout
    assert done.stdout.count('inputs on cpu') == 1
    # torchrun names the code of its processes
    assert done.returncode == 1
    assert 'exitcode  : 1' in done.stderr
    out = tmp_path / 'shared'
    assert not list(out.glob('predictions.[0-9].jsonl'))
    assert call('--batch-size', 2, out='alone') == 1
    assert results(out) == results(tmp_path / 'alone')
    assert drawn(out) == drawn(tmp_path / 'alone')
    videos = {
        path.name: len(decode_video(path)[0])
        for path in (out / 'videos').iterdir()
    }
    assert videos == {
        'run.avi.mp4': 40,
        'sit.avi.mp4': 40,
        'walk.avi.mp4': 8,
    }
    # one process takes over what three have done
    assert call('--batch-size', 2, out='shared') == 1
    assert results(out) == results(tmp_path / 'alone')


@pytest.mark.slow
def test_a_fault_of_the_start_is_said_once(arguments, tmp_path):
    arguments[1] = tmp_path / 'none.pth'
    done = run_python(*start(arguments, 2), cwd=tmp_path, timeout=280)
    assert done.returncode != 0
    assert done.stderr.count('error: ') == 1, done.stderr
    assert 'none.pth' in done.stderr
    assert 'exitcode  : 2' in done.stderr


def test_journals_of_a_killed_run_are_taken_over(call, tmp_path, capsys):
    assert call() == 0
    out = tmp_path / 'out'
    expected = results(out)
    path = out / 'predictions.jsonl'
    header, *lines = path.read_text().splitlines(keepends=True)
    assert len(lines) > 10
    # as three processes leave it that are killed in the midst of a line
    path.write_text(header + ''.join(lines[:2]))
    shard = out / 'predictions.1.jsonl'
    shard.write_text(header + ''.join(lines[2:4]) + lines[4][:20])
    (out / 'predictions.2.jsonl').write_text(header + ''.join(lines[5:]))
    capsys.readouterr()
    assert call() == 0
    assert '1 images, 0 videos (0 frames)' in capsys.readouterr().out
    assert results(out) == expected
    assert not list(out.glob('predictions.[0-9].jsonl'))


def test_overwrite_removes_the_journals_of_others(call, tmp_path, capsys):
    assert call() == 0
    path = tmp_path / 'out' / 'predictions.jsonl'
    path.rename(path.with_name('predictions.1.jsonl'))
    capsys.readouterr()
    assert call('--overwrite') == 0
    assert '5 images, 1 videos' in capsys.readouterr().out


def test_processes_that_nobody_has_started(call, capsys, monkeypatch):
    for name in ('RANK', 'LOCAL_RANK', 'WORLD_SIZE'):
        monkeypatch.delenv(name, raising=False)
    assert call('--launcher', 'pytorch') == 2
    assert 'torchrun' in capsys.readouterr().err


@pytest.mark.parametrize('words', [('--webcam', '0'), ('webcam:0',)])
def test_a_webcam_is_not_shared(words, capsys):
    with pytest.raises(SystemExit, match=r'^2$'):
        parse_args(
            ['config.py', 'w.pth', 'a.jpg', *words, '--out', 'o']
            + ['--launcher', 'pytorch']
        )
    assert 'cannot share webcam:0' in capsys.readouterr().err
