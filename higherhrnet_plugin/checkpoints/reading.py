"""Checkpoint files, read without running anything that they contain."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union

from torch import Tensor

from ..compat.checkpoint_files import load_checkpoint_file
from .addresses import find_weights
from .errors import WeightsError
from .kinds import describe_other_file

# Runner of MMEngine, MMPose 0.x and official training files; the second is
# in official training files only.
_ENTRIES = ('state_dict', 'best_state_dict')


def read_checkpoint(source: Union[str, Path]) -> dict[str, Tensor]:
    """Read the state dict of a checkpoint file.

    Only tensors and plain values are unpickled, so a file of a stranger can
    do no harm.

    Args:
        source (str | Path): Local file, or an address as
            :func:`find_weights` takes it: a plain state dict, or a dict that
            holds one under ``state_dict``, or ``best_state_dict``, as those
            of MMPose 0.x, of MMEngine's Runner and of the official training.

    Returns:
        dict[str, Tensor]: tensors on the CPU, by the names of the file.

    Raises:
        FileNotFoundError: If there is no such file.
        WeightsError: If the file is refused or holds no state dict, or the
            address cannot be read. The message names it.
    """
    file = find_weights(source)
    return select_state_dict(load_whole(file), file)


def load_whole(file: Path, map_location: Any = 'cpu') -> Any:
    """Load everything that a checkpoint file holds.

    Args:
        file (Path): Existing local file.
        map_location (Any): As for ``torch.load``. Defaults to 'cpu'.

    Returns:
        Any: tensors, plain values and what MMEngine's Runner keeps beside
        them.

    Raises:
        WeightsError: If the file is refused. The message names it.
    """
    check_weights_file(file)
    try:
        return load_checkpoint_file(file, map_location)
    # a damaged file makes torch and pickle raise nearly anything
    except Exception as error:
        raise WeightsError(f'{file}: refused. {explain(error)}') from error


def check_weights_file(file: Path) -> None:
    """Refuse a file that is plainly no checkpoint, without loading it.

    Args:
        file (Path): Existing local file.

    Raises:
        WeightsError: If it is none. The message names what it is.
    """
    try:
        what = describe_other_file(file)
    except OSError as error:
        raise WeightsError(f'{file}: cannot be read: {error}') from error
    if what is not None:
        raise WeightsError(f'{file}: this is {what}')


def explain(error: Exception) -> str:
    """Say why torch could not load a file.

    Torch's own advice, to switch its safety off, is left out.

    Args:
        error (Exception): What torch raised.

    Returns:
        str: one line.
    """
    text = str(error)
    name = re.search(
        r"(?:GLOBAL|Unsupported class|access to type)\W+(?:class ')?"
        r'(\w+(?:\.\w+)+)',
        text,
    )
    if name is not None:
        return (
            f'It holds {name.group(1)}, and more than tensors and plain '
            'values is never unpickled; save its weights alone, '
            "torch.save(model.state_dict(), 'weights.pth')"
        )
    line = (text.splitlines() or [''])[0]
    if not line or 'weights_only' in line or 'Weights only' in line:
        return 'The file is damaged or no checkpoint'
    return (
        'The file is damaged or no checkpoint; torch says: '
        f'{type(error).__name__}: {line}'
    )


def select_state_dict(content: Any, file: Path) -> dict[str, Tensor]:
    """Return the state dict in what a file contains.

    Args:
        content (Any): What :func:`load_whole` returned.
        file (Path): Its file, for messages.

    Returns:
        dict[str, Tensor]: tensors by the names of the file.

    Raises:
        WeightsError: If there is none.
    """
    if not isinstance(content, Mapping):
        raise WeightsError(
            f'{file}: a checkpoint is a dict, this is a '
            f'{type(content).__name__}'
        )
    state_dict = content
    for entry in _ENTRIES:
        if isinstance(content.get(entry), Mapping):
            state_dict = content[entry]
            break
    if not any(isinstance(value, Tensor) for value in state_dict.values()):
        raise WeightsError(
            f'{file}: holds no tensors; its entries are '
            f'{", ".join(map(repr, list(state_dict)[:8])) or "none"}. '
            'Expected are tensors by name, alone or under `state_dict`'
        )
    for name, value in state_dict.items():
        if not isinstance(name, str) or not isinstance(value, Tensor):
            raise WeightsError(
                f'{file}: entry {name!r} of the state dict is a '
                f'{type(value).__name__}, not a tensor'
            )
    return dict(state_dict)
