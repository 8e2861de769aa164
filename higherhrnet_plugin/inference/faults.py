"""Faults of one result, which never end a run."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator

# nothing can be written any more
_FULL = (errno.ENOSPC, errno.EDQUOT)


def describe_error(error: Exception) -> str:
    """Describe an error in one line.

    Args:
        error (Exception): Any.

    Returns:
        str: its text, or its name where it has none.
    """
    return ' '.join(str(error).split()) or type(error).__name__


@contextlib.contextmanager
def note_fault(faults: list[str], what: str) -> Iterator[None]:
    """Turn any error into a note, but for a full disk.

    Args:
        faults (list[str]): Gets the note.
        what (str): What is not done then, as in 'the picture is not
            written'.

    Yields:
        None
    """
    try:
        yield
    except Exception as error:
        # whatever it is, only this result is lost
        if getattr(error, 'errno', None) in _FULL:
            raise
        faults.append(f'{what}: {describe_error(error)}')
