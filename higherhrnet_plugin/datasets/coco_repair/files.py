"""Pictures on disk for the file names of an annotation file."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Optional
from urllib.parse import unquote

_OTHER_FOLDER = (
    'file names whose folder does not exist; the picture of the same base '
    'name in the image folder is taken'
)


class ImageFolder:
    """Find the pictures of file names below a folder.

    A name is taken as it stands if there is such a file. Otherwise it is
    tried with slashes for backslashes, with %-escapes resolved and in the
    other Unicode form, and at last without its folders, if no other picture
    of the file has the same base name.

    Args:
        folder (str): Where relative names start.
        names (Iterable[str]): All names of the annotation file.
    """

    def __init__(self, folder: str, names: Iterable[str]) -> None:
        self.folder = folder
        self._listings: dict[str, set[str]] = {}
        self._bases = Counter(_base_name(name) for name in names)

    def find(self, name: str) -> Optional[tuple[str, Optional[str]]]:
        """Find a picture.

        Args:
            name (str): ``file_name`` of an image.

        Returns:
            tuple[str, str | None] | None: the name that leads to the picture,
            and what was changed in it, or None if there is no such picture.
        """
        for spelling, change in _spellings(name):
            if self._exists(spelling):
                return spelling, change
        for spelling, _ in _spellings(name):
            base = _base_name(spelling)
            alone = self._bases[_base_name(name)] == 1
            if base and base != name and alone and self._exists(base):
                return base, _OTHER_FOLDER
        return None

    def _exists(self, name: str) -> bool:
        """Look into the listing of a folder; asking each file is slow."""
        path = Path(self.folder, name)
        folder = str(path.parent)
        if folder not in self._listings:
            try:
                with os.scandir(folder) as entries:
                    found = {os.path.normcase(e.name) for e in entries}
            except (OSError, ValueError):
                found = set()
            self._listings[folder] = found
        return os.path.normcase(path.name) in self._listings[folder]


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


def _base_name(name: str) -> str:
    """Cut folders off, of Windows and others."""
    return re.split(r'[\\/]', name)[-1]


def _spellings(name: str) -> Iterator[tuple[str, Optional[str]]]:
    """List the ways in which a name may be meant, the given one first."""
    yield name, None
    slashes = name.replace('\\', '/')
    if slashes != name:
        yield slashes, 'file names with backslashes'
    plain = unquote(slashes)
    if plain != slashes:
        yield plain, 'file names with %-escapes'
    for form in ('NFC', 'NFD'):
        other = unicodedata.normalize(form, plain)
        if other != plain:
            yield other, 'file names in another Unicode form'
