"""The walk-through for custom data does what it says, line by line."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from small_configs import ROOT

from higherhrnet_plugin.datasets.coco_repair import CocoOptions, load_coco

DOCS = ROOT / 'docs' / 'custom_dataset.md'
FOLDERS = ('configs', 'docs', 'tools', 'higherhrnet_plugin')


def read_commands():
    """Return the shell blocks of the page, joined to one script."""
    blocks = re.findall(r'```sh\n(.*?)```', DOCS.read_text(), re.DOTALL)
    assert len(blocks) == 6
    return '\n'.join(blocks)


def clone(folder):
    """Copy what a clone has and the commands need."""
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name,
            folder / name,
            ignore=shutil.ignore_patterns('__pycache__'),
        )


def run(script, folder):
    """Run a shell script in a folder, with the Python of the tests."""
    path = f'{Path(sys.executable).parent}{os.pathsep}{os.environ["PATH"]}'
    return subprocess.run(
        ['sh', '-euc', script],
        cwd=folder,
        env={
            **os.environ,
            'PATH': path,
            'PYTHONPATH': str(folder),
            'OMP_NUM_THREADS': '1',
            # the walk-through is made for a CPU
            'CUDA_VISIBLE_DEVICES': '',
        },
        capture_output=True,
        text=True,
        check=False,
    )


def make_mice(out, *options):
    tool = 'tools/dataset_converters/make_synthetic_mice.py'
    command = ' '.join(map(str, (sys.executable, tool, out, *options)))
    return run(command, ROOT)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_walkthrough_ends_with_a_good_model(tmp_path):
    clone(tmp_path)
    done = run(read_commands(), tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    out = tmp_path / 'work_dirs' / 'mice'
    assert json.loads((out / 'check' / 'report.json').read_text())['passed']
    assert (out / 'check' / 'sheet.png').is_file()
    assert len(list((out / 'targets').glob('*.png'))) == 8
    assert len(list((out / 'drawn' / 'pictures').iterdir())) == 6
    # evaluated with the areas that were derived, on pictures not trained on
    assert 'areas were missing or could not be right, and were derived' in (
        done.stdout + done.stderr
    )
    metrics = json.loads((out / 'result.json').read_text())
    assert metrics['custom/AP'] > 0.9
    assert metrics['custom/AP (M)'] > 0.9


@pytest.fixture(scope='module')
def data(tmp_path_factory):
    out = tmp_path_factory.mktemp('mice')
    done = make_mice(out, '--num-train', 40, '--num-val', 5)
    assert done.returncode == 0, done.stderr
    return out


class TestMice:
    def test_files_are_as_a_labelling_tool_leaves_them(self, data):
        content = json.loads((data / 'train.json').read_text())
        assert set(content) == {'images', 'annotations', 'categories'}
        assert len(content['images']) == 40
        for image in content['images']:
            assert set(image) == {'id', 'file_name'}
            assert isinstance(image['id'], str)
            assert ' ' in image['file_name']
            assert (data / 'images' / image['file_name']).is_file()
        for annotation in content['annotations']:
            assert set(annotation) == {
                'id',
                'image_id',
                'category_id',
                'keypoints',
            }
            assert annotation['category_id'] == 9
        shown = {a['image_id'] for a in content['annotations']}
        assert 0 < len(shown) < 40

    def test_left_is_left_and_sizes_can_be_measured(self, data):
        options = CocoOptions(5, image_dir=str(data / 'images'))
        content, _ = load_coco(str(data / 'train.json'), options)
        for annotation in content['annotations']:
            nose, left, right, body, tail = np.reshape(
                annotation['keypoints'], (5, 3)
            )[:, :2]
            ahead, across = nose - body, right - left
            # y points down: who looks up has the right at larger x
            assert np.cross(ahead, across) > 0
            assert np.linalg.norm(tail - nose) > np.linalg.norm(ahead)
            assert annotation['area'] > 32**2

    def test_a_seed_gives_the_same_files(self, data, tmp_path):
        for seed in (0, 1):
            make_mice(
                tmp_path / str(seed),
                '--num-train',
                3,
                '--num-val',
                1,
                '--seed',
                seed,
            )
        same, other = (
            (tmp_path / seed / 'images' / 'train 0001.png').read_bytes()
            for seed in '01'
        )
        first = (data / 'images' / 'train 0001.png').read_bytes()
        assert same == first != other

    def test_wrong_arguments_are_told(self, tmp_path):
        done = make_mice(tmp_path, '--num-train', 0)
        assert done.returncode == 2
        assert 'at least' in done.stderr
