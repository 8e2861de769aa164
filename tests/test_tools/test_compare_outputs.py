"""compare_outputs: the files that it writes, and what it says of two."""

import json

import numpy as np
import pytest
import torch
from data_sets import write_data_set
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS
from processes import run_tool
from small_configs import TINY, load_small

import higherhrnet_plugin


def call(*args):
    """Run the tool in a fresh process."""
    return run_tool('analysis_tools/compare_outputs.py', *args)


@pytest.fixture(scope='module')
def folder(tmp_path_factory):
    """Write a config, an image, and weights with two changed copies."""
    folder = tmp_path_factory.mktemp('compare')
    cfg = load_small(TINY, write_data_set(folder), folder / 'work')
    # with random weights, let weak peaks be people
    cfg.model.head.decoder.score_thr = 0.0
    cfg.dump(folder / 'config.py')
    init_default_scope('mmpose')
    torch.manual_seed(0)
    weights = MODELS.build(cfg.model).state_dict()
    torch.nn.init.normal_(weights['head.final_layers.1.weight'], std=0.1)
    torch.save({'state_dict': weights}, folder / 'weights.pth')
    changed = dict(weights)
    changed['head.final_layers.1.bias'] = (
        weights['head.final_layers.1.bias'] + 0.5
    )
    torch.save({'state_dict': changed}, folder / 'changed.pth')
    changed.pop('head.final_layers.1.bias')
    torch.save({'state_dict': changed}, folder / 'part.pth')
    return folder


def run(folder, out, weights='weights.pth', *options):
    done = call(
        'run',
        folder / 'config.py',
        folder / weights,
        folder / 'images' / '2.png',
        '--out',
        folder / out,
        *options,
    )
    assert done.returncode == 0, done.stderr
    with np.load(folder / out, allow_pickle=False) as data:
        return dict(data)


@pytest.fixture(scope='module')
def stored(folder):
    return run(folder, 'a.npz')


def test_help_names_commands_and_options():
    done = call('--help')
    assert done.returncode == 0
    assert 'Exit code: 0 equal, 1 different, 2 bad input' in done.stdout
    for option in ('--scales', '--no-flip', '--device', '--draw'):
        assert option in call('run', '--help').stdout
    assert '--tolerance' in call('diff', '--help').stdout


def test_every_stage_is_stored(stored):
    about = json.loads(stored['about'].item())
    assert about['torch'] == torch.__version__.split('+')[0] or (
        about['torch'] == torch.__version__
    )
    assert about['higherhrnet_plugin'] == higherhrnet_plugin.__version__
    assert {'numpy', 'mmengine', 'mmpose', 'device'} < set(about)
    assert len(about['weights_sha256']) == len(about['image_sha256']) == 64
    # of a 96 x 80 image at 64 x 64, without padding beyond 128 x 64
    w, h = stored['input.scale1.plain'].shape[:1:-1]
    assert stored['input.scale1.plain'].shape[:2] == (1, 3)
    np.testing.assert_array_equal(
        stored['input.scale1.flip'], stored['input.scale1.plain'][..., ::-1]
    )
    for flip in ('plain', 'flip'):
        name = f'level.scale1.{flip}'
        assert stored[f'{name}.0.heatmaps'].shape == (1, 17, h // 4, w // 4)
        assert stored[f'{name}.0.tags'].shape == (1, 17, h // 4, w // 4)
        assert stored[f'{name}.1.heatmaps'].shape == (1, 17, h // 2, w // 2)
        assert f'{name}.1.tags' not in stored
    assert stored['aggregated.heatmaps'].shape == (17, h, w)
    assert stored['aggregated.tags'].shape == (34, h, w)
    n = len(stored['people.keypoints'])
    assert n > 0
    assert stored['people.keypoints'].shape == (n, 17, 2)
    assert stored['people.keypoint_scores'].shape == (n, 17)
    assert stored['people.instance_scores'].shape == (n,)


def test_scales_flip_and_pictures(folder):
    options = ('--scales', '2', '1', '--no-flip', '--draw', folder / 'draw')
    arrays = run(folder, 'scales.npz', 'weights.pth', *options)
    inputs = [name for name in arrays if name.startswith('input.')]
    assert sorted(inputs) == ['input.scale1.plain', 'input.scale2.plain']
    assert len([n for n in arrays if n.startswith('level.')]) == 6
    assert sorted(p.name for p in (folder / 'draw').iterdir()) == [
        'heatmaps.png',
        'people.png',
    ]


def test_equal_files(folder, stored):
    run(folder, 'b.npz')
    done = call('diff', folder / 'a.npz', folder / 'b.npz')
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1] == 'equal within 1e-05'
    assert 'differs' not in done.stdout


def test_the_first_stage_that_differs_is_named(folder, stored):
    run(folder, 'c.npz', 'changed.pth')
    done = call('diff', folder / 'a.npz', folder / 'c.npz')
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == (
        'first stage that differs: level (level.scale1.flip.1.heatmaps)'
    )
    assert 'weights_sha256' in done.stdout
    row = next(r for r in done.stdout.splitlines() if 'plain.1.heat' in r)
    # the bias was raised by 0.5
    assert float(row.split()[1]) == pytest.approx(0.5, rel=1e-3)
    before = stored['level.scale1.plain.1.heatmaps']
    with np.load(folder / 'c.npz') as data:
        after = data['level.scale1.plain.1.heatmaps']
    part = 0.5 / max(np.abs(before).max(), np.abs(after).max())
    assert float(row.split()[2]) == pytest.approx(part, rel=1e-3)


@pytest.mark.parametrize(
    ('name', 'change', 'words'),
    [
        ('people.keypoints', lambda a: a[:-1], 'people'),
        ('aggregated.tags', lambda a: a * 1.001, 'aggregated'),
        ('aggregated.tags', lambda a: a * np.nan, 'aggregated'),
        ('input.scale1.flip', lambda a: a + 1, 'input'),
        ('input.scale1.flip', None, 'input'),
    ],
)
def test_any_array_counts(folder, stored, name, change, words):
    arrays = dict(stored)
    value = arrays.pop(name)
    if change is not None:
        arrays[name] = change(value)
    np.savez(folder / 'edited.npz', **arrays)
    done = call('diff', folder / 'a.npz', folder / 'edited.npz')
    assert done.returncode == 1
    last = done.stdout.splitlines()[-1]
    assert last == f'first stage that differs: {words} ({name})'


def test_tolerance(folder, stored):
    arrays = dict(stored)
    arrays['aggregated.tags'] = arrays['aggregated.tags'] * 1.001
    np.savez(folder / 'near.npz', **arrays)
    files = (folder / 'a.npz', folder / 'near.npz')
    assert call('diff', *files, '--tolerance', '2e-3').returncode == 0
    assert call('diff', *files, '--tolerance', '5e-4').returncode == 1


@pytest.mark.parametrize(
    ('config', 'weights', 'image', 'words'),
    [
        ('no.py', 'weights.pth', 'images/2.png', 'no.py'),
        ('config.py', 'no.pth', 'images/2.png', 'no.pth'),
        ('config.py', 'weights.pth', 'no.png', 'no.png'),
        ('config.py', 'weights.pth', 'people.json', 'people.json'),
        ('config.py', 'people.json', 'images/2.png', 'people.json'),
        ('config.py', 'part.pth', 'images/2.png', 'final_layers.1.bias'),
    ],
)
def test_run_refuses(folder, config, weights, image, words):
    files = (folder / name for name in (config, weights, image))
    done = call('run', *files, '--out', folder / 'refused.npz')
    assert done.returncode == 2
    message = done.stderr[done.stderr.rindex('error: ') :]
    assert words in message
    assert 'Traceback' not in done.stderr
    assert not (folder / 'refused.npz').exists()


def test_diff_refuses(folder, stored):
    np.savez(folder / 'other.npz', x=np.zeros(3))
    (folder / 'empty.npz').touch()
    names = ('no.npz', 'people.json', 'images/2.png', 'other.npz')
    for name in (*names, 'empty.npz'):
        done = call('diff', folder / 'a.npz', folder / name)
        assert done.returncode == 2
        (line,) = done.stderr.strip().splitlines()
        assert line.startswith(f'error: {folder / name} is not a file of')
