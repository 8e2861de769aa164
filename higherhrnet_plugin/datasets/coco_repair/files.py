"""Pictures on disk for the file names of an annotation file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Optional
from urllib.parse import unquote, urlsplit

_OTHER_FOLDER = (
    'file names whose folder does not exist; the picture of the same base '
    'name in the image folder is taken'
)
_SHOWN = 3
_OTHER_CASE = 'file names in other capital letters than on the disk'


class ImageFolder:
    """Find the pictures of file names below a folder.

    A name is taken as it stands if there is such a file. Otherwise it is
    tried with slashes for backslashes, with %-escapes resolved and in the
    other Unicode form, each in capital and small letters of any kind, and at
    last without its folders, if no other picture of the file has the same
    base name.

    Args:
        folder (str): Where relative names start.
        names (Iterable[str]): All names of the annotation file.
    """

    def __init__(self, folder: str, names: Iterable[str]) -> None:
        self.folder = folder
        self._listings: dict[str, dict[str, list[str]]] = {}
        self._bases = Counter(base_name(name) for name in names)

    def find(self, name: str) -> Optional[tuple[str, Optional[str]]]:
        """Find a picture.

        Args:
            name (str): ``file_name`` of an image.

        Returns:
            tuple[str, str | None] | None: the name that leads to the picture,
            and what was changed in it, or None if there is no such picture.
        """
        for spelling, change in spellings(name):
            if self._exists(spelling):
                return spelling, change
        for spelling, _ in spellings(name):
            on_disk = self._in_any_case(spelling)
            if on_disk is not None:
                return on_disk, _OTHER_CASE
        for spelling, _ in spellings(name):
            base = base_name(spelling)
            alone = self._bases[base_name(name)] == 1
            if base and base != name and alone:
                on_disk = base if self._exists(base) else None
                on_disk = on_disk or self._in_any_case(base)
                if on_disk is not None:
                    return on_disk, _OTHER_FOLDER
        return None

    def describe(self, name: str) -> str:
        """Say what is in the folder in place of a picture.

        Args:
            name (str): ``file_name`` of an image that is not found.

        Returns:
            str: a file of the same name but for its suffix, or else some of
            the files; or that there is none.
        """
        found = [
            n
            for same in self._listing(Path(self.folder)).values()
            for n in same
        ]
        if not found:
            exists = Path(self.folder).is_dir()
            return (
                'the folder is empty' if exists else 'there is no such folder'
            )
        stem = Path(base_name(name)).stem.casefold()
        same = [n for n in found if Path(n).stem.casefold() == stem]
        if same:
            return f'the folder has {same[0]!r}, with another suffix'
        shown = ', '.join(repr(n) for n in sorted(found)[:_SHOWN])
        return f'the folder has {shown}{", ..." * (len(found) > _SHOWN)}'

    def _exists(self, name: str) -> bool:
        """Tell whether there is such a file."""
        path = Path(self.folder, name)
        same = self._listing(path.parent).get(path.name.casefold(), ())
        wanted = os.path.normcase(path.name)
        return any(os.path.normcase(found) == wanted for found in same)

    def _in_any_case(self, name: str) -> Optional[str]:
        """Find the only file whose name differs in capital letters alone."""
        path = Path(self.folder)
        for part in Path(name).parts:
            same = self._listing(path).get(part.casefold(), [])
            if part not in same and len(same) != 1:
                return None
            path /= part if part in same else same[0]
        return path.relative_to(self.folder).as_posix()

    def _listing(self, folder: Path) -> dict[str, list[str]]:
        """List a folder once, by small letters; asking each file is slow."""
        key = str(folder)
        if key not in self._listings:
            found: dict[str, list[str]] = defaultdict(list)
            try:
                with os.scandir(folder) as entries:
                    for entry in entries:
                        found[entry.name.casefold()].append(entry.name)
            except (OSError, ValueError):
                found.clear()
            self._listings[key] = dict(found)
        return self._listings[key]


def is_local(path: str) -> bool:
    """Tell whether a path is one of this machine.

    Args:
        path (str): Path, or an address with a scheme.

    Returns:
        bool: False for addresses.
    """
    return '://' not in path


def join_path(folder: str, name: str) -> str:
    """Join as mmpose does, so that absolute names stay.

    Args:
        folder (str): Folder of the images.
        name (str): File name.

    Returns:
        str: path of the picture.
    """
    return str(Path(folder) / name)


def base_name(name: str) -> str:
    """Cut folders off, of Windows and others.

    Args:
        name (str): File name.

    Returns:
        str: what follows the last slash or backslash.
    """
    return re.split(r'[\\/]', _without_address(name))[-1]


def _without_address(name: str) -> str:
    """Take the path of an address, without what is asked for there."""
    return name if is_local(name) else urlsplit(name).path


def spellings(name: str) -> Iterator[tuple[str, Optional[str]]]:
    """List the ways in which a name may be meant, the given one first.

    Args:
        name (str): ``file_name`` of an image.

    Yields:
        tuple[str, str | None]: a spelling, and what was changed.
    """
    yield name, None
    path = _without_address(name)
    slashes = path.replace('\\', '/')
    if slashes != path:
        yield slashes, 'file names with backslashes'
    plain = unquote(slashes)
    if plain != slashes:
        yield plain, 'file names with %-escapes'
    for form in ('NFC', 'NFD'):
        other = unicodedata.normalize(form, plain)
        if other != plain:
            yield other, 'file names in another Unicode form'
