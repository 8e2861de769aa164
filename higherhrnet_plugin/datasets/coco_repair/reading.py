"""The content of an annotation file, whatever wrote it."""

from __future__ import annotations

import codecs
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from mmengine.fileio import get

from .files import is_local
from .foreign import describe_bytes

_GZIP = b'\x1f\x8b'
_MARKS = (
    (codecs.BOM_UTF8, 'utf-8-sig'),
    (codecs.BOM_UTF32_LE, 'utf-32'),
    (codecs.BOM_UTF32_BE, 'utf-32'),
    (codecs.BOM_UTF16_LE, 'utf-16'),
    (codecs.BOM_UTF16_BE, 'utf-16'),
)


def read_coco(path: str) -> Any:
    """Read an annotation file as it is.

    It is UTF-8, or UTF-16 or UTF-32 as editors on Windows write it, with or
    without a byte order mark, and may be packed by gzip.

    Args:
        path (str): The file, or an address that mmengine can read.

    Returns:
        Any: what the JSON file holds.

    Raises:
        FileNotFoundError: If the file does not exist.
        ValueError: If it cannot be read.
    """
    if is_local(path) and not Path(path).is_file():
        raise FileNotFoundError(
            f'annotation file {path!r} does not exist; set `data_root` and '
            '`ann_file` of the data set'
        )
    data = b''
    try:
        data = _unpack(get(path))
        return json.loads(_decode(data))
    except (ValueError, OSError, EOFError, zlib.error) as error:
        what = describe_bytes(data)
        reason = f'it is {what}' if what else _explain(error)
        raise ValueError(
            f'annotation file {path!r} cannot be read: {reason}'
        ) from error
    except RecursionError as error:
        raise ValueError(
            f'annotation file {path!r} cannot be read: its values are nested '
            'too deeply for COCO format'
        ) from error


def _explain(error: Exception) -> str:
    """Say where a file is no JSON."""
    if (
        isinstance(error, json.JSONDecodeError)
        and error.msg == 'Extra data'
        and error.lineno > 1
    ):
        return f'{error}; COCO files hold a single record, not one a line'
    return str(error)


def _unpack(data: bytes) -> bytes:
    """Unpack what is packed."""
    return gzip.decompress(data) if data.startswith(_GZIP) else data


def _decode(data: bytes) -> str:
    """Decode text by its byte order mark, or by the zeros in its start."""
    if not data.strip(b' \t\r\n\0'):
        raise ValueError('it is empty')
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.decode(encoding)
    return data.decode(json.detect_encoding(data))
