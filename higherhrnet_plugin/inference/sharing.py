"""Processes that share the inputs of one run, by MMEngine's engines.

Who has not imported them has joined nobody, and is alone.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Optional, TypeVar

if TYPE_CHECKING:
    import torch

Item = TypeVar('Item')
# processes wait for the slowest one, whose last video may be long
_PATIENCE = 7 * 24 * 3600


def join(launcher: str, device: Optional[str]) -> torch.device:
    """Join the other processes of a run, and choose a device.

    Args:
        launcher (str): 'none', 'pytorch' (torchrun), 'slurm' or 'mpi'.
        device (str, optional): Device of torch. Defaults to the GPU that
            belongs to this process if torch sees one, else the CPU.

    Returns:
        torch.device: the device of this process.

    Raises:
        ValueError: If torch does not know the device, or the launcher needs
            GPUs.
        RuntimeError: If torchrun has not started this process.
    """
    # late, as exported files run without
    import torch
    from mmengine import dist
    from torch.distributed import is_initialized

    from ..compat.distributed import init_cpu_process_group
    from .model import choose_device

    chosen = choose_device(device)
    if launcher == 'none':
        return chosen
    init_cpu_process_group(launcher, _PATIENCE)
    if not is_initialized():
        if not torch.cuda.is_available():
            raise ValueError(
                f'--launcher {launcher} needs GPUs; on machines without one '
                'start the processes by torchrun, with --launcher pytorch'
            )
        # they exchange a few words only, which need no GPU
        dist.init_dist(launcher, backend='gloo', timeout=_PATIENCE)
    if str(chosen) == 'cuda':
        return torch.device('cuda', torch.cuda.current_device())
    return chosen


def leave() -> None:
    """Part from the other processes, once all are done."""
    if _rank_and_size()[1] > 1:
        from ..compat.distributed import end_process_group

        end_process_group()


def is_first() -> bool:
    """Tell whether this process speaks for all.

    Returns:
        bool: whether it is the first, or the only one.
    """
    return rank() == 0


def rank() -> int:
    """Tell the number of this process.

    Returns:
        int: from 0.
    """
    return _rank_and_size()[0]


def own_share(items: Sequence[Item]) -> list[Item]:
    """Choose the items of this process.

    Args:
        items (Sequence): The same in all processes.

    Returns:
        list: every n-th of them, of n processes.
    """
    own, size = _rank_and_size()
    return list(items[own::size])


def gather(value: Any) -> list[Any]:
    """Collect a value from every process, in all of them.

    Args:
        value (Any): Of this process.

    Returns:
        list: in the order of the processes; of one that is alone, its own.
    """
    dist: Any = sys.modules.get('mmengine.dist')
    return [value] if dist is None else dist.all_gather_object(value)


def _rank_and_size() -> tuple[int, int]:
    """Tell the number of this process, and how many there are."""
    dist: Any = sys.modules.get('mmengine.dist')
    return (0, 1) if dist is None else dist.get_dist_info()
