"""What a file is that was given as weights and holds none."""

from __future__ import annotations

import re
import tarfile
import zipfile
from collections.abc import Collection
from pathlib import Path
from typing import Optional

# So many bytes are looked at.
_HEAD = 4096
# How torch.save began a file before torch 1.6.
_LEGACY_TORCH = b'\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.'
_UNPACK = 'unpack it and give the file inside'
_OTHER_NETWORK = (
    'give the checkpoint that it was made from, a .pth or .pt file'
)
_AGAIN = 'download or copy it again'
# By the first bytes: what it is, and what to do.
_MAGIC = (
    (b'\x1f\x8b', 'a gzip archive', _UNPACK),
    (b'BZh', 'a bzip2 archive', _UNPACK),
    (b'\xfd7zXZ', 'an xz archive', _UNPACK),
    (b'7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', _UNPACK),
    (b'Rar!\x1a\x07', 'a RAR archive', _UNPACK),
    (b'\x28\xb5\x2f\xfd', 'a Zstandard archive', _UNPACK),
    (b'\x89HDF\r\n\x1a\n', 'an HDF5 file, as Keras writes', _OTHER_NETWORK),
    (b'GGUF', 'a GGUF file', _OTHER_NETWORK),
    (b'ftrt', 'a TensorRT engine', _OTHER_NETWORK),
    (b'\x93NUMPY', 'a NumPy array', _OTHER_NETWORK),
    (b'\x89PNG', 'a picture (PNG)', 'give the weights in its place'),
    (b'\xff\xd8\xff', 'a picture (JPEG)', 'give the weights in its place'),
    (b'%PDF', 'a PDF document', 'give the weights in its place'),
)
_PAGE = re.compile(rb'\s*<(!doctype html|html|head|body|script|!--)', re.I)


def describe_other_file(path: Path) -> Optional[str]:
    """Say what a file is, if it is plainly no checkpoint of torch.

    Nothing in the file is run or unpickled.

    Args:
        path (Path): Existing file.

    Returns:
        str, optional: such as 'an empty file: download it again'; ``None``
        if it may be a checkpoint, which torch then tells.

    Raises:
        OSError: If it cannot be read.
    """
    size = path.stat().st_size
    if not size:
        return f'an empty file: {_AGAIN}'
    with path.open('rb') as file:
        head = file.read(_HEAD)
    if head.startswith(b'PK\x03\x04'):
        return _describe_zip(path)
    for magic, what, advice in _MAGIC:
        if head.startswith(magic):
            return f'{what}: {advice}'
    if _is_tar(path):
        return f'a tar archive: {_UNPACK}'
    if head.startswith(b'\x80'):
        if head.startswith(_LEGACY_TORCH):
            return None
        return (
            'a pickle file that torch.save did not write; those are never '
            'unpickled'
        )
    return (
        _describe_text(head)
        or _describe_safetensors(head, size)
        or _describe_graph(head, path)
    )


def _describe_zip(path: Path) -> Optional[str]:
    """Say what a zip archive is, unless torch.save wrote it."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (OSError, ValueError, zipfile.BadZipFile, NotImplementedError):
        return f'a zip archive that is cut off or damaged: {_AGAIN}'
    inner = {name.partition('/')[2] or name for name in names}
    if 'constants.pkl' in inner:
        return f'a TorchScript archive: {_OTHER_NETWORK}'
    if 'data.pkl' in inner:
        return None
    if 'archive_format' in inner or 'models/model.json' in inner:
        return f'a program of torch.export: {_OTHER_NETWORK}'
    if names and all(name.endswith('.npy') for name in names):
        return f'an archive of NumPy arrays: {_OTHER_NETWORK}'
    return f'a zip archive of {_some(names)}: {_UNPACK}'


def _some(names: Collection[str]) -> str:
    """Name the first files of an archive."""
    shown = ', '.join(map(repr, list(names)[:3])) or 'nothing'
    return f'{shown} and others' if len(names) > 3 else shown


def _is_tar(path: Path) -> bool:
    """Tell whether a file is an uncompressed tar archive."""
    try:
        with tarfile.open(path, 'r:'):
            return True
    except (tarfile.TarError, ValueError):
        return False


def _describe_text(head: bytes) -> Optional[str]:
    """Say what a text is, by its beginning."""
    if head.startswith(b'version https://git-lfs'):
        return (
            'a Git LFS pointer, which stands for the file in a repository: '
            'run `git lfs pull` there, or download the file itself'
        )
    bare = head.removeprefix(b'\xef\xbb\xbf')
    if _PAGE.match(bare):
        title = re.search(rb'<title[^>]*>(.*?)</title', bare, re.I | re.S)
        words = (
            title.group(1).decode(errors='replace').split() if title else ()
        )
        named = f' titled {" ".join(words)[:60]!r}' if words else ''
        return (
            f'an HTML page{named}, not the file behind it: download the file '
            'itself; some pages want a login'
        )
    # the last character may be cut in two
    text = bare.decode(errors='ignore')
    if '\ufffd' in text or len(text.encode()) < len(bare) - 3:
        return None
    if any(c < ' ' and c not in '\t\n\r\f' for c in text):
        return None
    line = ' '.join(text.split())[:60]
    return f'a text that begins {line!r}: give the weights in its place'


def _describe_safetensors(head: bytes, size: int) -> Optional[str]:
    """Name a file of safetensors: the length of a JSON header, the header."""
    length = int.from_bytes(head[:8], 'little')
    if head[8:9] != b'{' or not 2 <= length <= size - 8:
        return None
    return (
        'a safetensors file: save it as torch does, torch.save('
        "safetensors.torch.load_file(SOURCE), 'weights.pth')"
    )


def _describe_graph(head: bytes, path: Path) -> Optional[str]:
    """Name a network of another framework."""
    # ONNX begins with its version, field 1, and another of its fields
    is_onnx = len(head) > 2 and head[0] == 8 and 0 < head[1] < 32
    if is_onnx and head[2] in (0x12, 0x1A, 0x22, 0x28, 0x32, 0x3A, 0x42):
        return f'an ONNX model: {_OTHER_NETWORK}'
    if head[4:8] == b'TFL3':
        return f'a TensorFlow Lite model: {_OTHER_NETWORK}'
    if path.suffix.lower() in ('.onnx', '.engine', '.tflite', '.mlmodel'):
        return f'a {path.suffix} file: {_OTHER_NETWORK}'
    return None
