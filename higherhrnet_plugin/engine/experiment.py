"""What a training was made of: versions, commits, data, weights."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import torch

from ..checkpoints import hash_file
from ..doctor.environment import installed_version
from ..doctor.table import REQUIREMENTS
from ..version import __version__

# a repository may lie on a slow disk
_GIT_S = 20.0


def describe_versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that take part.

    Returns:
        dict[str, str]: by distribution; what is not installed is left out.
    """
    names = sorted({n for item in REQUIREMENTS for n in item.distributions})
    found = {name: installed_version(name) for name in names}
    return {
        'python': platform.python_version(),
        'higherhrnet_plugin': __version__,
        **{name: version for name, version in found.items() if version},
        'cuda': str(torch.version.cuda),
    }


def describe_device() -> dict[str, Any]:
    """Return what this process computes on."""
    gpus = range(torch.cuda.device_count())
    return {
        'machine': platform.node(),
        'platform': platform.platform(),
        'gpus': [torch.cuda.get_device_name(i) for i in gpus],
        'threads': torch.get_num_threads(),
    }


def describe_commit(folder: Path) -> Optional[dict[str, Any]]:
    """Return the commit of the repository that a folder lies in.

    Args:
        folder (Path): The folder.

    Returns:
        dict | None: ``commit``, and ``changed``: the paths that differ from
        it, as git shows them. None without git, repository or commit.
    """
    commit = _git(folder, 'rev-parse', 'HEAD')
    changes = _git(folder, 'status', '--porcelain', '--untracked-files=no')
    if commit is None or changes is None:
        return None
    return {'commit': commit.strip(), 'changed': changes.splitlines()}


def _git(folder: Path, *arguments: str) -> Optional[str]:
    """Ask git, or return None."""
    try:
        done = subprocess.run(
            ['git', '-C', str(folder), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=_GIT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return None if done.returncode else done.stdout


def describe_data(data_set: Any) -> list[dict[str, Any]]:
    """Return what identifies the data sets of a loader.

    Args:
        data_set (Dataset): Of a loader; combinations are taken apart.

    Returns:
        list[dict]: of each data set: ``type``, ``samples``, ``ann_file`` and
        its ``sha256`` where it is a file on this machine, and ``data_prefix``.
        Images are not read.
    """
    return [
        {
            'type': type(part).__name__,
            'samples': len(part),
            **_describe_file('ann_file', getattr(part, 'ann_file', None)),
            'data_prefix': {
                key: str(value)
                for key, value in (
                    getattr(part, 'data_prefix', None) or {}
                ).items()
            },
        }
        for part in _parts(data_set)
    ]


def _parts(data_set: Any) -> Iterator[Any]:
    """List the data sets that a combination is made of, else itself."""
    inner = getattr(data_set, 'datasets', None)
    if inner is None:
        inner = getattr(data_set, 'dataset', None)
        inner = None if inner is None else [inner]
    if inner is None:
        yield data_set
        return
    for part in inner:
        yield from _parts(part)


def _describe_file(key: str, path: Any) -> dict[str, Any]:
    """Name a file, with its digest where it is there."""
    if not path:
        return {}
    file = Path(str(path))
    digest = {'sha256': hash_file(file)} if file.is_file() else {}
    return {key: str(path), **digest}


def describe_start(checkpoint: Optional[str], resumed: bool) -> dict[str, Any]:
    """Return where the weights come from.

    Args:
        checkpoint (str, optional): ``load_from`` of the Runner.
        resumed (bool): Whether the training goes on.

    Returns:
        dict: ``resumed``, and the checkpoint with its digest if it is a file
        on this machine.
    """
    return {'resumed': resumed, **_describe_file('checkpoint', checkpoint)}


def command_line() -> list[str]:
    """Return the command that this process was started by."""
    return [sys.executable, *sys.argv]
