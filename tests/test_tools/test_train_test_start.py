"""How tools/train.py and tools/test.py start, or say why they do not."""

import runpy
import sys
from types import SimpleNamespace

import pytest
from inference_data import write_model
from processes import ROOT, run_tool

TOOLS = ('train.py', 'test.py')


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write a model, its data set, and a file that is cut off."""
    folder = tmp_path_factory.mktemp('start')
    write_model(folder)
    (folder / 'broken.json').write_text('{"images": [')
    return folder


@pytest.mark.parametrize(
    ('tool', 'files', 'loader'),
    [
        ('train.py', ['config.py'], 'train_dataloader'),
        ('train.py', ['config.py'], 'val_dataloader'),
        ('test.py', ['config.py', 'weights.pth'], 'test_dataloader'),
    ],
)
def test_broken_annotations_take_one_line(folder, tool, files, loader):
    option = f'{loader}.dataset.ann_file={folder / "broken.json"}'
    words = [*files, '--work-dir', loader, '--cfg-options', option]
    done = run_tool(tool, *words, cwd=folder, timeout=200)
    assert done.returncode == 2, done.stderr
    assert 'Traceback' not in done.stderr
    line = done.stderr.strip().splitlines()[-1]
    assert line.startswith('error: annotation file')
    assert 'broken.json' in line


@pytest.fixture
def call(monkeypatch):
    """Run a tool with a Runner of the test."""
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))

    def call(tool, build):
        monkeypatch.setattr(sys, 'argv', [tool])
        space = runpy.run_path(str(ROOT / 'tools' / tool))
        stand_ins = {
            'parse_args': lambda: SimpleNamespace(out=None),
            'build_config': lambda args: None,
            'require_start': lambda cfg: None,
            'build_runner': build,
        }
        main = space['main']
        for name, stand_in in stand_ins.items():
            monkeypatch.setitem(main.__globals__, name, stand_in)
        main()

    yield call
    for name in ('_arguments', '_common', '_console', '_exit'):
        sys.modules.pop(name, None)


@pytest.mark.parametrize('tool', TOOLS)
def test_what_the_runner_refuses_takes_one_line(call, tool):
    def refuse(cfg):
        raise ValueError('no such level')

    with pytest.raises(SystemExit, match=r'^error: no such level$'):
        call(tool, refuse)


@pytest.mark.parametrize('tool', TOOLS)
def test_crashes_of_what_runs_are_not_hidden(call, tool):
    class Crashing:
        train_loop = val_loop = test_loop = None

        def train(self):
            raise ValueError('in the third epoch')

        test = train

    with pytest.raises(ValueError, match='in the third epoch'):
        call(tool, lambda cfg: Crashing())


@pytest.mark.parametrize('tool', TOOLS)
@pytest.mark.parametrize('number', ['0', '-1'])
def test_an_interval_that_draws_nothing_is_refused(tool, number):
    files = ['config.py', 'x.pth'][: TOOLS.index(tool) + 1]
    done = run_tool(tool, *files, '--interval', number, timeout=120)
    assert done.returncode == 2
    assert f'error: --interval must be 1 or more, got {number}' in done.stderr
