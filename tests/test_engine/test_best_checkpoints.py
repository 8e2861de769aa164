"""The best checkpoint of a training that goes on, or anew from a part."""

import shutil
from pathlib import Path

import pytest
import torch
from mmengine.evaluator import BaseMetric
from small_training import runner

from higherhrnet_plugin.engine import DurableCheckpointHook


class Scores(BaseMetric):
    """The scores of epochs, as a test wants them."""

    def __init__(self, scores):
        super().__init__()
        self.scores = scores

    def process(self, batch, samples):
        self.results.append(1)

    def compute_metrics(self, results):
        return {'acc': self.scores[self.training.epoch - 1]}


def train(work_dir, scores, **options):
    """Train as many epochs as there are scores, going on if told from what."""
    start = options.pop('start', None)
    hook = DurableCheckpointHook(interval=1, save_best='acc', **options)
    metric = Scores(scores)
    made = runner(
        work_dir,
        epochs=len(scores),
        val_evaluator=[metric],
        resume=start is not None,
        load_from=start and str(start),
        default_hooks=dict(checkpoint=hook),
    )
    metric.training = made
    made.train()
    return made


def names(folder, pattern='best_*'):
    """List the best checkpoints of a folder."""
    return sorted(path.name for path in folder.glob(pattern))


def known_best(file):
    """Return name and score of the best one that a checkpoint knows of."""
    hub = torch.load(file, weights_only=True)['message_hub']['runtime_info']
    return Path(hub['best_ckpt']).name, hub['best_score']


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Train, better in each epoch; return the folder."""
    folder = tmp_path_factory.mktemp('trained')
    train(folder, [0.1, 0.2, 0.3, 0.4], published_keys=['state_dict'])
    return folder


@pytest.fixture
def folder(trained, tmp_path):
    """Copy the training."""
    return Path(shutil.copytree(trained, tmp_path / 'run'))


@pytest.mark.parametrize(
    ('scores', 'best'),
    [
        ([0.1, 0.2, 0.15, 0.16], ('best_acc_epoch_2.pth', 0.2)),
        ([0.1, 0.2, 0.15, 0.3], ('best_acc_epoch_4.pth', 0.3)),
    ],
)
def test_from_an_earlier_one_on_there_is_a_best_one(folder, scores, best):
    ahead = ['epoch_3.pth', 'epoch_4.pth']
    copies = [*names(folder), *names(folder, 'epoch_*-*')]
    # the last and the best one are published
    assert len(copies) == 3
    train(folder, scores, start=folder / 'epoch_2.pth')
    (aside,) = folder.glob('overwritten_*')
    assert names(aside, '*') == sorted([*ahead, *copies])
    assert names(folder) == [best[0]]
    assert known_best(folder / 'epoch_4.pth') == best


def test_the_best_of_another_folder_stays_there(folder, tmp_path):
    target = tmp_path / 'new'
    before = {path: path.read_bytes() for path in folder.glob('*.pth')}
    scores = [0.1, 0.2, 0.3, 0.4, 0.5]
    train(target, scores, start=folder / 'epoch_4.pth')
    assert {path: path.read_bytes() for path in before} == before
    assert names(target) == ['best_acc_epoch_5.pth']


def test_a_worse_end_in_another_folder_has_a_best_one(folder, tmp_path):
    target = tmp_path / 'new'
    scores = [0.1, 0.2, 0.3, 0.4, 0.2, 0.1]
    train(target, scores, start=folder / 'epoch_4.pth')
    assert names(target) == ['best_acc_epoch_4.pth']
    best = ('best_acc_epoch_4.pth', 0.4)
    assert known_best(target / 'epoch_6.pth') == best


@pytest.mark.parametrize('way', ['out_dir', 'start'])
def test_only_one_is_left_where_paths_are_relative(
    folder, tmp_path, monkeypatch, way
):
    monkeypatch.chdir(tmp_path)
    if way == 'out_dir':
        folder = tmp_path / 'out' / 'run'
        train('run', [0.1, 0.2, 0.3, 0.4], out_dir='out')
        assert names(folder) == ['best_acc_epoch_4.pth']
        return
    train('run', [0.1, 0.2, 0.3, 0.4, 0.5], start='run/epoch_4.pth')
    assert 'best_acc_epoch_4.pth' not in names(folder)
    assert 'best_acc_epoch_5.pth' in names(folder)


def test_one_name_by_two_paths_is_one_file(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    hook = DurableCheckpointHook(save_best='acc')
    hook.before_train(runner(folder))
    best = folder / 'best_acc_epoch_4.pth'
    hook._old_best = {'': f'run/{best.name}'}
    hook.best_ckpt_path = str(best)
    hook._delete_old_best(None)
    assert best.exists()
