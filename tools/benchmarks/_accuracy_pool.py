"""Processes side by side, within a limited time.

A run is a process that counts its steps in the file ``progress`` of its
folder.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Optional

PROGRESS = 'progress'
# between two looks at how fast runs are, and kept free for their tests
LOOK_S, RESERVE_S = 20.0, 45.0


@dataclass
class Job:
    """A run that waits, goes on or is over.

    Attributes:
        arm (str): The trained arm.
        seed (int): Its seed.
        folder (Path): Of the run.
        command (list[str]): Starts it.
        steps (int): How many there are.
    """

    arm: str
    seed: int
    folder: Path
    command: list[str]
    steps: int
    process: Optional[subprocess.Popen] = None
    started: float = 0.0
    looks: list[tuple[float, int]] = field(default_factory=list)

    def start(self, jobs: int, device: str) -> None:
        """Start it, with one thread and its output in ``log.txt``."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {'OMP_NUM_THREADS': '1', 'ACCURACY_JOBS': str(jobs)}
        if device == 'cpu':
            own['CUDA_VISIBLE_DEVICES'] = ''
        self.started = time.monotonic()
        with (self.folder / 'log.txt').open('w') as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **own},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def look(self) -> None:
        """Note how far it is."""
        with contextlib.suppress(OSError, ValueError):
            done = int((self.folder / PROGRESS).read_text())
            self.looks.append((time.monotonic(), done))

    def left_s(self) -> Optional[float]:
        """Seconds until it has trained, at its latest speed, if known."""
        if len(self.looks) < 2:
            return None
        (before, done), (now, more) = self.looks[-2:]
        if more <= done:
            return None if more < self.steps else 0.0
        return (self.steps - more) * (now - before) / (more - done)


class Pool:
    """Run jobs side by side, the first seeds first.

    Within a limited time no job starts that is not expected to end in it, and
    if those that run are too slow the ones of the last seed are ended, so
    that complete sets of arms remain.

    Args:
        jobs (Sequence[Job]): In the order of their start.
        side_by_side (int): How many at once.
        device (str): 'cpu' or 'cuda'.
        budget_s (float, optional): Seconds for all. Defaults to None, no
            limit.
    """

    def __init__(
        self,
        jobs: Sequence[Job],
        side_by_side: int,
        device: str,
        budget_s: Optional[float] = None,
    ) -> None:
        self.waiting = list(jobs)
        self.running: list[Job] = []
        self.side_by_side, self.device = side_by_side, device
        self.budget_s = budget_s
        self.failed: list[Job] = []
        self._begun = self._looked = time.monotonic()
        self._spent: dict[str, float] = {}

    def run(self, on_end: Callable[[Job], None], pause_s: float = 0.5) -> None:
        """Run everything.

        Args:
            on_end (Callable): Called with every job that has succeeded.
            pause_s (float): Between two looks. Defaults to 0.5.
        """
        try:
            while self.waiting or self.running:
                self._start()
                time.sleep(pause_s)
                for job in [j for j in self.running if _ended(j)]:
                    self._end(job, on_end)
                if time.monotonic() - self._looked >= LOOK_S:
                    self._give_way()
        finally:
            for job in self.running:
                _stop(job)

    def _left_s(self) -> float:
        """Seconds that are left for everything."""
        if self.budget_s is None:
            return float('inf')
        return self.budget_s - (time.monotonic() - self._begun)

    def _start(self) -> None:
        """Start what there is room and time for."""
        while self.waiting and len(self.running) < self.side_by_side:
            job = self.waiting[0]
            expected = self._spent.get(
                job.arm, max(self._spent.values(), default=0.0)
            )
            if self._left_s() < expected:
                _say(f'{len(self.waiting)} runs are left for another time')
                self.waiting.clear()
                return
            self.waiting.pop(0).start(self.side_by_side, self.device)
            self.running.append(job)
            _say(f'{job.arm}, seed {job.seed}: started')

    def _end(self, job: Job, on_end: Callable[[Job], None]) -> None:
        """Take note of a job that is over."""
        self.running.remove(job)
        spent = time.monotonic() - job.started
        assert job.process is not None
        if job.process.returncode:
            self.failed.append(job)
            _say(f'{job.arm}, seed {job.seed}: failed, see {job.folder}')
            return
        self._spent[job.arm] = max(spent, self._spent.get(job.arm, 0.0))
        _say(f'{job.arm}, seed {job.seed}: {spent:.0f} s')
        on_end(job)

    def _give_way(self) -> None:
        """End the runs of the last seed if the others come too late."""
        self._looked = time.monotonic()
        for job in self.running:
            job.look()
        seeds = [job.seed for job in self.running]
        if self.budget_s is None or len(set(seeds)) < 2:
            return
        first = [j.left_s() for j in self.running if j.seed == seeds[0]]
        needed = max((s for s in first if s is not None), default=0.0)
        if needed + RESERVE_S < self._left_s():
            return
        last = [job for job in self.running if job.seed == seeds[-1]]
        for job in last:
            _stop(job)
            self.running.remove(job)
        # how slow they were says nothing of their speed from now on
        for job in self.running:
            job.looks.clear()
        _say(f'seed {seeds[-1]}: ended, as all together are too slow')


def _ended(job: Job) -> bool:
    """Tell whether a job is over."""
    return job.process is not None and job.process.poll() is not None


def _stop(job: Job) -> None:
    """End the process of a job."""
    if job.process is not None and job.process.poll() is None:
        job.process.kill()
        job.process.wait()


def _say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)
