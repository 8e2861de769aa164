"""Files are read without running them, or refused by name."""

import pickle

import pytest
import torch
from checkpoint_files import ORIGINS, build, randomise, same, write_bomb

from higherhrnet_plugin.checkpoints import convert_state_dict, read_checkpoint


@pytest.mark.parametrize('origin', ORIGINS)
def test_every_origin_is_read(tmp_path, origin):
    weights = randomise(build(3))
    torch.save(ORIGINS[origin](weights), tmp_path / 'model.pth')
    read = read_checkpoint(str(tmp_path / 'model.pth'))
    assert type(read) is dict
    assert same(convert_state_dict(read), weights)


def test_best_state_dict_is_read(tmp_path):
    torch.save(
        {'best_state_dict': {'conv1.weight': torch.ones(2)}},
        tmp_path / 'model.pth',
    )
    assert list(read_checkpoint(tmp_path / 'model.pth')) == ['conv1.weight']


def test_code_is_not_run(tmp_path):
    trace = tmp_path / 'trace'
    file = write_bomb(tmp_path / 'model.pth', trace)
    with pytest.raises(ValueError, match=r'model\.pth: refused'):
        read_checkpoint(file)
    assert not trace.exists()
    # the bomb is a real one
    torch.load(file, weights_only=False)
    assert trace.exists()


@pytest.mark.parametrize(
    ('content', 'words'),
    [
        pytest.param([torch.ones(1)], 'this is a list', id='list'),
        pytest.param({}, 'holds no tensors; its entries are none', id='empty'),
        pytest.param({'epoch': 3}, "entries are 'epoch'", id='no-tensors'),
        pytest.param({'state_dict': {'a': 1}}, "entries are 'a'", id='nested'),
        pytest.param(
            {'a': torch.ones(1), 'b': 3}, "'b' of the state dict", id='mixed'
        ),
        pytest.param(
            {1: torch.ones(1)}, 'entry 1 of the state dict', id='number'
        ),
    ],
)
def test_other_content_is_refused(tmp_path, content, words):
    torch.save(content, tmp_path / 'model.pth')
    with pytest.raises(ValueError, match=words) as error:
        read_checkpoint(tmp_path / 'model.pth')
    assert str(tmp_path / 'model.pth') in str(error.value)


@pytest.mark.parametrize(
    'content',
    [
        pytest.param(b'', id='empty'),
        pytest.param(b'<html>not found</html>', id='page'),
        pytest.param(b'PK\x03\x04' + bytes(64), id='cut-off'),
        pytest.param(pickle.dumps({'a': 1}), id='pickle'),
        pytest.param(pickle.dumps(range(3)), id='pickled-class'),
        pytest.param(bytes(range(256)), id='noise'),
    ],
)
def test_garbage_is_refused(tmp_path, content):
    (tmp_path / 'model.pth').write_bytes(content)
    with pytest.raises(ValueError, match=r'model\.pth: '):
        read_checkpoint(tmp_path / 'model.pth')


def test_missing_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r'none\.pth'):
        read_checkpoint(tmp_path / 'none.pth')
    with pytest.raises(FileNotFoundError, match='is a folder'):
        read_checkpoint(tmp_path)
