"""Configs are code, as docs/security.md says; checkpoints are data."""

import json
import shutil

import pytest
from data_sets import write_data_set
from mmengine.config import Config
from mmpose.registry import MODELS
from payloads import PICKLES, TEXTS, Bomb, config_text, write_planted
from processes import run_tool
from small_configs import TINY, load_small


def test_yaml_configs_are_code(tmp_path):
    made = tmp_path / 'made'
    file = tmp_path / 'config.yaml'
    # it may be read more than once
    file.write_text(
        'x: !!python/object/apply:os.makedirs\n'
        f'  args: ["{made}"]\n'
        '  kwds: {exist_ok: true}\n'
    )
    Config.fromfile(file)
    assert made.is_dir()


def test_json_configs_are_code(tmp_path):
    trace = tmp_path / 'trace'
    (tmp_path / 'base.py').write_text(config_text(trace))
    file = tmp_path / 'config.json'
    file.write_text(json.dumps({'_base_': './base.py'}))
    Config.fromfile(file)
    assert trace.is_file()
    MODELS.build(dict(type='os.mkdir', path=str(tmp_path / 'made')))
    assert (tmp_path / 'made').is_dir()


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Train an epoch by the tool; return config and checkpoint."""
    folder = tmp_path_factory.mktemp('trained')
    cfg = load_small(TINY, write_data_set(folder), folder / 'work')
    cfg.default_hooks.checkpoint.update(interval=1)
    cfg.train_cfg.max_epochs = 2
    cfg.dump(folder / 'config.py')
    once = ('--cfg-options', 'train_cfg.max_epochs=1')
    done = run_tool('train.py', folder / 'config.py', *once, timeout=250)
    assert done.returncode == 0, done.stderr
    return folder / 'config.py', folder / 'work' / 'epoch_1.pth'


@pytest.mark.slow
def test_resuming_by_the_tool_runs_no_config(trained, tmp_path):
    config, checkpoint = trained
    trace = tmp_path / 'trace'
    text = config_text(trace)
    file = tmp_path / 'x.pth'
    write_planted(checkpoint, file, TEXTS['meta-config'], text)
    work_dir = tmp_path / 'work'
    for arguments in (['--resume', file], ['--resume']):
        where = ('--work-dir', work_dir)
        done = run_tool('train.py', config, *arguments, *where, timeout=250)
        assert done.returncode == 0, done.stderr
        assert (work_dir / 'epoch_2.pth').is_file()
        (work_dir / 'epoch_2.pth').unlink()
        # what the automatic way finds
        (work_dir / 'last_checkpoint').write_text(str(file))
        shutil.copy(file, work_dir / 'epoch_1.pth')
    assert not trace.exists()


@pytest.mark.slow
def test_tools_refuse_pickled_code_in_one_line(trained, tmp_path):
    config, checkpoint = trained
    trace = tmp_path / 'trace'
    file = tmp_path / 'x.pth'
    write_planted(checkpoint, file, PICKLES['runtime-info'], Bomb(trace))
    work = ('--work-dir', tmp_path / 'work')
    images = config.parent / 'images'
    for tool, *arguments in (
        ('train.py', config, '--resume', file, *work),
        ('train.py', config, *work, '--cfg-options', f'load_from={file}'),
        ('test.py', config, file, *work),
        ('inference.py', config, file, images, '--out', tmp_path / 'a'),
        ('model_converters/convert_checkpoint.py', file, tmp_path / 'b.pth'),
    ):
        done = run_tool(tool, *arguments, cwd=tmp_path, timeout=250)
        *_, line = done.stderr.strip().splitlines()
        assert line.startswith(f'error: {file}: refused. It holds '), done
        assert done.returncode == 2
        assert 'Traceback' not in done.stderr
    assert not trace.exists()
