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
    # unique among threads and machines; the name may be too long for a suffix
    part = path.with_name(f'.{uuid.uuid4().hex}.part')
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


def remove_leftovers(folder: Path) -> list[Path]:
    """Remove what killed processes had not finished writing.

    Args:
        folder (Path): No other process may be writing there.

    Returns:
        list[Path]: what was removed.
    """
    found = [p for p in folder.glob('.*.part') if _PART.fullmatch(p.name)]
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
