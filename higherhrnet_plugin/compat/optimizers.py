"""Settings of optimisers that an older torch does not have on a CPU."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import torch

from higherhrnet_plugin.compat.versions import torch_version

if TYPE_CHECKING:
    from mmengine.config import Config

# The first torch whose Adam can be fused on a CPU.
_FUSED_ON_CPU = (2, 4)


def drop_unsupported_fused(cfg: Config) -> None:
    """Take ``fused=True`` out of the optimiser where torch refuses it.

    Below torch 2.4 the fused optimisers need an accelerator, and the first
    step raises ``RuntimeError``. Without it the step is the same up to
    rounding, only slower. A warning says so.

    Args:
        cfg: Config of the Runner, changed in place.
    """
    optimizer = (cfg.get('optim_wrapper') or {}).get('optimizer') or {}
    if not optimizer.get('fused'):
        return
    if torch_version() >= _FUSED_ON_CPU or torch.cuda.is_available():
        return
    optimizer['fused'] = False
    warnings.warn(
        'optim_wrapper.optimizer.fused=True is left out: torch '
        f'{torch.__version__} has no fused optimiser for the CPU (2.4 has)',
        stacklevel=2,
    )
