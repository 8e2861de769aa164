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

from ..files import hash_file
from .errors import MissingWeightsError, WeightsError
from .kinds import describe_other_file

_DIGEST = re.compile('-([0-9a-f]{8,})')


def find_weights(source: Union[str, Path]) -> Path:
    """Find the file of weights; download it if it is on the web.

    Downloads are kept where torch keeps its own, ``checkpoints`` below
    ``torch.hub.get_dir()``, so that each address is fetched once. A file has
    its own name there if that holds the beginning of its SHA-256, as torch's
    do; otherwise a digest of the address comes before it.

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
        # which unquotes on every system
        source = url2pathname(urlparse(text).path)
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
    folder = Path(torch.hub.get_dir()) / 'checkpoints'
    name = Path(unquote(urlparse(address).path)).name or 'weights.pth'
    digest = hashlib.sha256(address.encode()).hexdigest()[:8]
    named, target = folder / name, folder / f'{digest}-{name}'
    if _holds_what_it_says(named, name):
        return named
    if target.is_file():
        return target
    try:
        folder.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(address, str(target))
    except (OSError, ValueError, HTTPException) as error:
        # only that of HTTPError says it all itself
        reason = getattr(error, 'reason', error)
        reason = error if isinstance(error, HTTPError) else reason
        found = f' {named} may be another file.' if named.is_file() else ''
        raise WeightsError(
            f'{address}: cannot be fetched ({reason}).{found} Check the '
            'address and the network, or download the file elsewhere and '
            'give its path'
        ) from error
    what = describe_other_file(target)
    if what is not None:
        target.unlink()
        raise WeightsError(f'{address}: this is {what}')
    if not named.exists() and _holds_what_it_says(target, name):
        return target.replace(named)
    return target


def _holds_what_it_says(path: Path, name: str) -> bool:
    """Tell whether a name holds the beginning of the SHA-256 of a file.

    Eight digits alone may be a date, or the digest of something else.
    """
    digests = tuple(_DIGEST.findall(name))
    if not digests or not path.is_file():
        return False
    try:
        return hash_file(path).startswith(digests)
    # as one of another user may be
    except PermissionError:
        return False
