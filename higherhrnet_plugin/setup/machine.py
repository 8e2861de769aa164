"""What the machine has that trains."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

import torch

# where the system does not tell
_SOME_MEMORY = 4 << 30


class Machine(NamedTuple):
    """What decides how large a network and its batches may be.

    Attributes:
        gpu: Name of the first GPU, or '' if the CPU trains.
        memory: Bytes that are free there.
        cores: Cores of the CPU.
    """

    gpu: str
    memory: int
    cores: int


def find_machine() -> Machine:
    """Look at this machine.

    Returns:
        Machine: with the free memory of the GPU, or of the machine without
        one.
    """
    cores = os.cpu_count() or 1
    if torch.cuda.is_available():
        free, _ = torch.cuda.mem_get_info()
        return Machine(torch.cuda.get_device_name(), free, cores)
    return Machine('', _free_memory(), cores)


def _free_memory() -> int:
    """Return the bytes that programs can have."""
    try:
        # with what the system would give back
        text = Path('/proc/meminfo').read_text()
        found = re.search(r'^MemAvailable: +(\d+) kB', text, re.M)
        if found:
            return int(found[1]) << 10
    except OSError:
        pass
    try:
        pages = os.sysconf('SC_PHYS_PAGES')
        return pages * os.sysconf('SC_PAGE_SIZE') // 2
    except (AttributeError, OSError, ValueError):
        return _SOME_MEMORY
