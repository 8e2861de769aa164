"""Peak memory of one way to decode, in a process of its own.

``tracemalloc`` does not see torch's memory, so the highest resident size of
the process is read, less what is resident before the call, when all imports
and inputs are there. ``resource.getrusage`` would begin with the peak of the
parent process. Linux alone has these files.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable


def added_memory(run: Callable[[], Any]) -> float:
    """Call a function and measure its peak.

    Args:
        run (Callable): The function.

    Returns:
        float: MiB above what was resident before.
    """
    # what was freed, but kept for later, would be used and not counted
    trim = getattr(ctypes.CDLL(None), 'malloc_trim', None)
    if trim is not None:
        trim(0)
    # 5 sets the peak back to what is resident now
    Path('/proc/self/clear_refs').write_text('5')
    before = _resident('VmRSS')
    run()
    return _resident('VmHWM') - before


def _resident(key: str) -> float:
    """Read one figure of this process, MiB."""
    for line in Path('/proc/self/status').read_text().splitlines():
        if line.startswith(key):
            return int(line.split()[1]) / 2**10
    raise SystemExit(f'error: /proc/self/status has no {key}')


def measure_apart(script: str, *arguments: str) -> float:
    """Run a script that prints :func:`added_memory` in another process.

    Args:
        script (str): Path of the script.
        *arguments (str): Its arguments.

    Returns:
        float: the last number it prints.
    """
    done = subprocess.run(
        [sys.executable, script, *arguments],
        check=True,
        capture_output=True,
        text=True,
    )
    return float(done.stdout.split()[-1])
