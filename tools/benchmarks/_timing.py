"""Alternating measurements, and how they are written down."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

import cv2
import torch
from tqdm import tqdm


class Row(NamedTuple):
    """One line of the table.

    Attributes:
        workload (str): What was done.
        ours (float): Median in milliseconds.
        peers (dict[str, float]): Median of each peer in milliseconds.
        ratios (dict[str, float]): Median over the rounds of peer / ours.
        note (str): What was checked, or how large the input was.
    """

    workload: str
    ours: float
    peers: dict[str, float]
    ratios: dict[str, float]
    note: str = ''


def use_one_thread() -> None:
    """Let torch and OpenCV work in one thread, as loader workers do."""
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


def compare(
    workload: str,
    ours: Callable[[], Any],
    peers: dict[str, Callable[[], Any]],
    rounds: int = 9,
    note: str = '',
    wall: bool = False,
) -> Row:
    """Time functions in turn, round by round.

    Args:
        workload (str): Name of the row.
        ours (Callable): What is measured.
        peers (dict[str, Callable]): What it is compared with.
        rounds (int): Measured rounds, after one that warms up. Defaults to 9.
        note (str): Remark. Defaults to ''.
        wall (bool): Take the time of the clock, which work on a GPU needs,
            and not the CPU time of this process. Defaults to False.

    Returns:
        Row: medians of the times, and of the ratios.
    """
    clock = time.perf_counter if wall else time.process_time
    functions = {'': ours, **peers}
    times: dict[str, list[float]] = {name: [] for name in functions}
    for turn in tqdm(range(rounds + 1), desc=workload, leave=False):
        for name, function in functions.items():
            start = clock()
            function()
            if turn:
                times[name].append(1e3 * (clock() - start))
    own = times.pop('')
    return Row(
        workload,
        statistics.median(own),
        {name: statistics.median(spent) for name, spent in times.items()},
        {
            name: statistics.median(p / o for p, o in zip(spent, own))
            for name, spent in times.items()
        },
        note,
    )


def describe_machine() -> dict[str, str]:
    """Return processor, threads and versions."""
    from mmengine.utils.dl_utils import collect_env

    found = collect_env()
    return {
        'processor': _processor(),
        'threads': str(torch.get_num_threads()),
        'python': platform.python_version(),
        'torch': torch.__version__,
        'opencv': cv2.__version__,
        'gpu': str(found.get('GPU 0', 'none')),
    }


def _processor() -> str:
    """Return the name of the processor."""
    path = Path('/proc/cpuinfo')
    if path.is_file():
        for line in path.read_text().splitlines():
            if line.startswith('model name'):
                return line.split(':', 1)[1].strip()
    return platform.processor() or platform.machine()


def to_markdown(rows: Sequence[Row]) -> str:
    """Write rows of equal peers as a Markdown table.

    Args:
        rows (Sequence[Row]): The rows.

    Returns:
        str: the table.
    """
    names = list(rows[0].peers)
    titles = ['Workload', 'ours, ms']
    titles += [f'{name}, ms' for name in names]
    titles += [f'{name} / ours' for name in names]
    titles += ['Note']
    lines = [titles, ['---', *['---:'] * (1 + 2 * len(names)), '---']]
    for row in rows:
        cells = [row.workload, f'{row.ours:.2f}']
        cells += [f'{row.peers[name]:.2f}' for name in names]
        cells += [f'{row.ratios[name]:.1f}' for name in names]
        lines.append([*cells, row.note])
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def save(path: str, rows: Sequence[Row]) -> None:
    """Write rows and the machine as JSON.

    Args:
        path (str): The file.
        rows (Sequence[Row]): The rows.
    """
    content = {
        'machine': describe_machine(),
        'rows': [row._asdict() for row in rows],
    }
    Path(path).write_text(json.dumps(content, indent=2) + '\n')
