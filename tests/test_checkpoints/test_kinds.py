"""Files that are no checkpoints are named as what they are."""

import io
import json
import pickle
import tarfile
import zipfile

import numpy as np
import pytest
import torch

from higherhrnet_plugin.checkpoints import WeightsError, read_checkpoint
from higherhrnet_plugin.checkpoints.kinds import describe_other_file

POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 114857600
"""
PAGE = b"""
<!DOCTYPE html><html><head><meta charset="utf-8">
<title>Sign in
 to Cloud</title></head><body></body></html>"""
DENIED = b'<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>'
# ir_version 8, producer 'pytorch', as protocol buffers have it
ONNX = b'\x08\x08\x12\x07pytorch\x1a\x052.1.0:\x04\x0a\x02\x08\x00'


def safetensors():
    """Write one tensor as the format's description says."""
    header = json.dumps(
        {'w': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}}
    ).encode()
    return len(header).to_bytes(8, 'little') + header + bytes(8)


def zipped(**files):
    """Write a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w') as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred():
    """Write a tar archive with one file."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode='w') as archive:
        archive.addfile(tarfile.TarInfo('storages'))
    return out.getvalue()


def saved(write, *args, **kwargs):
    """Return what a function writes to a file."""
    out = io.BytesIO()
    write(*args, out, **kwargs)
    return out.getvalue()


def npz():
    """Save an archive of arrays."""
    out = io.BytesIO()
    np.savez(out, a=np.ones(2))
    return out.getvalue()


def script():
    """Save a compiled module."""
    module = torch.jit.trace(torch.nn.Linear(2, 1), torch.ones(1, 2))
    return saved(torch.jit.save, module)


def weights(**options):
    """Save a state dict as torch does."""
    return saved(torch.save, {'conv1.weight': torch.ones(2)}, **options)


OTHERS = {
    'empty': (b'', 'an empty file'),
    'lfs': (POINTER, 'a Git LFS pointer.*git lfs pull'),
    'page': (PAGE, "an HTML page titled 'Sign in to Cloud'.*login"),
    'page-without-title': (b'\xef\xbb\xbf <html></html>', 'an HTML page,'),
    'xml': (DENIED, 'a text that begins .*AccessDenied'),
    'json': (b'{"message": "Not Found"}', 'a text that begins .*Not Found'),
    'config': ('# é\nmodel = dict()'.encode(), 'a text that begins .*model'),
    'onnx': (ONNX, 'an ONNX model'),
    'safetensors': (safetensors(), 'a safetensors file.*load_file'),
    'torchscript': (script(), 'a TorchScript archive'),
    'export': (zipped(**{'a/archive_format': b'pt2'}), r'of torch\.export'),
    'numpy': (npz(), 'an archive of NumPy arrays'),
    'zip': (zipped(**{'a.txt': b'1', 'b.pth': b'2'}), "archive of 'a.txt'"),
    'zip-cut-off': (weights()[:-200], 'cut off or damaged'),
    'tar': (tarred(), 'a tar archive'),
    'gzip': (b'\x1f\x8b\x08' + bytes(32), 'a gzip archive'),
    'keras': (b'\x89HDF\r\n\x1a\n' + bytes(32), 'an HDF5 file'),
    'pickle': (pickle.dumps({'a': 1}), r'torch\.save did not write'),
    'picture': (b'\x89PNG\r\n\x1a\n' + bytes(32), 'a picture'),
    'tflite': (b'\x1c\0\0\0TFL3' + bytes(32), 'TensorFlow Lite'),
}


@pytest.mark.parametrize('name', OTHERS)
def test_other_files_are_named(tmp_path, name):
    content, words = OTHERS[name]
    file = tmp_path / 'model.pth'
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=words) as error:
        read_checkpoint(file)
    message = str(error.value)
    assert message.startswith(f'{file}: this is ')
    assert '\n' not in message
    assert 'weights_only' not in message


@pytest.mark.parametrize('name', ['model.onnx', 'model.engine'])
def test_a_suffix_tells_what_the_bytes_do_not(tmp_path, name):
    file = tmp_path / name
    file.write_bytes(bytes(64))
    assert f'a {file.suffix} file' in describe_other_file(file)


@pytest.mark.parametrize('zipped', [True, False])
def test_checkpoints_are_left_to_torch(tmp_path, zipped):
    file = tmp_path / 'model.pth'
    file.write_bytes(weights(_use_new_zipfile_serialization=zipped))
    assert describe_other_file(file) is None
    assert list(read_checkpoint(file)) == ['conv1.weight']


@pytest.mark.parametrize('kept', [0.3, 0.6, 0.95])
def test_a_cut_off_legacy_file_is_damaged(tmp_path, kept):
    whole = weights(_use_new_zipfile_serialization=False)
    (tmp_path / 'model.pth').write_bytes(whole[: int(kept * len(whole))])
    with pytest.raises(WeightsError, match='The file is damaged'):
        read_checkpoint(tmp_path / 'model.pth')


def test_a_class_is_named_without_advice_to_trust_it(tmp_path):
    file = tmp_path / 'model.pth'
    torch.save({'model': torch.nn.Linear(1, 1)}, file)
    with pytest.raises(WeightsError, match=r'It holds torch\.nn') as error:
        read_checkpoint(file)
    assert 'weights_only' not in str(error.value)
    assert 'trust' not in str(error.value)
