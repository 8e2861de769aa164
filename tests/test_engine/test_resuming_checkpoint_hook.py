"""What a training goes on from, and over what it does not start."""

import shutil

import pytest
import torch
from checkpoint_files import collect_log
from small_training import runner

from higherhrnet_plugin.engine import (
    DurableCheckpointHook,
    WorkFolderError,
    resuming_checkpoint_hook,
)


def start(work_dir, epochs=3, **options):
    """Build a training with our hook."""
    own = {
        name: options.pop(name)
        for name in ('overwrite', 'out_dir', 'max_keep_ckpts', 'filename_tmpl')
        if name in options
    }
    hook = DurableCheckpointHook(interval=1, **own)
    return runner(
        work_dir, epochs=epochs, default_hooks=dict(checkpoint=hook), **options
    )


def names(folder):
    """List the checkpoints of a folder."""
    return sorted(path.name for path in folder.glob('*.pth'))


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Train two epochs; return the folder."""
    folder = tmp_path_factory.mktemp('first') / 'run'
    start(folder, epochs=2).train()
    return folder


@pytest.fixture
def folder(trained, tmp_path):
    """Copy the training to another place, without the times of files."""
    copy = tmp_path / 'moved'
    shutil.copytree(trained, copy, copy_function=shutil.copyfile)
    return copy


def test_a_moved_folder_resumes_from_itself(trained, folder):
    # MMEngine reads this path, which leads elsewhere
    note = folder / 'last_checkpoint'
    assert note.read_text() == str(trained / 'epoch_2.pth')
    again = start(folder, resume=True)
    again.train()
    assert (again.epoch, again.iter) == (3, 6)
    assert names(folder) == ['epoch_1.pth', 'epoch_2.pth', 'epoch_3.pth']
    assert names(trained) == ['epoch_1.pth', 'epoch_2.pth']
    assert note.read_text() == str(folder / 'epoch_3.pth')


def test_a_damaged_one_is_named_and_kept(folder):
    newest = folder / 'epoch_2.pth'
    newest.write_bytes(newest.read_bytes()[:1000])
    again = start(folder, resume=True, log_level='WARNING')
    with collect_log() as lines:
        again.train()
    assert (again.epoch, again.iter) == (3, 6)
    text = '\n'.join(lines)
    assert f'passed over {newest}' in text
    assert 'damaged' in text
    (moved,) = folder.glob('overwritten_*/*')
    assert moved.name == 'epoch_2.pth'
    assert moved.stat().st_size == 1000
    assert f'moved epoch_2.pth to {moved.parent}' in text
    assert names(folder) == ['epoch_1.pth', 'epoch_2.pth', 'epoch_3.pth']


def test_without_a_sound_one_it_is_an_error(folder):
    for path in folder.glob('*.pth'):
        path.write_bytes(b'')
    with pytest.raises(WorkFolderError, match='none of the 2') as error:
        start(folder, resume=True).train()
    assert 'epoch_1.pth' in str(error.value)
    assert 'epoch_2.pth' in str(error.value)
    assert names(folder) == ['epoch_1.pth', 'epoch_2.pth']


def test_a_note_without_checkpoints_is_an_error(folder):
    for path in folder.glob('*.pth'):
        path.unlink()
    with pytest.raises(WorkFolderError, match=r'last_checkpoint names .*run'):
        start(folder, resume=True).train()


def test_an_empty_folder_starts_at_the_beginning(tmp_path):
    again = start(tmp_path, resume=True)
    again.train()
    assert again.epoch == 3


@pytest.mark.parametrize('options', [{}, {'load_from': 'epoch_1.pth'}])
def test_a_used_folder_is_not_trained_over(folder, options):
    if options:
        options = {'load_from': str(folder / 'epoch_1.pth')}
    before = {p.name: p.read_bytes() for p in folder.glob('*.pth')}
    with pytest.raises(WorkFolderError, match=r'epoch_2\.pth, epoch_1\.pth'):
        start(folder, **options).train()
    assert {p.name: p.read_bytes() for p in folder.glob('*.pth')} == before
    # a test is no start
    start(
        folder, test_dataloader=DATA, test_evaluator=[], test_cfg=dict()
    ).test()


DATA = dict(
    dataset=[{'inputs': torch.ones(2)}],
    sampler=dict(type='DefaultSampler', shuffle=False),
)


@pytest.mark.parametrize('load_from', [None, 'epoch_2.pth'])
def test_overwriting_moves_the_old_ones(folder, load_from):
    before = {p.name: p.read_bytes() for p in folder.glob('*.pth')}
    start(
        folder,
        overwrite=True,
        load_from=load_from and str(folder / load_from),
        epochs=1,
    ).train()
    assert names(folder) == ['epoch_1.pth']
    (moved,) = folder.glob('overwritten_*')
    assert {p.name: p.read_bytes() for p in moved.glob('*.pth')} == before
    assert (moved / 'last_checkpoint').exists()
    again = start(folder, resume=True)
    again.train()
    assert again.iter == 6


def test_resume_and_overwrite_exclude_each_other(folder):
    with pytest.raises(WorkFolderError, match='take one of them'):
        start(folder, overwrite=True, resume=True).train()


def test_an_earlier_one_can_be_named(folder):
    named = str(folder / 'epoch_1.pth')
    again = start(folder, epochs=1, resume=True, load_from=named)
    again.train()
    assert again.epoch == 1
    # what was ahead of it is of another past
    assert names(folder) == ['epoch_1.pth']
    (moved,) = folder.glob('overwritten_*/*')
    assert moved.name == 'epoch_2.pth'


def test_one_of_another_folder_needs_a_new_one(trained, folder, tmp_path):
    named = str(trained / 'epoch_2.pth')
    with pytest.raises(WorkFolderError, match='another --work-dir'):
        start(folder, resume=True, load_from=named).train()
    again = start(tmp_path / 'new', resume=True, load_from=named)
    again.train()
    assert names(tmp_path / 'new') == ['epoch_3.pth']


def test_halves_of_files_are_removed(folder):
    for name in ('.123.part', 'mine.part'):
        (folder / name).touch()
    start(folder, resume=True).train()
    assert not (folder / '.123.part').exists()
    assert (folder / 'mine.part').exists()


def test_checkpoints_in_a_folder_of_their_own(tmp_path):
    out = tmp_path / 'checkpoints'
    work_dir = tmp_path / 'run'
    start(work_dir, epochs=1, out_dir=str(out)).train()
    assert names(out / 'run') == ['epoch_1.pth']
    with pytest.raises(WorkFolderError):
        start(work_dir, out_dir=str(out)).train()
    start(work_dir, out_dir=str(out), resume=True).train()
    assert len(names(out / 'run')) == 3
    assert names(work_dir) == []


def test_the_limit_of_checkpoints_holds_over_a_resume(folder):
    start(folder, resume=True, max_keep_ckpts=1, epochs=4).train()
    # the two before had no limit
    kept = ['epoch_1.pth', 'epoch_2.pth', 'epoch_4.pth']
    assert names(folder) == kept
    start(folder, resume=True, max_keep_ckpts=1, epochs=5).train()
    assert names(folder) == [*kept[:2], 'epoch_5.pth']


def test_numbers_in_names_may_have_a_width(tmp_path):
    options = {'filename_tmpl': 'ckpt_{:03d}.pth'}
    start(tmp_path, epochs=2, **options).train()
    with pytest.raises(WorkFolderError, match=r'ckpt_002\.pth, ckpt_001'):
        start(tmp_path, **options).train()
    again = start(tmp_path, resume=True, **options)
    again.train()
    assert (again.epoch, again.iter) == (3, 6)
    for path in tmp_path.glob('*.pth'):
        path.unlink()
    with pytest.raises(WorkFolderError, match=r'no ckpt_\{:03d\}\.pth in'):
        start(tmp_path, resume=True, **options).train()


@pytest.mark.parametrize(
    ('error', 'words'),
    [
        (WorkFolderError('used'), 'used'),
        (
            PermissionError('no'),
            'the first process ended: PermissionError: no',
        ),
        (KeyboardInterrupt(), 'the first process was stopped'),
    ],
)
def test_all_processes_learn_why_the_first_one_ended(
    monkeypatch, error, words
):
    def decide():
        raise error

    sent = []
    module = resuming_checkpoint_hook
    monkeypatch.setattr(module, 'broadcast_object_list', sent.extend)
    with pytest.raises(type(error)):
        module._on_first_process(decide)

    def receive(said):
        said[:] = sent

    monkeypatch.setattr(module, 'broadcast_object_list', receive)
    monkeypatch.setattr(module, 'is_main_process', lambda: False)
    with pytest.raises(WorkFolderError, match=words):
        module._on_first_process(decide)
