"""Commands in fresh processes, as a user runs them."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, Optional

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    """Find a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


def run_python(
    *args: object,
    cwd: Optional[Path] = None,
    timeout: Optional[float] = None,
    **environment: str,
) -> subprocess.CompletedProcess:
    """Run Python in a fresh process that finds the source tree.

    Args:
        args: Arguments of Python.
        cwd: Folder to run in. Defaults to the one of the tests.
        timeout: Seconds after which it is an error.
        environment: Variables beside those of this process.

    Returns:
        CompletedProcess: with the output as text, also after a failure.
    """
    return subprocess.run(
        [sys.executable, *map(str, args)],
        cwd=cwd,
        env={
            **os.environ,
            'PYTHONPATH': str(ROOT),
            # several tests run side by side
            'OMP_NUM_THREADS': '1',
            **environment,
        },
        capture_output=True,
        text=True,
        encoding='utf-8',
        timeout=timeout,
        check=False,
    )


def run_tool(
    tool: str, *args: object, **options: Any
) -> subprocess.CompletedProcess:
    """Run a script of ``tools``, named by its path there.

    Args:
        tool: Such as 'analysis_tools/report.py'.
        args: Its arguments.
        options: Of :func:`run_python`.

    Returns:
        CompletedProcess: with the output as text, also after a failure.
    """
    return run_python(ROOT / 'tools' / tool, *args, **options)
