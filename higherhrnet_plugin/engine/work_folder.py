"""Checkpoints in the work folder of a training: which, and which are sound."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from ..checkpoints import WeightsError, require_finite_weights
from ..checkpoints.reading import load_whole
from .checkpoint_names import compile_template
from .errors import WorkFolderError

# MMEngine's, by epoch and by iteration
_TEMPLATES = ('epoch_{}.pth', 'iter_{}.pth')
_SHOWN = 5
OVERWRITE = '--overwrite (default_hooks.checkpoint.overwrite=True)'


class Checkpoint(NamedTuple):
    """A file by its name, which says how far the training was.

    Attributes:
        step (int): Epochs, or iterations.
        path (Path): The file.
    """

    step: int
    path: Path


def list_checkpoints(
    folder: Path, template: str, with_copies: bool = False
) -> list[Checkpoint]:
    """List the checkpoints of a folder.

    Args:
        folder (Path): It may be missing.
        template (str): Of the names, as for :func:`compile_template`.
        with_copies (bool): Whether best and published ones count, too.
            Defaults to False.

    Returns:
        list[Checkpoint]: the one that got furthest first.
    """
    pattern = compile_template(template, with_copies)
    found = []
    for path in folder.glob('*') if folder.is_dir() else ():
        match = pattern.fullmatch(path.name)
        if match is not None:
            found.append(Checkpoint(int(match.group(1)), path))
    return sorted(found, reverse=True)


def find_sound(
    checkpoints: Sequence[Checkpoint], has_optimizer: bool = True
) -> tuple[Optional[Checkpoint], list[str]]:
    """Find the first checkpoint that a training can go on from.

    Args:
        checkpoints (Sequence[Checkpoint]): In the order to try them.
        has_optimizer (bool): Whether the state of the optimiser belongs to
            them. Defaults to True.

    Returns:
        tuple[Checkpoint | None, list[str]]: the checkpoint, and for each one
        that was passed over a line with the reason.
    """
    faults: list[str] = []
    for checkpoint in checkpoints:
        fault = find_fault(checkpoint.path, has_optimizer)
        if fault is None:
            return checkpoint, faults
        faults.append(fault)
    return None, faults


def find_fault(path: Path, has_optimizer: bool = True) -> Optional[str]:
    """Say why a training cannot go on from a file.

    It is read as a whole, sums of its parts included.

    Args:
        path (Path): Local file.
        has_optimizer (bool): As for :func:`find_sound`.

    Returns:
        str | None: one line that names the file, or None if it is sound.
    """
    try:
        content = load_whole(path)
        _check_sums(path)
        _check_parts(content, has_optimizer)
        require_finite_weights(content['state_dict'])
    except (WeightsError, OSError) as error:
        text = str(error)
        return text if path.name in text else f'{path}: {text}'
    return None


def require_unused(
    folder: Path, template: str, source: Optional[str] = None
) -> None:
    """Refuse to start a training over the checkpoints of another one.

    Args:
        folder (Path): Where this training will save.
        template (str): Of its checkpoints.
        source (str, optional): Checkpoint that it goes on from; it may be one
            of this folder.

    Raises:
        WorkFolderError: If there are checkpoints.
    """
    if source is not None and Path(source).parent.resolve() == (
        folder.resolve()
    ):
        return
    found = _list_all(folder, template)
    if not found:
        return
    names = [path.name for path in found[:_SHOWN]]
    more = ', ...' if len(found) > _SHOWN else ''
    raise WorkFolderError(
        f'work folder {folder} holds checkpoints of a training '
        f'({", ".join(names)}{more}), which this one does not go on from. '
        'Go on with --resume, choose another --work-dir, or start anew with '
        f'{OVERWRITE}, which moves them to a folder in there'
    )


def set_aside(paths: Iterable[Path], folder: Path) -> Optional[Path]:
    """Move files to a new folder, where no training finds them.

    Args:
        paths (Iterable[Path]): Files of one folder.
        folder (Path): That folder.

    Returns:
        Path | None: the new folder, or None if there was nothing to move.
    """
    paths = list(paths)
    if not paths:
        return None
    base = folder / time.strftime('overwritten_%Y%m%d_%H%M%S')
    target, number = base, 1
    while target.exists():
        number += 1
        target = base.with_name(f'{base.name}_{number}')
    target.mkdir()
    for path in paths:
        path.replace(target / path.name)
    return target


def list_outputs(folder: Path, template: str) -> list[Path]:
    """List what a training that starts anew must not mix with its own.

    Args:
        folder (Path): Where trainings save.
        template (str): Of their checkpoints.

    Returns:
        list[Path]: checkpoints, published and best ones, ``last_checkpoint``.
    """
    numbered = _list_all(folder, template, with_copies=True)
    others = [
        path
        for pattern in ('best_*.pth', 'last_checkpoint')
        for path in folder.glob(pattern)
    ]
    return list(dict.fromkeys([*numbered, *others]))


def _list_all(
    folder: Path, template: str, with_copies: bool = False
) -> list[Path]:
    """List checkpoints by epoch, by iteration and by a template."""
    found = [
        checkpoint.path
        for each in (template, *_TEMPLATES)
        for checkpoint in list_checkpoints(folder, each, with_copies)
    ]
    # 'epoch_{:03d}.pth' gives names that 'epoch_{}.pth' finds, too
    return list(dict.fromkeys(found))


def _check_sums(path: Path) -> None:
    """Compare the content with its sums, which torch passes over."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            bad = archive.testzip()
    except zipfile.BadZipFile as error:
        raise WeightsError(f'{path}: damaged ({error})') from error
    if bad is not None:
        raise WeightsError(f'{path}: damaged (the sum of {bad} is wrong)')


def _check_parts(content: Any, has_optimizer: bool) -> None:
    """Refuse what a Runner would not go on from, or not whole."""
    if not isinstance(content, Mapping):
        raise WeightsError(f'holds a {type(content).__name__}')
    names = ['state_dict', 'meta', 'message_hub']
    names += ['optimizer'] if has_optimizer else []
    missing = [n for n in names if not isinstance(content.get(n), Mapping)]
    if missing:
        raise WeightsError(
            f'holds no {" and no ".join(missing)}, so it is none of a '
            'training that can go on'
        )
    meta = content['meta']
    if not all(type(meta.get(name)) is int for name in ('epoch', 'iter')):
        raise WeightsError('does not say its epoch and iteration')
