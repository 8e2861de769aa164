"""The benchmarks of training run, and stop where results differ."""

import importlib
import json
import sys

import pytest
import torch
from data_sets import write_data_set
from small_configs import ROOT

FOLDER = str(ROOT / 'tools' / 'benchmarks')


@pytest.fixture
def load(monkeypatch):
    """Import a benchmark by name, as its own folder sees it."""
    monkeypatch.syspath_prepend(FOLDER)
    threads = torch.get_num_threads()
    before = set(sys.modules)
    yield importlib.import_module
    torch.set_num_threads(threads)
    for name in set(sys.modules) - before:
        if FOLDER in str(getattr(sys.modules[name], '__file__', None)):
            del sys.modules[name]


def rows_of(path):
    return {
        row['workload']: row for row in json.loads(path.read_text())['rows']
    }


def test_losses(load, tmp_path, capsys):
    out = tmp_path / 'losses.json'
    losses = load('losses')
    losses.main(
        [
            *('--rounds', '1', '--batch', '2', '--people', '1', '3'),
            *('--out', str(out)),
        ]
    )
    rows = rows_of(out)
    assert set(rows) == {
        'tags, 2 images x 1',
        'tags, 2 images x 3',
        'heatmaps, 2 images',
    }
    for row in rows.values():
        assert set(row['peers']) == {'official', 'mmpose'}
        assert row['ours'] > 0
    assert 'peak memory' in rows['heatmaps, 2 images']['note']
    assert '| heatmaps, 2 images |' in capsys.readouterr().out


def test_losses_that_differ_are_not_reported(load, monkeypatch):
    losses = load('losses')
    right = losses.plain_heatmap_loss
    monkeypatch.setattr(
        losses, 'plain_heatmap_loss', lambda *maps: right(*maps) * 1.00001
    )
    with pytest.raises(SystemExit, match=r'error: not equal.*heatmaps'):
        losses.measure('heatmaps', losses.heatmap_case(1), 1)


def test_targets(load, tmp_path):
    out = tmp_path / 'targets.json'
    load('targets').main(
        ['--rounds', '1', '--people', '0', '2', '--out', str(out)]
    )
    rows = rows_of(out)
    assert set(rows) == {
        f'{n} people{what}'
        for n in (0, 2)
        for what in ('', ', left to the head', ', UDP')
    }


@pytest.mark.parametrize('function', ['plain_targets', 'plain_udp_targets'])
def test_targets_that_differ_are_not_reported(load, monkeypatch, function):
    targets = load('targets')
    right = getattr(targets, function)

    def moved(keypoints, *rest):
        return right(keypoints + 2, *rest)

    monkeypatch.setattr(targets, function, moved)
    with pytest.raises(SystemExit, match=r'error: not equal.*2 people'):
        targets.main(['--rounds', '1', '--people', '2'])


def test_pipeline(load, tmp_path, capsys):
    people = write_data_set(tmp_path, people=(2, 3, 1), size=(300, 200))
    out = tmp_path / 'pipeline.json'
    load('pipeline').main(
        [
            *('--rounds', '1', '--out', str(out), '--ann-file', str(people)),
            *('--img-dir', str(tmp_path / 'images'), '--workers', '1'),
        ]
    )
    rows = rows_of(out)
    assert set(rows) == {'ours', 'ours, left to the head'}
    text = capsys.readouterr().out
    assert 'largest difference' in text
    assert '1 workers, mmpose' in text


def test_pipelines_that_differ_are_not_reported(load, tmp_path, monkeypatch):
    people = write_data_set(tmp_path, people=(2,), size=(300, 200))
    pipeline = load('pipeline')
    infos = pipeline.load_infos(people, tmp_path / 'images', 9)
    pipelines = pipeline.make_pipelines()
    pipeline.check_content(infos, pipelines, 0)
    fix = pipeline.fix_randomness

    def turned(data, draw):
        is_ours = data.transforms[2].__class__.__name__ != 'RandomFlip'
        fix(data, dict(draw, turn=draw['turn'] + is_ours))

    monkeypatch.setattr(pipeline, 'fix_randomness', turned)
    with pytest.raises(SystemExit, match=r'error: not equal.*keypoints'):
        pipeline.check_content(infos, pipelines, 0)


def test_pipeline_needs_both_paths(load):
    with pytest.raises(SystemExit):
        load('pipeline').main(['--ann-file', 'people.json'])
