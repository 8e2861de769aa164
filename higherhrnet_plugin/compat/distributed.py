"""Distributed runs on machines without an accelerator."""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING, Optional

import torch
import torch.distributed as torch_dist
from torch import nn

if TYPE_CHECKING:
    from mmengine.config import Config

_ENVIRONMENT = (
    'RANK',
    'LOCAL_RANK',
    'WORLD_SIZE',
    'MASTER_ADDR',
    'MASTER_PORT',
)


def init_cpu_process_group(
    launcher: str, timeout: Optional[float] = None
) -> None:
    """Start the gloo process group if there is no accelerator.

    MMEngine's own start-up calls ``torch.cuda.set_device`` whatever the
    backend, and is skipped when a process group exists already. Call this
    before the Runner is built.

    Args:
        launcher: Launcher of the Runner. Only ``'pytorch'`` is handled; for
            any other, and on machines with an accelerator, nothing is done.
        timeout: Seconds that processes wait for each other. Defaults to
            that of torch.

    Raises:
        RuntimeError: If the environment variables that ``torchrun`` sets are
            missing.
    """
    if launcher != 'pytorch' or torch_dist.is_initialized():
        return
    if _has_accelerator():
        return
    missing = [name for name in _ENVIRONMENT if name not in os.environ]
    if missing:
        raise RuntimeError(
            "launcher 'pytorch' expects the environment of torchrun, but "
            f'{", ".join(missing)} is not set; start with torchrun or '
            'tools/dist_train.sh'
        )
    limit = None if timeout is None else dt.timedelta(seconds=timeout)
    torch_dist.init_process_group(backend='gloo', timeout=limit)


def end_process_group() -> None:
    """End the process group of a work that is done, in all processes.

    They wait for each other first. Left to the end of Python, threads of the
    group can abort a process that has done its work. Does nothing without a
    group.
    """
    if torch_dist.is_initialized():
        torch_dist.barrier()
        torch_dist.destroy_process_group()


def use_cpu_model_wrapper(cfg: Config) -> None:
    """Let a Runner of a CPU process group wrap its model.

    MMEngine passes ``device_ids`` to ``DistributedDataParallel``, which
    refuses them for a model on the CPU. Its other settings are kept. Does
    nothing unless the process group is one of CPUs.

    Args:
        cfg: Config of the Runner, changed in place.
    """
    if not torch_dist.is_initialized() or _has_accelerator():
        return
    wrapper = dict(cfg.get('model_wrapper_cfg') or {})
    # The values that MMEngine uses for a config without a wrapper.
    wrapper.setdefault('type', 'MMDistributedDataParallel')
    wrapper.setdefault('broadcast_buffers', False)
    wrapper.setdefault(
        'find_unused_parameters', cfg.get('find_unused_parameters', False)
    )
    wrapper['device_ids'] = None
    cfg.model_wrapper_cfg = wrapper


def require_syncable_norms(
    model: nn.Module, sync_bn: Optional[str] = None
) -> None:
    """Refuse synchronised batch norm in a process group of CPUs.

    torch computes it on accelerators alone. Does nothing unless the process
    group is one of CPUs.

    Args:
        model: The network, before it is wrapped.
        sync_bn: What the Runner will turn its batch norms into.

    Raises:
        ValueError: If a layer is SyncBN, or would become it.
    """
    if not torch_dist.is_initialized() or _has_accelerator():
        return
    # named so by torch and by mmcv
    layers = [
        name
        for name, layer in model.named_modules()
        if type(layer).__name__ == 'SyncBatchNorm'
    ]
    if sync_bn is not None:
        cause = f'sync_bn={sync_bn!r} in the config'
    elif layers:
        cause = f"norm_cfg=dict(type='SyncBN') of {layers[0]}"
    else:
        return
    raise ValueError(
        f'{cause} needs GPUs, and these processes run on the CPU; leave it '
        'out, or use one process'
    )


def _has_accelerator() -> bool:
    """Tell whether MMEngine will find a device other than the CPU."""
    # Late, so that this module can be imported without MMEngine.
    from mmengine.device import get_device

    # MPS has no distributed backend, and MMEngine ends in set_device there.
    return torch.cuda.is_available() or get_device() not in ('cpu', 'mps')
