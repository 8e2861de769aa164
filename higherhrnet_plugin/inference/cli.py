"""The command: from its arguments to its exit code."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, Optional, TypeVar, cast

from ..runtime.kinds import is_exported
from .job import Job, say
from .options import parse_args
from .sharing import gather, is_first, join, leave

Result = TypeVar('Result')

# what a config, a checkpoint or an option can be wrong in
_BAD_USAGE = (
    AttributeError,
    ImportError,
    KeyError,
    OSError,
    SyntaxError,
    RuntimeError,
    TypeError,
    ValueError,
)


def main(argv: Optional[Sequence[str]] = None) -> int:
    """Run the command.

    Args:
        argv (Sequence[str], optional): Arguments. Defaults to those of the
            process.

    Returns:
        int: exit code: 0 all fine, 1 some inputs failed, 2 bad usage, 3
        stopped by a full disk or the like, 130 by the keyboard.
    """
    args = parse_args(argv)
    try:
        device, wanted = None, args.device
        exported = is_exported(args.config)
        if exported and wanted is None:
            # also where torch, which is needed to join, sees a GPU
            wanted = 'cpu'
        if args.launcher != 'none' or not exported:
            device = join(args.launcher, wanted)
        job = _agree(lambda: Job(args, device))
        _agree(job.prepare_folder)
        _agree(job.open_journal)
    except _BAD_USAGE as error:
        if is_first():
            say(f'error: {_describe(error)}', sys.stderr)
        if isinstance(error, ValueError):
            # agreed on; torchrun would end the first before it has spoken
            leave()
        return 2
    try:
        with contextlib.closing(job.journal):
            summary = job.run()
    except KeyboardInterrupt:
        print('stopped; the same command goes on', file=sys.stderr)
        return 130
    except OSError as error:
        say(f'stopped: {error}; the same command goes on', sys.stderr)
        return 3
    if is_first():
        say('\n'.join(summary.lines()))
        say(f'results: {Path(args.out) / "predictions.json"}')
    leave()
    return 1 if summary.failures else 0


def _agree(step: Callable[[], Result]) -> Result:
    """Take a step in all processes; where one fails, all do."""
    result, fault = None, ''
    try:
        result = step()
    except _BAD_USAGE as error:
        fault = _describe(error)
        if len(faults := gather(fault)) == 1:
            raise
    else:
        faults = gather(fault)
    if any(faults):
        raise ValueError(next(filter(None, faults)))
    return cast(Result, result)


def _describe(error: Exception) -> str:
    """Describe an error of the start in one line."""
    if isinstance(error, (OSError, ValueError)):
        return str(error)
    return f'cannot start: {error!r}'
