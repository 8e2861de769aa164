"""Memory of a command and of its processes, seen from outside.

Counts what they have written (anonymous and shared memory), each page once
among all that share it. Files such as libraries do not count, as other
programs may share them. Linux alone tells it.
"""

from __future__ import annotations

import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Callable, NamedTuple


class Sample(NamedTuple):
    """Memory at one moment.

    Attributes:
        done: Iterations or images so far.
        mib: Memory of all processes of the command, MiB.
        main: That of the first of them.
    """

    done: int
    mib: float
    main: float


def watch(
    command: Sequence[str],
    count: Callable[[], int],
    log: Path,
    environment: dict[str, str],
    interval_s: float = 0.5,
) -> list[Sample]:
    """Run a command, and look at it again and again.

    Args:
        command: What to run.
        count: Tells how far it is.
        log: For what it prints; beside it, ``.memory`` gets what is seen.
        environment: Its variables.
        interval_s: Between two looks.

    Returns:
        What was seen.

    Raises:
        SystemExit: If the command fails.
    """
    samples = []
    lines = log.with_suffix('.memory')
    with log.open('w') as file, lines.open('w') as seen:
        process = subprocess.Popen(
            list(command),
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
        )
        while process.poll() is None:
            main, *others = tree_memory(process.pid) or [0.0]
            samples.append(Sample(count(), main + sum(others), main))
            seen.write(f'{" ".join(map(str, samples[-1]))}\n')
            seen.flush()
            time.sleep(interval_s)
    if process.returncode:
        raise SystemExit(f'error: {command[1]} failed, see {log}')
    return samples


def tree_memory(pid: int) -> list[float]:
    """Read the memory of a process and of those it has started.

    Args:
        pid: The process.

    Returns:
        MiB of each, its own first; none where it has ended.
    """
    folder = Path('/proc', str(pid))
    try:
        text = folder.joinpath('smaps_rollup').read_text()
        children = [
            int(child)
            for file in folder.glob('task/*/children')
            for child in file.read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []
    kib = [
        int(line.split()[1])
        for line in text.splitlines()
        if line.startswith(('Pss_Anon:', 'Pss_Shmem:'))
    ]
    found = [sum(kib) / 2**10]
    for child in children:
        found += tree_memory(child)
    return found


def growth(samples: Sequence[Sample], total: int) -> float:
    """Compare the last fifth of a run with its second one.

    Args:
        samples: What was seen.
        total: Iterations or images of the whole run.

    Returns:
        MiB, the difference of the medians.

    Raises:
        SystemExit: If one of the fifths has no sample.
    """
    fifths = [
        [s.mib for s in samples if low <= 5 * s.done / total <= low + 1]
        for low in (1, 4)
    ]
    if not all(fifths):
        raise SystemExit('error: too short to be watched; let it run longer')
    early, late = map(statistics.median, fifths)
    return late - early


def to_table(samples: Sequence[Sample], total: int, unit: str) -> str:
    """Show ten moments of a run.

    Args:
        samples: What was seen.
        total: Iterations or images of the whole run.
        unit: What is counted.

    Returns:
        Markdown.
    """
    lines = [
        f'| {unit} | all processes, MiB | the first, MiB |',
        '| ---: | ---: | ---: |',
    ]
    for tenth in range(1, 11):
        after = [s for s in samples if s.done >= tenth * total / 10]
        if after:
            done, mib, main = after[0]
            lines.append(f'| {done} | {mib:.0f} | {main:.0f} |')
    return '\n'.join(lines)
