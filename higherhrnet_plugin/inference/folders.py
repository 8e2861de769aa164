"""Images and videos in folders, and what is passed over there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from ..images import read_geometry
from ..images.formats import IMAGE_SUFFIXES, OPTIONAL_SUFFIXES

VIDEO_SUFFIXES = (
    '.avi',
    '.m4v',
    '.mkv',
    '.mov',
    '.mp4',
    '.mpeg',
    '.mpg',
    '.webm',
    '.wmv',
)
_SHOWN = 3


class PassedOver:
    """Count what lies among the inputs and is none."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}

    def add(self, what: str, path: Path) -> None:
        """Count a file or folder, once.

        Args:
            what (str): Its kind, or the reason.
            path (Path): Where it is.
        """
        self._names.setdefault(what, {})[str(path)] = None

    def merge(self, other: PassedOver) -> None:
        """Add what was counted elsewhere.

        Args:
            other (PassedOver): Of another input.
        """
        for what, paths in other._names.items():
            self._names.setdefault(what, {}).update(paths)

    def lines(self) -> list[str]:
        """Put everything into words.

        Returns:
            list[str]: one line for each kind or reason.
        """
        lines = []
        for what, paths in sorted(self._names.items()):
            shown = ', '.join(Path(path).name for path in list(paths)[:_SHOWN])
            shown += ', ...' if len(paths) > _SHOWN else ''
            lines.append(f'passed over: {len(paths)} {what} ({shown})')
        return lines


def find_kind(path: Path) -> str:
    """Tell images from videos, as a file is named.

    Args:
        path (Path): The file. GIF files of several images are videos.

    Returns:
        str: 'image', 'video' or '' for anything else.
    """
    suffix = path.suffix.lower()
    if suffix == '.gif' and _is_animated(path):
        return 'video'
    if suffix in IMAGE_SUFFIXES:
        return 'image'
    return 'video' if suffix in VIDEO_SUFFIXES else ''


def is_usable(path: Path, passed_over: PassedOver) -> bool:
    """Tell whether a file that was not named by itself is an input.

    Args:
        path (Path): The file; hidden ones are none.
        passed_over (PassedOver): Counts it otherwise.

    Returns:
        bool: whether it is an image or video that can be read here.
    """
    if path.name.startswith('.'):
        return False
    suffix = path.suffix.lower()
    if path.is_dir():
        passed_over.add('folders', path)
        return False
    if not path.is_file():
        passed_over.add('links that lead nowhere', path)
        return False
    if not find_kind(path):
        what = f'{suffix} files' if suffix else 'files without a suffix'
        passed_over.add(what, path)
        return False
    if suffix in OPTIONAL_SUFFIXES:
        try:
            read_geometry(path)
        except (OSError, ValueError) as error:
            passed_over.add(f'{suffix} files: {error}', path)
            return False
    return True


def walk(
    folder: Path, recursive: bool, out: Path, passed_over: PassedOver
) -> Iterator[Path]:
    """Find the files of a folder, hidden ones left out.

    Linked folders are followed after all others, and no folder twice.

    Args:
        folder (Path): Where to look.
        recursive (bool): Whether folders below it count.
        out (Path): Folder of the results, which is left out.
        passed_over (PassedOver): Counts folders that are not searched.

    Yields:
        Path: files, in no order.
    """
    seen: set[str] = set()
    waiting: list[Path] = [folder]
    links: list[Path] = []
    while waiting or links:
        place = waiting.pop() if waiting else links.pop(0)
        real = os.path.realpath(place)
        if real in seen:
            passed_over.add('links to folders that are searched', place)
            continue
        seen.add(real)
        for path in sorted(place.iterdir()):
            if path.name.startswith('.') or path == out:
                continue
            if not path.is_dir():
                yield path
            elif not recursive:
                passed_over.add('folders; --recursive searches them', path)
            elif path.is_symlink():
                links.append(path)
            else:
                waiting.append(path)


def _is_animated(path: Path) -> bool:
    """Tell whether a GIF holds several images."""
    try:
        with Image.open(path) as image:
            return getattr(image, 'is_animated', False)
    except (OSError, ValueError):
        return False
