"""The unpickler of old versions of torch, which runs nothing."""

import collections
import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.config import ConfigDict
from mmengine.logging import HistoryBuffer
from payloads import Bomb

from higherhrnet_plugin.compat import unpickling


def load(path):
    """Load as on torch below 2.6."""
    return torch.load(path, pickle_module=unpickling, weights_only=False)


@pytest.mark.parametrize('zipped', [True, False])
def test_what_a_runner_saves_is_read(tmp_path, zipped):
    buffer = HistoryBuffer()
    for value in (1.0, 2.0):
        buffer.update(value)
    content = {
        'state_dict': collections.OrderedDict(
            weight=torch.arange(6.0).view(2, 3).t(),
            half=torch.ones(2, dtype=torch.float16),
            bits=torch.tensor([True]),
        ),
        'parameter': torch.nn.Parameter(torch.ones(1)),
        'meta': ConfigDict(epoch=3, seed=np.int64(4)),
        'names': np.array(['nose', 'eye']),
        'empty': np.empty(0),
        'score': np.float32(0.5),
        'buffer': buffer,
        'kinds': {1, None},
        'bytes': b'\xff\x00',
    }
    torch.save(
        content,
        tmp_path / 'x.pth',
        _use_new_zipfile_serialization=zipped,
    )
    read = load(tmp_path / 'x.pth')
    assert list(read) == list(content)
    for name, tensor in content['state_dict'].items():
        assert torch.equal(read['state_dict'][name], tensor)
        assert read['state_dict'][name].dtype == tensor.dtype
    assert isinstance(read['parameter'], torch.nn.Parameter)
    assert type(read['meta']) is ConfigDict
    assert read['meta'] == content['meta']
    assert np.array_equal(read['names'], content['names'])
    assert read['empty'].shape == (0,)
    assert read['score'].dtype == np.float32
    assert read['buffer'].mean() == 1.5
    assert read['kinds'] == content['kinds']
    assert read['bytes'] == content['bytes']


@pytest.mark.parametrize('zipped', [True, False])
@pytest.mark.parametrize('protocol', [2, 4])
def test_code_is_refused(tmp_path, zipped, protocol):
    trace = tmp_path / 'trace'
    torch.save(
        {'a': torch.ones(1), 'b': Bomb(trace)},
        tmp_path / 'x.pth',
        pickle_module=pickle,
        pickle_protocol=protocol,
        _use_new_zipfile_serialization=zipped,
    )
    with pytest.raises(pickle.UnpicklingError, match=r'pathlib.*Path'):
        load(tmp_path / 'x.pth')
    assert not trace.exists()


# Pickles written by hand: operations on names that are known themselves.
ORDERED = b'ccollections\nOrderedDict\n'
HISTORY = b'cmmengine.logging.history_buffer\nHistoryBuffer\n'
METHOD = b'c__builtin__\ngetattr\n(' + HISTORY + b"S'min'\ntR"
PROGRAMS = {
    # a state for the class itself would change it for the whole process
    'state-of-a-class': HISTORY + b"(N(dS'min'\nNstb.",
    'call-of-a-method': METHOD + b'(I1\ntR.',
    'call-of-a-number': b'I1\n(tR.',
    'object-of-a-method': METHOD + b'(t\x81.',
    'instance': b'(S"x"\nios\nsystem\n.',
    'object': b'(' + ORDERED + b'o.',
    'extension': b'\x82\x01.',
    'object-with-words': b'\x80\x04' + ORDERED + b')}\x92.',
    'codec': b'c_codecs\nencode\n(S"x"\nS"zip"\ntR.',
    'attribute': b'c__builtin__\ngetattr\n(' + ORDERED + b"S'pop'\ntR.",
    'dotted': b'\x80\x04\x8c\x05torch\x8c\x08hub.load\x93.',
}


@pytest.mark.parametrize('name', PROGRAMS)
def test_operations_that_nobody_needs_are_refused(tmp_path, name):
    file = tmp_path / 'x.pkl'
    file.write_bytes(PROGRAMS[name])
    with (
        file.open('rb') as opened,
        pytest.raises((pickle.UnpicklingError, KeyError)),
    ):
        unpickling.load(opened)
    assert HistoryBuffer.min.__name__ == 'min'


def test_what_is_known_can_be_used(tmp_path):
    # the programs above fail by what they do, not by how they are written
    for program, expected in (
        (ORDERED + b'(tR.', collections.OrderedDict()),
        (b'c_codecs\nencode\n(S"x"\nS"latin1"\ntR.', b'x'),
        (METHOD + b'.', HistoryBuffer.min),
    ):
        Path(tmp_path / 'x.pkl').write_bytes(program)
        with (tmp_path / 'x.pkl').open('rb') as opened:
            assert unpickling.load(opened) == expected
