"""Weights by path or by address."""

from __future__ import annotations

import hashlib
import re
from http.client import HTTPException
from pathlib import Path
from typing import Union
from urllib.error import HTTPError
from urllib.parse import unquote, urlparse
from urllib.request import url2pathname

import torch

from .errors import MissingWeightsError, WeightsError
from .kinds import describe_other_file


def find_weights(source: Union[str, Path]) -> Path:
    """Find the file of weights; download it if it is on the web.

    Downloads are kept where torch keeps its own, ``checkpoints`` below
    ``torch.hub.get_dir()``, so that each address is fetched once.

    Args:
        source (str | Path): Path, or an address with ``http://``,
            ``https://`` or ``file://``.

    Returns:
        Path: existing local file.

    Raises:
        MissingWeightsError: If there is no such file.
        WeightsError: If it cannot be fetched, or the address is of another
            kind.
    """
    text = str(source)
    if text.startswith(('http://', 'https://')):
        return _download(text)
    if text.startswith('file://'):
        source = url2pathname(unquote(urlparse(text).path))
    elif '://' in text:
        raise WeightsError(
            f'{text}: weights are read from files and from addresses with '
            'http:// or https://. Download them first; for models of MMPose: '
            'mim download mmpose --config NAME --dest FOLDER'
        )
    file = Path(source).expanduser()
    if file.is_dir():
        raise MissingWeightsError(
            f'the checkpoint is a folder, not a file: {file}'
        )
    if not file.is_file():
        raise MissingWeightsError(f'checkpoint file not found: {file}')
    return file


def _download(address: str) -> Path:
    """Fetch a file, or find it among the earlier downloads."""
    name = Path(unquote(urlparse(address).path)).name or 'weights.pth'
    if not re.search('-[0-9a-f]{8}', name):
        # without a digest in it, a name may stand for several files
        digest = hashlib.sha256(address.encode()).hexdigest()[:8]
        name = f'{digest}-{name}'
    target = Path(torch.hub.get_dir()) / 'checkpoints' / name
    if target.is_file():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(address, str(target))
    except (OSError, ValueError, HTTPException) as error:
        # only that of HTTPError says it all itself
        reason = getattr(error, 'reason', error)
        reason = error if isinstance(error, HTTPError) else reason
        raise WeightsError(
            f'{address}: cannot be fetched ({reason}). Check the address and '
            'the network, or download the file elsewhere and give its path'
        ) from error
    what = describe_other_file(target)
    if what is not None:
        target.unlink()
        raise WeightsError(f'{address}: this is {what}')
    return target
