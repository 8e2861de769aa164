"""The demo, with tools that only note what they are asked for.

``make demo`` runs the real ones, which takes minutes.
"""

import argparse
import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from processes import ROOT

TOOLS = ROOT / 'tools'
OUT = Path('work_dirs/demo')


@pytest.fixture
def demo(monkeypatch, capsys):
    """Run the demo; return its code, the tools and words, and what is said."""
    monkeypatch.syspath_prepend(str(TOOLS))

    def run(folder, failing=None, numbers=('--num-train', '7')):
        calls = []

        def note(command, check):
            python, tool, *words = command
            assert python == sys.executable
            name = str(Path(tool).relative_to(TOOLS))
            calls.append((name, words))
            if name == failing:
                return argparse.Namespace(returncode=3)
            if name == 'train.py':
                write(OUT / 'train' / Path(words[0]).name, 'config')
                write(OUT / 'train/epoch_8.pth', 'with optimiser')
                write(OUT / 'train/epoch_8-12345678.pth', 'published')
            if name == 'test.py':
                write(Path(words[-1]), json.dumps({'coco/AP': 0.5}))
            return argparse.Namespace(returncode=0)

        monkeypatch.setattr(subprocess, 'run', note)
        words = ['demo.py', str(folder), *numbers]
        monkeypatch.setattr(sys, 'argv', words)
        code = 0
        # it works in its folder
        monkeypatch.chdir(folder.parent)
        try:
            runpy.run_path(str(TOOLS / 'demo.py'), run_name='__main__')
        except SystemExit as stop:
            code = stop.code
        return code, calls, ''.join(capsys.readouterr())

    return run


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_steps(demo, tmp_path):
    folder = tmp_path / 'new'
    write(folder / OUT / 'old', '')
    code, calls, said = demo(folder)
    assert code == 0
    assert [name for name, _ in calls] == [
        'dataset_converters/make_synthetic_people.py',
        'train.py',
        'test.py',
        'inference.py',
        'analysis_tools/report.py',
        'inference.py',
    ]
    assert all((TOOLS / name).is_file() for name, _ in calls)
    assert Path(calls[1][1][0]).is_file()
    assert calls[0][1][1:] == ['--num-train', '7', '--num-val', '200']
    assert not (folder / OUT / 'old').exists()
    assert (folder / OUT / 'model.pth').read_text() == 'published'
    assert (folder / OUT / 'config.py').read_text() == 'config'
    assert '"coco/AP": 0.5' in said
    assert str(OUT / 'report.html') in said


def test_a_tool_that_fails_is_the_last(demo, tmp_path):
    code, calls, said = demo(tmp_path / 'new', failing='train.py')
    assert code == 3
    assert len(calls) == 2
    assert 'error: train.py ended with 3' in said


@pytest.mark.parametrize('option', ['--num-train', '--num-val'])
def test_wrong_numbers_remove_nothing(demo, tmp_path, option):
    write(tmp_path / OUT / 'model.pth', 'of an earlier demo')
    code, calls, said = demo(tmp_path, numbers=(option, '0'))
    assert (code, calls) == (2, [])
    assert f'error: {option} must be 1 or more, got 0' in said
    assert (tmp_path / OUT / 'model.pth').is_file()
