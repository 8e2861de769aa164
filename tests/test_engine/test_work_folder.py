"""Which checkpoints a folder holds, and which are sound."""

import shutil

import pytest
import torch
from small_training import runner

from higherhrnet_plugin.engine import WorkFolderError
from higherhrnet_plugin.engine.work_folder import (
    find_fault,
    find_sound,
    list_checkpoints,
    list_outputs,
    require_unused,
    set_aside,
)

EPOCHS = 'epoch_{}.pth'


@pytest.fixture(scope='module')
def trained(tmp_path_factory):
    """Train an epoch; return the checkpoint."""
    folder = tmp_path_factory.mktemp('trained')
    runner(folder, epochs=1).train()
    return folder / 'epoch_1.pth'


def touch(folder, *names):
    """Make empty files."""
    for name in names:
        (folder / name).touch()


def test_the_furthest_comes_first(tmp_path):
    touch(tmp_path, 'epoch_9.pth', 'epoch_10.pth', 'iter_11.pth')
    touch(tmp_path, 'epoch_12.pth.bak', 'best_epoch_13.pth', 'epoch_.pth')
    touch(tmp_path, 'epoch_14-0badcafe.pth', 'epoch_x.pth')
    found = list_checkpoints(tmp_path, EPOCHS)
    assert [(c.step, c.path.name) for c in found] == [
        (10, 'epoch_10.pth'),
        (9, 'epoch_9.pth'),
    ]
    assert list_checkpoints(tmp_path, 'x.{}')[:1] == []
    assert list_checkpoints(tmp_path / 'nowhere', EPOCHS) == []


def cut(path):
    """Leave half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip(path):
    """Change one byte of a weight, which torch does not notice."""
    content = bytearray(path.read_bytes())
    weight = torch.load(path, weights_only=True)['state_dict']['layer.bias']
    place = content.find(weight.numpy().tobytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert not torch.equal(
        torch.load(path, weights_only=True)['state_dict']['layer.bias'], weight
    )


def change(path, edit):
    """Save a checkpoint with something else in it."""
    content = torch.load(path, weights_only=True)
    edit(content)
    torch.save(content, path)


def spoil(content):
    """Let a weight be NaN."""
    content['state_dict']['layer.bias'][:] = float('nan')


@pytest.mark.parametrize(
    ('damage', 'words'),
    [
        (cut, 'damaged'),
        (flip, 'damaged (the sum of'),
        (lambda path: path.write_bytes(b''), 'empty'),
        (lambda path: path.write_bytes(b'\0' * 5000), ''),
        (lambda path: path.unlink(), 'epoch_1.pth'),
        (lambda path: torch.save([1], path), 'holds a list'),
        (lambda path: change(path, spoil), 'NaN or infinite'),
        (
            lambda path: change(path, lambda c: c.pop('optimizer')),
            'holds no optimizer',
        ),
        (
            lambda path: change(path, lambda c: c.pop('message_hub')),
            'holds no message_hub',
        ),
        (
            lambda path: change(path, lambda c: c['meta'].update(iter='1')),
            'does not say its epoch and iteration',
        ),
    ],
)
def test_a_damaged_one_is_passed_over_with_its_reason(
    trained, tmp_path, damage, words
):
    for step in (1, 2):
        shutil.copy(trained, tmp_path / f'epoch_{step}.pth')
    newest = tmp_path / 'epoch_2.pth'
    assert find_fault(newest) is None
    found = list_checkpoints(tmp_path, EPOCHS)
    damage(newest)
    sound, faults = find_sound(found)
    assert sound.step == 1
    (fault,) = faults
    assert 'epoch_2.pth' in fault
    assert words.replace('epoch_1', 'epoch_2') in fault
    assert '\n' not in fault
    assert find_sound(found[:1]) == (None, faults)


def test_the_optimiser_may_be_left_out_on_purpose(trained, tmp_path):
    path = shutil.copy(trained, tmp_path / 'epoch_1.pth')
    change(path, lambda content: content.pop('optimizer'))
    assert find_fault(path, has_optimizer=False) is None


def test_numbers_may_have_a_width(tmp_path):
    touch(tmp_path, 'ckpt_002.pth', 'ckpt_010.pth', 'ckpt_1000.pth')
    found = list_checkpoints(tmp_path, 'ckpt_{:03d}.pth')
    assert [checkpoint.step for checkpoint in found] == [1000, 10, 2]
    with pytest.raises(WorkFolderError, match=r'ckpt_1000\.pth'):
        require_unused(tmp_path, 'ckpt_{:03d}.pth')


def test_each_output_is_listed_once(tmp_path):
    names = ['epoch_003.pth', 'best_acc_epoch_003.pth', 'epoch_003-00aa.pth']
    touch(tmp_path, *names)
    outputs = list_outputs(tmp_path, 'epoch_{:03d}.pth')
    assert sorted(path.name for path in outputs) == sorted(names)


@pytest.mark.parametrize('name', ['epoch_3.pth', 'iter_3.pth', 'mine.3'])
def test_a_used_folder_is_refused(tmp_path, name):
    require_unused(tmp_path / 'nowhere', EPOCHS)
    touch(tmp_path, 'weights.pth', 'best_epoch_1.pth')
    require_unused(tmp_path, 'mine.{}')
    touch(tmp_path, name)
    with pytest.raises(WorkFolderError, match=f'({name}).*--overwrite'):
        require_unused(tmp_path, 'mine.{}')
    with pytest.raises(WorkFolderError):
        require_unused(tmp_path, 'mine.{}', '/other/epoch_3.pth')
    require_unused(tmp_path, 'mine.{}', str(tmp_path / 'epoch_2.pth'))


def test_files_are_moved_and_never_over_others(tmp_path):
    names = ['epoch_1.pth', 'iter_2.pth', 'epoch_1-00aa.pth', 'best_x.pth']
    for content in (b'first', b'second'):
        for name in [*names, 'last_checkpoint', 'weights.pth', 'log.json']:
            (tmp_path / name).write_bytes(content)
        outputs = list_outputs(tmp_path, EPOCHS)
        assert sorted(path.name for path in outputs) == sorted(
            [*names, 'last_checkpoint']
        )
        target = set_aside(outputs, tmp_path)
        assert {path.read_bytes() for path in target.iterdir()} == {content}
        assert len(list(target.iterdir())) == 5
    assert len(list(tmp_path.glob('overwritten_*'))) == 2
    assert set_aside([], tmp_path) is None
