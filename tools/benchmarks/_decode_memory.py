"""Peak memory of one way to decode, in a process of its own.

``tracemalloc`` does not see torch's memory, so the highest resident size of
the process is read (``resource.getrusage``), less what is resident before
the first call, when all imports and inputs are there.
"""

from __future__ import annotations

import resource
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
    pages = int(Path('/proc/self/statm').read_text().split()[1])
    before = pages * resource.getpagesize() / 2**20
    run()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    return peak - before


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
