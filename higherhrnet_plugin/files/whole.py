"""Files that are never seen half written."""

from __future__ import annotations

import os
import re
import uuid
from pathlib import Path
from typing import Union

# numbers are those of processes, by earlier versions
_PART = re.compile(r'\.([0-9a-f]{32}|\d+)\.part')


def write_whole(
    path: Path, content: Union[bytes, memoryview, str], sync: bool = False
) -> None:
    """Write a file, whole or not at all.

    It is written beside, under another name, and renamed. A process that is
    killed leaves the other name behind, see :func:`remove_leftovers`.

    Args:
        path (Path): Replaced where it exists; folders are created.
        content (bytes | memoryview | str): All of it; text in UTF-8.
        sync (bool): Wait until it is on the disk, so that it also outlives
            the machine. Defaults to False.

    Raises:
        OSError: If it cannot be written; nothing is left behind then, and a
            file of that name stays as it was.
    """
    part = part_of(path)
    if isinstance(content, str):
        content = content.encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with part.open('wb') as file:
            file.write(content)
            if sync:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
        if sync:
            _sync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def part_of(path: Path) -> Path:
    """Name what is written before it gets its name.

    Args:
        path (Path): The file that it will be.

    Returns:
        Path: in the same folder, and no other's in any thread or process, on
        any machine. It is short, as the other name may be as long as can be.
    """
    return path.with_name(f'.{uuid.uuid4().hex}.part')


def remove_leftovers(folder: Path, below: bool = False) -> list[Path]:
    """Remove what killed processes had not finished writing.

    Args:
        folder (Path): No other process may be writing there.
        below (bool): Whether to search the folders below, too. Defaults to
            False.

    Returns:
        list[Path]: what was removed.
    """
    names = (folder.rglob if below else folder.glob)('.*.part')
    found = [path for path in names if _PART.fullmatch(path.name)]
    for part in found:
        part.unlink(missing_ok=True)
    return found


def _sync_folder(folder: Path) -> None:
    """Put names on the disk, where a system can."""
    if os.name != 'posix':
        return
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
