"""The journals of all processes in the folder of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .journal import Journal

RESULTS = ('predictions.jsonl', 'predictions.json', 'images.json')


def open_first_journal(
    out: Path, settings: dict[str, Any], overwrite: bool
) -> Journal:
    """Open the journal of the first process, with what others have left.

    Args:
        out (Path): Folder of the results; made if it is missing.
        settings (dict[str, Any]): From :func:`collect_settings`.
        overwrite (bool): Whether to begin anew.

    Returns:
        Journal: of everything that is noted so far.

    Raises:
        ValueError: If the folder holds results of another kind of run.
    """
    out.mkdir(parents=True, exist_ok=True)
    if overwrite:
        stale = [out / name for name in RESULTS]
        for path in (*stale, *_shards(stale[0])):
            path.unlink(missing_ok=True)
    elif not (out / RESULTS[0]).exists():
        for name in RESULTS[1:]:
            if (out / name).exists():
                raise ValueError(
                    f'{out / name} is there, but no {RESULTS[0]} to go on '
                    'from; choose another --out, or begin anew with '
                    '--overwrite'
                )
    journal = Journal(out / RESULTS[0], settings)
    absorb_others(journal)
    return journal


def absorb_others(journal: Journal) -> None:
    """Take over what other processes have noted, in this run or before.

    Args:
        journal (Journal): Of the first process.
    """
    for path in _shards(journal.path):
        journal.absorb(path)


def _shards(path: Path) -> list[Path]:
    """Find the journals of other processes beside that of the first."""
    return sorted(path.parent.glob(f'{path.stem}.[0-9]*{path.suffix}'))


def open_own_journal(
    out: Path, settings: dict[str, Any], rank: int
) -> Journal:
    """Open the journal of one process.

    Args:
        out (Path): Folder of the results.
        settings (dict[str, Any]): From :func:`collect_settings`.
        rank (int): Number of the process, from 0 on.

    Returns:
        Journal: empty, or for the first process that of all.
    """
    path = out / RESULTS[0]
    own = path.with_suffix(f'.{rank}{path.suffix}') if rank else path
    return Journal(own, settings)
