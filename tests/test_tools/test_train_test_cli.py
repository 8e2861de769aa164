"""Command lines of tools/train.py and tools/test.py."""

import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Callable

import mmengine
import mmpose
import pytest
import torch
from processes import ROOT, run_tool

HOST_TOOLS = Path(mmpose.__file__).parent / '.mim' / 'tools'

CONFIG = """
default_scope = 'mmpose'
model = dict(type='HRNet')
optim_wrapper = dict(type='{wrapper}', optimizer=dict(type='SGD', lr=0.1))
default_hooks = dict()
"""


@pytest.fixture
def refuse(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> Callable[..., str]:
    """Run a script in this process; return the line it stops with."""

    def run_and_refuse(tool: str, *args: str) -> str:
        script = str(ROOT / 'tools' / tool)
        monkeypatch.setattr(sys, 'argv', [script, *args])
        with pytest.raises(SystemExit) as stop:
            runpy.run_path(script, run_name='__main__')
        assert stop.value.code == 2
        return capsys.readouterr().err.strip().splitlines()[-1]

    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    # Set by the tools; noted here so that it is restored.
    monkeypatch.setenv('LOCAL_RANK', '0')
    yield run_and_refuse
    for name in ('_arguments', '_common'):
        sys.modules.pop(name, None)


def options(source: str) -> set[str]:
    """Return the option strings that a script, or its help, mentions."""
    return set(re.findall(r'(?<![\w-])--[a-z][\w-]*', source))


def declared_options(script: Path) -> set[str]:
    """Return the options that a script of the host declares."""
    calls = re.findall(
        r'add_argument\(([^)]*?)(?:help|type|action|nargs|$)',
        script.read_text(),
    )
    return options(' '.join(calls))


@pytest.fixture(scope='module')
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp('config') / 'small.py'
    path.write_text(CONFIG.format(wrapper='OptimWrapper'))
    return path


def assert_one_line(message: str, *words: str) -> None:
    """Check for an error of one line that has these words."""
    assert 'error: ' in message
    assert '\n' not in message
    for word in words:
        assert word in message


@pytest.mark.parametrize('tool', ['train.py', 'test.py'])
def test_options_are_those_of_mmpose(tool: str) -> None:
    done = run_tool(tool, '--help', timeout=120)
    assert done.returncode == 0, done.stderr
    expected = declared_options(HOST_TOOLS / tool)
    assert len(expected) > 8
    ours = {'--help', *(['--overwrite'] if tool == 'train.py' else [])}
    assert options(done.stdout) - ours == expected
    # mim would append these, had it found the words.
    assert '--gpus' not in done.stdout
    assert '--device' not in done.stdout


def test_a_missing_config_gives_one_line_and_a_status() -> None:
    done = run_tool('train.py', 'no/such_config.py', timeout=120)
    assert done.returncode == 2
    assert 'Traceback' not in done.stderr
    assert_one_line(done.stderr.splitlines()[-1], 'no/such_config.py')


def test_missing_files_are_named(
    refuse: Callable[..., str], config: Path, tmp_path: Path
) -> None:
    child = tmp_path / 'child.py'
    child.write_text("_base_ = ['no_such_base.py']")
    assert_one_line(refuse('test.py', 'x.py', 'x.pth'), 'config', 'x.py')
    assert_one_line(refuse('train.py', str(child)), 'no_such_base.py')
    for message in (
        refuse('train.py', str(config), '--resume', 'no/such.pth'),
        refuse('train.py', str(config), '--cfg-options', 'load_from=no.pth'),
        refuse('test.py', str(config), 'no/such.pth'),
    ):
        assert_one_line(message, 'checkpoint', 'no')


@pytest.mark.parametrize('tool', ['train.py', 'test.py'])
def test_options_are_checked(
    refuse: Callable[..., str],
    config: Path,
    tmp_path: Path,
    tool: str,
) -> None:
    torch.save({'w': torch.ones(1)}, tmp_path / 'x.pth')
    files = [str(config), str(tmp_path / 'x.pth')][: 1 + (tool == 'test.py')]
    message = refuse(tool, *files, '--cfg-options', 'a.b', '=', '1')
    assert_one_line(message, "'a.b' is not of the form KEY=VALUE")
    message = refuse(tool, *files, '--cfg-options', 'model.type.x=1')
    assert_one_line(message, '--cfg-options model.type.x')


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        (b'', 'an empty file'),
        (b'version https://git-lfs.github.com/spec/v1\n', 'Git LFS pointer'),
        (b'<html></html>', 'an HTML page'),
    ],
)
def test_other_files_as_weights_are_named(
    refuse: Callable[..., str],
    config: Path,
    tmp_path: Path,
    content: bytes,
    words: str,
) -> None:
    file = str(tmp_path / 'x.pth')
    Path(file).write_bytes(content)
    for arguments in (
        ('test.py', str(config), file),
        ('train.py', str(config), '--resume', file),
        ('train.py', str(config), '--cfg-options', f'load_from={file}'),
    ):
        assert_one_line(refuse(*arguments), f'{file}: this is', words)


def test_output_files_need_a_known_suffix(
    refuse: Callable[..., str], config: Path
) -> None:
    message = refuse('test.py', str(config), 'x.pth', '--dump', 'x.json')
    assert_one_line(message, '--dump', '.pkl', 'x.json')
    message = refuse('test.py', str(config), 'x.pth', '--out', 'x.txt')
    assert_one_line(message, '--out', '.json', 'x.txt')


def test_flags_need_a_place_in_the_config(
    refuse: Callable[..., str], config: Path, tmp_path: Path
) -> None:
    message = refuse('train.py', str(config), '--auto-scale-lr')
    assert_one_line(message, '--auto-scale-lr', 'base_batch_size')
    message = refuse('train.py', str(config), '--show-dir', 'x')
    assert_one_line(message, 'visualization', 'PoseVisualizationHook')
    torch.save({'w': torch.ones(1)}, tmp_path / 'x.pth')
    checkpoint = str(tmp_path / 'x.pth')
    message = refuse('test.py', str(config), checkpoint, '--badcase')
    assert_one_line(message, 'badcase', 'BadCaseAnalysisHook')


@pytest.mark.skipif(torch.cuda.is_available(), reason='needs a CPU machine')
def test_machine_without_accelerator_is_explained(
    refuse: Callable[..., str], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv('RANK', raising=False)
    message = refuse('train.py', str(config), '--launcher', 'pytorch')
    assert_one_line(message, 'torchrun', 'RANK')


@pytest.mark.parametrize(
    ('device', 'extra', 'expected'),
    [
        ('cpu', {}, dict(type='BFloat16OptimWrapper')),
        (
            'cpu',
            dict(type='AmpOptimWrapper', loss_scale=512.0, dtype='float16'),
            dict(type='BFloat16OptimWrapper'),
        ),
        ('cuda', {}, dict(type='AmpOptimWrapper', loss_scale='dynamic')),
    ],
)
def test_amp_takes_the_wrapper_of_the_device(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    device: str,
    extra: dict,
    expected: dict,
) -> None:
    monkeypatch.setattr('mmengine.device.get_device', lambda: device)
    path = tmp_path / 'wrapped.py'
    path.write_text(
        CONFIG.format(wrapper='OptimWrapper')
        + f'\noptim_wrapper.update({extra})\n'
    )
    cfg = configure(monkeypatch, str(path), '--amp')
    plain = configure(monkeypatch, str(path))
    kept = set(expected) | set(extra)
    rest = {k: v for k, v in plain.optim_wrapper.items() if k not in kept}
    assert cfg.optim_wrapper == {**rest, **expected}


def test_amp_without_a_wrapper_is_explained(
    refuse: Callable[..., str], config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr('mmengine.device.get_device', lambda: 'mps')
    assert_one_line(refuse('train.py', str(config), '--amp'), '--amp', "'mps'")


def test_amp_needs_a_wrapper_it_can_replace(
    refuse: Callable[..., str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr('mmengine.device.get_device', lambda: 'cuda')
    path = tmp_path / 'apex.py'
    path.write_text(CONFIG.format(wrapper='ApexOptimWrapper'))
    message = refuse('train.py', str(path), '--amp')
    assert_one_line(message, '--amp', 'ApexOptimWrapper')


@pytest.mark.parametrize('tool', ['dist_train.sh', 'dist_test.sh'])
def test_wrappers_show_their_usage(tool: str) -> None:
    done = subprocess.run(
        ['bash', str(ROOT / 'tools' / tool)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert f'{tool} CONFIG' in done.stderr


def test_a_used_work_folder_is_refused_before_anything_is_written(
    refuse: Callable[..., str], config: Path, tmp_path: Path
) -> None:
    work_dir = tmp_path / 'used'
    work_dir.mkdir()
    (work_dir / 'epoch_3.pth').touch()
    message = refuse('train.py', str(config), '--work-dir', str(work_dir))
    assert_one_line(message, 'epoch_3.pth', '--resume', '--overwrite')
    assert [path.name for path in work_dir.iterdir()] == ['epoch_3.pth']


def test_resume_or_overwrite(refuse: Callable[..., str], config: Path) -> None:
    message = refuse('train.py', str(config), '--resume', '--overwrite')
    assert 'not allowed with argument' in message


@pytest.mark.parametrize(
    ('hook', 'flag', 'expected'),
    [
        (None, (), dict(type='DurableCheckpointHook', interval=1)),
        (
            dict(type='CheckpointHook', interval=3),
            ('--overwrite',),
            dict(type='DurableCheckpointHook', interval=3, overwrite=True),
        ),
        (dict(type='MyCheckpointHook'), (), dict(type='MyCheckpointHook')),
    ],
)
def test_older_configs_get_our_hooks(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    hook: dict,
    flag: tuple,
    expected: dict,
) -> None:
    hooks = {} if hook is None else dict(checkpoint=hook)
    path = tmp_path / 'older.py'
    path.write_text(
        CONFIG.format(wrapper='OptimWrapper').replace(
            'default_hooks = dict()', f'default_hooks = {hooks}'
        )
    )
    cfg = configure(monkeypatch, str(path), *flag)
    assert cfg.default_hooks.checkpoint == expected
    assert cfg.default_hooks.sampler_seed.type == 'KeptSamplerSeedHook'
    assert not cfg.get('resume')


def test_overwriting_needs_our_hook(
    refuse: Callable[..., str], tmp_path: Path
) -> None:
    path = tmp_path / 'mine.py'
    path.write_text(
        CONFIG.format(wrapper='OptimWrapper')
        + "default_hooks = dict(checkpoint=dict(type='MyHook'))"
    )
    message = refuse('train.py', str(path), '--overwrite')
    assert_one_line(message, 'DurableCheckpointHook', 'MyHook')


def configure(
    monkeypatch: pytest.MonkeyPatch, *args: str
) -> mmengine.config.Config:
    """Return the config that train.py would train with."""
    monkeypatch.setattr(sys, 'argv', ['train.py', *args])
    monkeypatch.syspath_prepend(str(ROOT / 'tools'))
    monkeypatch.setenv('LOCAL_RANK', '0')
    space = runpy.run_path(str(ROOT / 'tools' / 'train.py'))
    return space['build_config'](space['parse_args']())
