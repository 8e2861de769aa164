"""Files that are never seen half written."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, whole or not at all.

    Args:
        path (Path): Replaced where it exists.
        content (bytes): All of it.

    Raises:
        OSError: If it cannot be written; nothing is left behind then.
    """
    # a name of its own may be too long for another suffix
    part = path.with_name('.part')
    try:
        part.write_bytes(content)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
