"""Masked mean squared error in one pass and without saved maps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Optional

import torch
from torch import Tensor

from .utils import at_least_float32

# cells that are worked on at once: on a CPU what its cache holds, elsewhere
# more, since every piece costs some kernels
_CPU_PIECE = 2**20
_PIECE = 2**24


def masked_mse(
    pred: Tensor,
    target: Tensor,
    mask: Tensor,
    channels: Optional[Tensor] = None,
) -> Tensor:
    """Average the squared error over all cells, with 0 where masked.

    Masked cells still count in the denominator, as in the official
    ``HeatmapLoss`` (``lib/core/loss.py``). Beside its arguments the only map
    in memory is the gradient, which exists from the backward pass on.

    Args:
        pred (Tensor): (B, K, h, w), any float type; computed in float32 or
            better.
        target (Tensor): (B, K, h, w), without gradient.
        mask (Tensor): (B, h, w), 1 where the cell counts, bool or float,
            without gradient.
        channels (Tensor, optional): (B, K), 1 where the map of a keypoint
            counts, bool or float, without gradient. Defaults to all.

    Returns:
        Tensor: scalar, which can be differentiated once.

    Raises:
        ValueError: If the target or the mask asks for a gradient.
    """
    if target.requires_grad or mask.requires_grad:
        raise ValueError(
            'targets and masks of the heatmap loss are constants; detach them'
        )
    return _MaskedMSE.apply(pred, target, mask, channels)


class _MaskedMSE(torch.autograd.Function):
    """Keep the arguments, and compute their difference twice."""

    @staticmethod
    def forward(
        ctx: Any,
        pred: Tensor,
        target: Tensor,
        mask: Tensor,
        channels: Optional[Tensor],
    ) -> Tensor:
        """Sum piece by piece."""
        ctx.save_for_backward(pred, target, mask, channels)
        # a device is not asked, as that would mean to wait for it
        ctx.finite = pred.device.type == 'cpu'
        sums = []
        for p, t, m, *c in _pieces(pred, target, mask, channels):
            square = (at_least_float32(p) - t).square_()
            _weigh(square, *c)
            cells = square.sum(1)
            # what is masked may be anything, and nan times 0 is nan
            counted = torch.where(m > 0, cells * m.to(cells.dtype), 0.0)
            sums.append(counted.sum())
            ctx.finite = ctx.finite and bool(cells.isfinite().all())
        return torch.stack(sums).sum() / pred.numel()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
        """Write the gradient of the prediction."""
        # only then is a graph recorded in here
        if torch.is_grad_enabled():
            raise RuntimeError(
                'the heatmap loss cannot be differentiated twice; leave out '
                '`create_graph`'
            )
        pred, target, mask, channels = ctx.saved_tensors
        factor = grad * (2 / pred.numel())
        result = torch.empty_like(pred)
        for p, t, m, out, *c in _pieces(pred, target, mask, result, channels):
            exact = at_least_float32(p)
            # half precisions need a buffer of the sum's type
            same = out.dtype == exact.dtype
            error = out if same else torch.empty_like(exact)
            weights = m.to(exact.dtype) * factor
            torch.sub(exact, t, out=error).mul_(weights[:, None])
            _weigh(error, *c)
            if not ctx.finite:
                error.masked_fill_((m <= 0)[:, None], 0.0)
            if not same:
                out.copy_(error)
        return result, None, None, None


def _weigh(maps: Tensor, channels: Optional[Tensor] = None) -> None:
    """Multiply maps (B, K, h, w) by weights (B, K), if there are any."""
    if channels is not None:
        maps.mul_(channels[..., None, None])


def _pieces(
    first: Tensor, *others: Optional[Tensor]
) -> Iterator[tuple[Tensor, ...]]:
    """Cut maps, the first (B, K, h, w), into groups of images; skip None."""
    maps = [first, *(m for m in others if m is not None)]
    cells = _CPU_PIECE if maps[0].device.type == 'cpu' else _PIECE
    images = max(1, cells * len(maps[0]) // max(1, maps[0].numel()))
    return zip(*(m.split(images) for m in maps))
