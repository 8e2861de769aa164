"""From a labelling tool's file to AP with three commands, as the page says."""

import json
import re
import runpy
import subprocess
import sys

import pytest
from processes import ROOT, run_tool

COMMAND = 'higherhrnet_command.py'
TOOL = ROOT / 'tools/misc/init_config.py'


def read_lines():
    """Return the commands of the page, which stand in a block of their own."""
    text = (ROOT / 'docs' / 'custom_dataset.md').read_text()
    (block,) = re.findall(r'```bash\n(.*?)```', text, re.DOTALL)
    lines = block.replace('\\\n', '').splitlines()
    assert all(line.startswith('higherhrnet ') for line in lines)
    return [line.split()[1:] for line in lines]


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Return a folder with the mice where the page has them."""
    folder = tmp_path_factory.mktemp('init')
    tool = ROOT / 'tools/dataset_converters/make_synthetic_mice.py'
    words = ('data/mice', '--num-train', '12', '--num-val', '1')
    subprocess.run([sys.executable, str(tool), *words], cwd=folder, check=True)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_three_commands(folder):
    init, train, test = read_lines()
    assert (init[0], train[0], test[0]) == ('init', 'train', 'test')
    source = folder / 'data/mice/train.json'
    before = source.read_bytes()
    done = run_tool(COMMAND, *init, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert source.read_bytes() == before
    assert "['nose', 'left_ear', 'right_ear', 'body', 'tail_end']" in (
        done.stdout
    )
    assert done.stdout.endswith(f'next: higherhrnet train {train[1]}\n')
    names = [
        {
            image['file_name']
            for image in json.loads(file.read_text())['images']
        }
        for file in sorted(folder.glob('mice_*.json'))
    ]
    assert len(names) == 2
    assert not names[0] & names[1]
    assert len(names[0] | names[1]) == 12

    few = ('train_cfg.max_epochs=1', 'train_cfg.val_interval=1')
    done = run_tool(COMMAND, *train, '--cfg-options', *few, cwd=folder)
    assert done.returncode == 0, done.stderr
    assert 'loss_push' in done.stdout + done.stderr
    (weights,) = (w for w in test if w.endswith('.pth'))
    few_weights = re.sub(r'epoch_\d+', 'epoch_1', weights)
    words = [few_weights if w == weights else w for w in test]
    done = run_tool(COMMAND, *words, '--out', 'result.json', cwd=folder)
    assert done.returncode == 0, done.stderr
    result = json.loads((folder / 'result.json').read_text())
    assert 0 <= result['custom/AP'] <= 1


@pytest.mark.parametrize(
    ('words', 'said'),
    [
        (['none.json', 'data/mice/images'], 'annotation file not found'),
        (['data/mice/train.json', 'nowhere'], 'image folder not found'),
        (['data/mice/train.json', 'data/mice/images', '--out', 'a'], '.py'),
        (
            [*('data/mice/train.json', 'data/mice/images'), '--out', 'old.py'],
            'old.py exists',
        ),
        (
            [*('data/mice/train.json', 'data/mice/images'), '--out', 'a.py'],
            'a_val.json exists',
        ),
        (
            [
                *('own_train.json', 'data/mice/images', '--overwrite'),
                *('--out', 'own.py'),
            ],
            'by a part of itself',
        ),
    ],
)
def test_bad_usage(folder, words, said):
    files = [folder / n for n in ('old.py', 'a_val.json', 'own_train.json')]
    for file in files:
        file.touch()
    done = run_tool(COMMAND, 'init', *words, cwd=folder)
    assert done.returncode == 2
    assert said in done.stderr.splitlines()[-1]
    assert all(file.stat().st_size == 0 for file in files)


def test_what_speaks_against_training_stops_it(folder, monkeypatch, capsys):
    content = json.loads((folder / 'data/mice/train.json').read_text())
    content['images'][0]['file_name'] = 'gone.png'
    (folder / 'bad.json').write_text(json.dumps(content))
    monkeypatch.chdir(folder)
    words = ('bad.json', 'data/mice/images', '--out', 'bad.py')
    monkeypatch.setattr(sys, 'argv', ['init', *words])
    with pytest.raises(SystemExit) as stop:
        # in this process, which is faster
        runpy.run_path(str(TOOL), run_name='__main__')
    assert stop.value.code == 1
    assert 'gone.png' in capsys.readouterr().out
    assert not list(folder.glob('bad*.py'))
