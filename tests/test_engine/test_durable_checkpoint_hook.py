"""A training that is killed at any moment goes on as if nothing had been."""

import os
import sys
from pathlib import Path

import pytest
import torch
from mmengine.evaluator import BaseMetric
from mmengine.fileio import LocalBackend
from small_training import Model, runner

from higherhrnet_plugin.engine import (
    CheckpointWriteError,
    DurableCheckpointHook,
)
from higherhrnet_plugin.engine.work_folder import find_fault

SCORES = (1.0, 3.0, 2.0)


class Scores(BaseMetric):
    """The score of an epoch, whichever process asks."""

    def process(self, batch, samples):
        self.results.append(1)

    def compute_metrics(self, results):
        return {'acc': SCORES[self.training.epoch - 1]}


class Killed(BaseException):
    """What no code may catch."""


def start(work_dir, epochs=3, **options):
    """Build a training with our hook."""
    torch.manual_seed(0)
    hook = DurableCheckpointHook(interval=1, save_best='acc', **options)
    scores = Scores()
    made = runner(
        work_dir,
        epochs=epochs,
        model=Model(),
        val_evaluator=[scores],
        resume=True,
        default_hooks=dict(checkpoint=hook),
    )
    scores.training = made
    return made


def outputs(folder):
    """List what a training leaves."""
    paths = [*folder.glob('*.pth'), *folder.glob('.*')]
    return sorted(path.name for path in paths)


def final_state(folder):
    """Return what has to be equal in the last checkpoint."""
    content = torch.load(folder / 'epoch_3.pth', weights_only=True)
    hub = content['message_hub']['runtime_info']
    return (
        content['state_dict'],
        content['ema_state_dict'],
        content['optimizer'],
        content['param_schedulers'],
        {key: content['meta'][key] for key in ('epoch', 'iter')},
        hub['best_score'],
        Path(hub['best_ckpt']).name,
    )


def assert_equal(one, other):
    """Compare nested values to the bit."""
    assert type(one) is type(other)
    if isinstance(one, dict):
        assert list(one) == list(other)
        one, other = list(one.values()), list(other.values())
    if isinstance(one, (list, tuple)):
        assert len(one) == len(other)
        for a, b in zip(one, other):
            assert_equal(a, b)
    elif isinstance(one, torch.Tensor):
        assert torch.equal(one, other)
    else:
        assert one == other


@pytest.fixture(scope='module')
def undisturbed(tmp_path_factory):
    """Train without interruption; return the folder."""
    folder = tmp_path_factory.mktemp('undisturbed')
    start(folder, max_keep_ckpts=1).train()
    return folder


def test_a_training_leaves_what_it_should(undisturbed):
    assert outputs(undisturbed) == [
        'best_acc_epoch_2.pth',
        'epoch_3.pth',
    ]
    note = undisturbed / 'last_checkpoint'
    assert note.read_text() == str(undisturbed / 'epoch_3.pth')


def kill_at(monkeypatch, number):
    """Let a process die at the n-th step of writing or deleting.

    Returns:
        list[str]: the steps so far, which grows.
    """
    events = []

    def stop(name, act):
        def step(*args, **kwargs):
            events.append(name)
            if len(events) == number:
                # a process that is killed tidies nothing up
                monkeypatch.setattr(Path, 'unlink', lambda *a, **k: None)
                raise Killed
            return act(*args, **kwargs)

        return step

    monkeypatch.setattr(os, 'fsync', stop('write', os.fsync))
    monkeypatch.setattr(Path, 'replace', stop('rename', Path.replace))
    monkeypatch.setattr(
        LocalBackend, 'remove', stop('delete', LocalBackend.remove)
    )
    return events


def count_events(folder, monkeypatch):
    """Count the moments at which a training can be killed."""
    with monkeypatch.context() as patch:
        events = kill_at(patch, -1)
        start(folder, max_keep_ckpts=1).train()
    return events


def test_a_kill_at_any_moment_changes_nothing(
    undisturbed, tmp_path, monkeypatch
):
    events = count_events(tmp_path / 'count', monkeypatch)
    # two checkpoints and one of the best
    assert events.count('delete') == 3
    expected = final_state(undisturbed)
    for number in range(1, len(events) + 1):
        folder = tmp_path / str(number)
        with monkeypatch.context() as patch:
            kill_at(patch, number)
            with pytest.raises(Killed):
                start(folder, max_keep_ckpts=1).train()
        for path in folder.glob('*.pth'):
            assert find_fault(path, not path.name.startswith('best')) is None
        if number > events.index('rename') + 1:
            assert list(folder.glob('epoch_*.pth'))
        assert len(list(folder.glob('epoch_*.pth'))) <= 2
        start(folder, max_keep_ckpts=1).train()
        assert outputs(folder) == outputs(undisturbed)
        assert_equal(final_state(folder), expected)


def test_there_is_a_best_checkpoint_from_the_first_on(tmp_path, monkeypatch):
    seen = []

    def look(name, act):
        def step(*args, **kwargs):
            seen.append(sorted(p.name for p in tmp_path.glob('best_*')))
            return act(*args, **kwargs)

        return step

    for place, name in ((Path, 'replace'), (LocalBackend, 'remove')):
        monkeypatch.setattr(place, name, look(name, getattr(place, name)))
    start(tmp_path).train()
    seen.append(sorted(p.name for p in tmp_path.glob('best_*')))
    first = next(i for i, names in enumerate(seen) if names)
    assert all(seen[first:])
    assert max(map(len, seen)) == 2
    assert seen[-1] == ['best_acc_epoch_2.pth']


def test_several_best_checkpoints(tmp_path):
    class Two(Scores):
        def compute_metrics(self, results):
            epoch = self.training.epoch - 1
            return {'acc': SCORES[epoch], 'loss': SCORES[epoch]}

    hook = DurableCheckpointHook(
        interval=1, save_best=['acc', 'loss'], rule=['greater', 'less']
    )
    scores = Two()
    made = runner(
        tmp_path,
        epochs=3,
        val_evaluator=[scores],
        default_hooks=dict(checkpoint=hook),
    )
    scores.training = made
    made.train()
    best = sorted(path.name for path in tmp_path.glob('best_*'))
    assert best == ['best_acc_epoch_2.pth', 'best_loss_epoch_1.pth']


@pytest.mark.skipif(sys.platform == 'win32', reason='needs limits of POSIX')
def test_a_disk_without_room_leaves_what_there_was(tmp_path):
    start(tmp_path, epochs=1).train()
    before = {p.name: p.read_bytes() for p in tmp_path.glob('*.pth')}
    from full_disk import no_file_beyond

    again = start(tmp_path)
    with (
        no_file_beyond(2000),
        pytest.raises(CheckpointWriteError, match=r'epoch_2\.pth cannot'),
    ):
        again.train()
    assert {p.name: p.read_bytes() for p in tmp_path.glob('*.pth')} == before
    start(tmp_path).train()
    assert (tmp_path / 'epoch_3.pth').exists()


def test_published_files_hold_what_was_asked_for(tmp_path):
    keys = ['meta', 'state_dict']
    start(tmp_path, epochs=1, published_keys=keys).train()
    for pattern in ('epoch_1-????????.pth', 'best_acc_epoch_1-????????.pth'):
        (path,) = tmp_path.glob(pattern)
        assert sorted(torch.load(path, weights_only=True)) == keys


def test_on_other_storage_it_is_mmengines_hook(tmp_path):
    made = start(tmp_path, epochs=1, backend_args={'backend': 'local'})
    made.train()
    assert (tmp_path / 'epoch_1.pth').exists()
    (hook,) = (h for h in made.hooks if isinstance(h, DurableCheckpointHook))
    assert hook.backend_args == {'backend': 'local'}
