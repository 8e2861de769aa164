"""Everything that MMEngine loads, loaded without running it.

MMEngine's Runner, ``init_cfg`` and MMPose's inferencers read weights by the
loaders of ``CheckpointLoader``. They unpickle freely on torch below 2.6, and
some of what they read is obeyed afterwards. These loaders take their place.
"""

from __future__ import annotations

import io
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.dist import barrier, get_rank
from mmengine.fileio import get_file_backend
from mmengine.runner import checkpoint as host
from mmengine.runner.checkpoint import CheckpointLoader

from ..compat.checkpoint_files import load_checkpoint_file
from .addresses import find_weights
from .errors import WeightsError
from .reading import explain, load_whole


def use_safe_loaders() -> None:
    """Let MMEngine load checkpoints by the functions below.

    Holds for the whole process. Calling it again changes nothing.
    """
    for prefixes, loader in (
        (['', 'file://'], load_from_local),
        (['http://', 'https://'], load_from_http),
        ([r'(\S+\:)?s3://', r'(\S+\:)?petrel://'], load_from_ceph),
    ):
        CheckpointLoader.register_scheme(prefixes, loader, force=True)
    # what the loaders of names, as open-mmlab://hrnet, end in
    host.load_from_http = load_from_http


# MMEngine logs what follows 'load_from_' in a loader's name.
def load_from_local(filename: str, map_location: Any = None) -> Any:
    """Load a file.

    Args:
        filename (str): Path, or address with ``file://``.
        map_location (Any): As for ``torch.load``.

    Returns:
        Any: what it holds.

    Raises:
        FileNotFoundError: If there is no such file.
        WeightsError: If it is refused.
    """
    file = find_weights(filename)
    content = load_whole(file, map_location)
    return drop_orders(content, str(file.parent))


def load_from_http(filename: str, map_location: Any = None, **_: Any) -> Any:
    """Load a file from the web, on the first process before the others.

    Args:
        filename (str): Address.
        map_location (Any): As for ``torch.load``.
        _ (Any): Other arguments of MMEngine's loader.

    Returns:
        Any: what it holds.

    Raises:
        WeightsError: If it cannot be fetched or is refused.
    """
    is_first = get_rank() == 0
    try:
        file = find_weights(filename) if is_first else None
    finally:
        barrier()
    file = file or find_weights(filename)
    return drop_orders(load_whole(file, map_location), str(file.parent))


def load_from_ceph(filename: str, map_location: Any = None) -> Any:
    """Load an object of a store, by MMEngine's petrel client.

    Args:
        filename (str): Address.
        map_location (Any): As for ``torch.load``.

    Returns:
        Any: what it holds.

    Raises:
        WeightsError: If it cannot be fetched or is refused.
    """
    try:
        backend = get_file_backend(
            filename, backend_args={'backend': 'petrel'}
        )
        content = backend.get(filename)
    # the client is not a dependency, and its errors are not known
    except Exception as error:
        raise WeightsError(
            f'{filename}: cannot be fetched ({error}); download it and give '
            'its path'
        ) from error
    try:
        loaded = load_checkpoint_file(io.BytesIO(content), map_location)
    # as in `load_whole`
    except Exception as error:
        raise WeightsError(f'{filename}: refused. {explain(error)}') from error
    return drop_orders(loaded, os.path.dirname(filename))  # noqa: PTH120


def drop_orders(content: Any, folder: str) -> Any:
    """Take out of a checkpoint what MMEngine would obey.

    - ``meta['config']``, which ``Runner.resume`` runs as a Python file. Files
      of MMCV have it, MMEngine itself does not write it.
    - Paths of best checkpoints that do not lie in the same folder, which
      ``CheckpointHook`` deletes once it has a better one. If the folder was
      moved, they are found in their new place. The scores of those that are
      nowhere go, too.
    - Numbers of kept checkpoints that are none, from which
      ``CheckpointHook`` makes paths to delete.

    Args:
        content (Any): What the file holds; changed.
        folder (str): Where the file lies.

    Returns:
        Any: the same object.
    """
    meta = _part(content, 'meta')
    meta.pop('config', None)
    info = _part(_part(content, 'message_hub'), 'runtime_info')
    for name in [n for n in info if str(n).startswith('best_ckpt')]:
        best = f'{folder}/{Path(str(info[name])).name}'
        if _is_file(best) and Path(best).name.startswith('best_'):
            info[name] = best
        else:
            forget_best(info, name)
    kept = info.get('keep_ckpt_ids')
    if kept is not None and not (
        isinstance(kept, list) and all(type(step) is int for step in kept)
    ):
        del info['keep_ckpt_ids']
    return content


def forget_best(info: dict[str, Any], name: str) -> None:
    """Forget a best checkpoint, and the score that others had to exceed.

    Args:
        info (dict[str, Any]): What MMEngine's message hub knows; changed.
        name (str): Of the path in it, ``best_ckpt`` or ``best_ckpt_METRIC``.
    """
    del info[name]
    info.pop(name.replace('best_ckpt', 'best_score', 1), None)


def _part(content: Any, name: str) -> Any:
    """Return a part of a checkpoint that can be changed, or an empty one."""
    part = content.get(name) if isinstance(content, Mapping) else None
    return part if isinstance(part, dict) else {}


def _is_file(path: str) -> bool:
    """Tell whether a local file, or any object of a store, may be there."""
    return '://' in path or Path(path).is_file()
