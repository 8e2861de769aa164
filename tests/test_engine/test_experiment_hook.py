"""Each start of a training leaves a record of what it was made of."""

import hashlib
import json
import subprocess
import time

import numpy as np
import pytest
from data_sets import write_data_set
from mmengine.dataset import ConcatDataset, RepeatDataset
from small_training import loader, runner

from higherhrnet_plugin.engine import DurableCheckpointHook, ExperimentHook
from higherhrnet_plugin.engine.experiment import (
    describe_commit,
    describe_data,
)
from higherhrnet_plugin.registry import DATASETS


def hooks():
    return dict(
        checkpoint=DurableCheckpointHook(interval=1),
        experiment=ExperimentHook(),
    )


def records(work_dir):
    """Read the records of all starts, in their order."""
    files = sorted(work_dir.glob('*/experiment.json'))
    return [json.loads(file.read_text()) for file in files]


def test_every_start_has_its_own_record(tmp_path, monkeypatch):
    monkeypatch.setattr('sys.argv', ['train.py', 'my_config.py'])
    work = tmp_path / 'work'
    made = runner(work, default_hooks=hooks(), randomness=dict(seed=7))
    made.train()
    (first,) = records(work)
    assert first['command'][1:] == ['train.py', 'my_config.py']
    assert "trained = 'here'" in first['config']
    assert first['seed'] == 7
    versions = first['versions']
    assert versions['numpy'] == np.__version__
    assert {'python', 'torch', 'mmengine', 'mmpose', 'higherhrnet_plugin'} <= (
        set(versions)
    )
    assert first['device']['processes'] == 1
    assert first['start'] == dict(epoch=0, iteration=0, resumed=False)
    assert first['data']['train'][0]['samples'] == 4
    assert first['data']['val'][0]['samples'] == 4

    # folders are named by the second
    time.sleep(1.1)
    runner(work, 3, default_hooks=hooks(), resume=True).train()
    before, resumed = records(work)
    assert before == first
    assert resumed['start']['resumed'] is True
    assert resumed['start']['epoch'] == 2
    assert resumed['start']['iteration'] == 4
    assert resumed['start']['checkpoint'] == str(work / 'epoch_2.pth')


def test_a_checkpoint_is_named_with_its_digest(tmp_path):
    runner(tmp_path / 'a', 1, default_hooks=hooks()).train()
    file = tmp_path / 'a' / 'epoch_1.pth'
    runner(
        tmp_path / 'b', 1, default_hooks=hooks(), load_from=str(file)
    ).train()
    (record,) = records(tmp_path / 'b')
    assert record['start'] == dict(
        epoch=0,
        iteration=0,
        resumed=False,
        checkpoint=str(file),
        sha256=hashlib.sha256(file.read_bytes()).hexdigest(),
    )


def test_a_training_without_validation(tmp_path):
    without = dict.fromkeys(('val_dataloader', 'val_evaluator', 'val_cfg'))
    checkpoint = DurableCheckpointHook(interval=1)
    runner(
        tmp_path,
        default_hooks=dict(checkpoint=checkpoint, hook=ExperimentHook()),
        train_dataloader=loader(1),
        **without,
    ).train()
    (record,) = records(tmp_path)
    assert list(record['data']) == ['train']


@pytest.fixture
def data_set(tmp_path):
    people = write_data_set(tmp_path, people=(1, 2, 1))
    return DATASETS.build(
        dict(
            type='BottomupCocoDataset',
            data_root=str(tmp_path),
            ann_file=people.name,
            data_prefix=dict(img='images/'),
            pipeline=[],
        )
    )


def test_data_sets_are_named_with_their_digest(data_set, tmp_path):
    expected = dict(
        type='BottomupCocoDataset',
        samples=3,
        ann_file=str(tmp_path / 'people.json'),
        sha256=hashlib.sha256(
            (tmp_path / 'people.json').read_bytes()
        ).hexdigest(),
        data_prefix=dict(img=f'{tmp_path}/images/'),
    )
    assert describe_data(data_set) == [expected]
    assert describe_data(RepeatDataset(data_set, 2)) == [expected]
    both = ConcatDataset([data_set, data_set])
    assert describe_data(both) == [expected, expected]


def test_one_changed_label_is_another_data_set(data_set, tmp_path):
    (before,) = describe_data(data_set)
    file = tmp_path / 'people.json'
    file.write_text(
        file.read_text().replace('"iscrowd": 0', '"iscrowd": 1', 1)
    )
    (after,) = describe_data(data_set)
    assert before['sha256'] != after['sha256']


def test_the_commit_and_what_differs_from_it(tmp_path):
    assert describe_commit(tmp_path) is None

    def git(*arguments):
        author = ('-c', 'user.name=a', '-c', 'user.email=a@b')
        return subprocess.run(
            ['git', '-C', str(tmp_path), *author, *arguments],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    git('init')
    assert describe_commit(tmp_path) is None
    (tmp_path / 'config.py').write_text('a = 1')
    git('add', 'config.py')
    git('commit', '-m', 'begin')
    head = git('rev-parse', 'HEAD')
    assert describe_commit(tmp_path) == dict(commit=head, changed=[])
    (tmp_path / 'config.py').write_text('a = 2')
    found = describe_commit(tmp_path)
    assert found == dict(commit=head, changed=[' M config.py'])


def test_without_git_there_is_no_commit(tmp_path, monkeypatch):
    monkeypatch.setenv('PATH', str(tmp_path))
    assert describe_commit(tmp_path) is None
