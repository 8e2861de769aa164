"""Checkpoint files, read without running anything that they contain."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

import torch
from torch import Tensor

# Runner of MMEngine, MMPose 0.x and official training files; the second is
# in official training files only.
_ENTRIES = ('state_dict', 'best_state_dict')
# What torch raises on files that are cut off, or no checkpoints at all.
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
)


def read_checkpoint(path: Union[str, Path]) -> dict[str, Tensor]:
    """Read the state dict of a checkpoint file.

    Only tensors and plain values are unpickled (``weights_only``), so a file
    of a stranger can do no harm.

    Args:
        path (str | Path): Local file: a plain state dict, or a dict that
            holds one under ``state_dict``, or ``best_state_dict``, as those
            of MMPose 0.x, of MMEngine's Runner and of the official training.

    Returns:
        dict[str, Tensor]: tensors on the CPU, by the names of the file.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is refused or holds no state dict. The
            message names the file.
    """
    file = Path(path).expanduser()
    if not file.is_file():
        raise FileNotFoundError(f'checkpoint file not found: {file}')
    try:
        content = torch.load(file, map_location='cpu', weights_only=True)
    except _BROKEN as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise ValueError(
            f'{file}: refused. The file is damaged or no checkpoint, or it '
            'holds more than tensors and plain values, which is never '
            f'unpickled; torch says: {reason}'
        ) from error
    return _find_state_dict(content, file)


def _find_state_dict(content: Any, file: Path) -> dict[str, Tensor]:
    """Return the state dict in what a file contains."""
    if not isinstance(content, Mapping):
        raise ValueError(
            f'{file}: a checkpoint is a dict, this is a '
            f'{type(content).__name__}'
        )
    state_dict = content
    for entry in _ENTRIES:
        if isinstance(content.get(entry), Mapping):
            state_dict = content[entry]
            break
    if not any(isinstance(value, Tensor) for value in state_dict.values()):
        raise ValueError(
            f'{file}: holds no tensors; its entries are '
            f'{", ".join(map(repr, list(state_dict)[:8])) or "none"}. '
            'Expected are tensors by name, alone or under `state_dict`'
        )
    for name, value in state_dict.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise ValueError(
                f'{file}: entry {name!r} of the state dict is a '
                f'{type(value).__name__}, not a tensor'
            )
    return dict(state_dict)
