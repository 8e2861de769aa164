"""Mixed precision without a GPU."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from torch import nn

from ..registry import OPTIM_WRAPPERS


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Compute a training in bfloat16 where its range is enough, on any device.

    MMEngine's ``AmpOptimWrapper`` refuses a CPU. Weights, gradients and
    optimiser stay in float32, so that checkpoints are those of
    ``OptimWrapper``. bfloat16 has float32's range: nothing is scaled.

    Args:
        kwargs: Arguments of ``OptimWrapper``.

    Examples:
        >>> import torch
        >>> from higherhrnet_plugin import BFloat16OptimWrapper
        >>> layer = torch.nn.Linear(2, 1)
        >>> sgd = torch.optim.SGD(layer.parameters(), lr=0.1)
        >>> wrapper = BFloat16OptimWrapper(optimizer=sgd)
        >>> with wrapper.optim_context(layer):
        ...     output = layer(torch.ones(1, 2))
        >>> output.dtype
        torch.bfloat16
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Autocast what is computed within.

        Args:
            model (nn.Module): The trained model, on the device that counts.

        Yields:
            Nothing; the effect ends with the ``with`` block.
        """
        device = next(model.parameters()).device.type
        with (
            super().optim_context(model),
            torch.autocast(device, dtype=torch.bfloat16),
        ):
            yield
