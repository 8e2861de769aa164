"""What is to be predicted: images, folders, patterns, videos, webcams."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

from ..images.formats import IMAGE_SUFFIXES
from .folders import (
    VIDEO_SUFFIXES,
    PassedOver,
    find_kind,
    is_usable,
    walk,
)
from .options import WEBCAM


@dataclass(frozen=True)
class Source:
    """One image, video or webcam.

    Attributes:
        path (str): Absolute path, or the number of a webcam.
        name (str): Path below the common folder of all inputs, with ``/``;
            no other source has it.
        kind (str): 'image', 'video' or 'webcam'.
    """

    path: str
    name: str
    kind: str

    @property
    def folder(self) -> str:
        """str: the common folder of all inputs; '' of a webcam."""
        return self.path[: -len(self.name)] if self.kind != 'webcam' else ''


def collect_sources(
    inputs: Sequence[str],
    recursive: bool,
    out: Path,
    passed_over: Optional[PassedOver] = None,
) -> list[Source]:
    """Find the files behind the inputs.

    Args:
        inputs (Sequence[str]): Files, folders, patterns with ``*``, ``?`` or
            ``[``, or ``webcam:NUMBER``. A file that is meant twice counts
            once.
        recursive (bool): Whether folders below a folder count.
        out (Path): Folder of the results; what lies in it is no input.
        passed_over (PassedOver, optional): Counts what lies in folders and
            patterns and is no input.

    Returns:
        list[Source]: in the order of the inputs, files of a folder or
        pattern by name.

    Raises:
        FileNotFoundError: If an input leads to no image or video.
        ValueError: If an input is an address, or of an unknown kind.
    """
    files: dict[Path, None] = {}
    webcams: dict[str, None] = {}
    bases: list[Path] = []
    folder = absolute(out)
    passed_over = passed_over or PassedOver()
    for text in inputs:
        if text.startswith(WEBCAM):
            webcams[_webcam_number(text)] = None
            continue
        others = PassedOver()
        base, found = _expand(text, recursive, folder, others)
        bases.append(base)
        kept = [path for path in found if folder not in path.parents]
        if not kept:
            raise _explain_nothing(text, bool(found), base, folder, others)
        files.update(dict.fromkeys(kept))
        passed_over.merge(others)
    root = _common_folder(bases)
    sources = [
        Source(str(path), path.relative_to(root).as_posix(), find_kind(path))
        for path in files
    ]
    sources += [Source(n, f'webcam_{n}', 'webcam') for n in webcams]
    return sources


def _explain_nothing(
    text: str, found: bool, base: Path, out: Path, others: PassedOver
) -> FileNotFoundError:
    """Say why an input leads to no image or video."""
    if found or out in (base, *base.parents):
        return FileNotFoundError(
            f'{text!r} lies in --out {out}, whose files are results and no '
            'inputs: choose another --out'
        )
    reasons = '; '.join(['', *others.lines()])
    return FileNotFoundError(f'{text!r} has no image and no video{reasons}')


def _webcam_number(text: str) -> str:
    """Return the number in ``webcam:NUMBER``."""
    number = text[len(WEBCAM) :]
    if not number.isdigit():
        raise ValueError(
            f'a webcam is meant by its number, as in webcam:0, got {text!r}'
        )
    return str(int(number))


def _expand(
    text: str, recursive: bool, out: Path, passed_over: PassedOver
) -> tuple[Path, list[Path]]:
    """Return the fixed folder of an input, and the files it means."""
    if '://' in text:
        raise ValueError(
            f'addresses are not read: download the file first: {text}'
        )
    path = absolute(text)
    if path.is_dir():
        found = walk(path, recursive, out, passed_over)
        return path, _usable(found, passed_over)
    if path.is_file():
        if not find_kind(path):
            raise ValueError(
                f'{text!r} is neither an image ({" ".join(IMAGE_SUFFIXES)}) '
                f'nor a video ({" ".join(VIDEO_SUFFIXES)})'
            )
        return path.parent, [path]
    if not glob.has_magic(text):
        raise FileNotFoundError(f'there is no file or folder {text!r}')
    # folders that are there are meant, also with brackets in their names
    base = next(parent for parent in path.parents if parent.is_dir())
    pattern = path.relative_to(base)
    paths = (
        found
        for found in base.glob(pattern.as_posix())
        if not _is_hidden(found.relative_to(base), pattern)
    )
    return base, _usable(paths, passed_over)


def _is_hidden(path: Path, pattern: Path) -> bool:
    """Tell whether a file lies in a hidden folder that was not asked for."""
    wanted = [part for part in pattern.parts if part.startswith('.')]
    return any(
        folder.startswith('.')
        and not any(fnmatch.fnmatch(folder, part) for part in wanted)
        for folder in path.parts[:-1]
    )


def absolute(path: Union[str, Path]) -> Path:
    """Make a path absolute, without following links.

    Args:
        path (str | Path): May begin with ``~``.

    Returns:
        Path: without ``..``.
    """
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100


def _usable(paths: Iterable[Path], passed_over: PassedOver) -> list[Path]:
    """Sort images and videos, without hidden files."""
    return sorted(path for path in paths if is_usable(path, passed_over))


def _common_folder(bases: Sequence[Path]) -> Path:
    """Return the deepest folder that holds all others."""
    try:
        return Path(os.path.commonpath(bases)) if bases else Path.cwd()
    except ValueError as error:
        raise ValueError(
            'inputs on several drives have no common folder: run them one '
            'after the other'
        ) from error
