"""Masked mean squared error of heatmaps at every resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

from torch import Tensor, nn

from ...registry import MODELS
from .masked_mse import masked_mse
from .utils import per_level


@MODELS.register_module()
class MultiResolutionHeatmapLoss(nn.Module):
    """Sum the heatmap errors of all levels.

    Source: HigherHRNet, section 3.3; ``HeatmapLoss`` and
    ``MultiLossFactory`` in ``lib/core/loss.py`` of the official code.

    Args:
        loss_weight (float | Sequence[float]): One for all levels or one for
            each. Defaults to 1.
        supervise_empty (bool): Whether maps of keypoints that nobody in the
            image has labelled are background. Otherwise they do not count,
            as in MMPose 0.x for whole bodies, and as is right where a data
            set lacks keypoints. Defaults to True, the official loss.
    """

    def __init__(
        self,
        loss_weight: Union[float, Sequence[float]] = 1.0,
        supervise_empty: bool = True,
    ) -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.supervise_empty = supervise_empty

    def forward(
        self,
        preds: Sequence[Tensor],
        targets: Sequence[Tensor],
        masks: Sequence[Tensor],
    ) -> list[Tensor]:
        """Compute the weighted loss of every level.

        Args:
            preds (Sequence[Tensor]): (B, K, h, w) of every level.
            targets (Sequence[Tensor]): (B, K, h, w) of every level.
            masks (Sequence[Tensor]): (B, h, w) of every level, 1 where cells
                count.

        Returns:
            list[Tensor]: a scalar for every level, mean over the batch.

        Raises:
            ValueError: If the numbers of levels or the shapes differ.
        """
        if not len(preds) == len(targets) == len(masks):
            raise ValueError(
                f'the head gives {len(preds)} levels, the targets have '
                f'{len(targets)} and the masks {len(masks)}; `num_deconvs` of '
                'the head must be one less than the levels in `heatmap_sizes` '
                'or `strides` of the codec, which it is by default'
            )
        weights = per_level('loss_weight', self.loss_weight, len(preds))
        losses = []
        for i, (pred, target, mask) in enumerate(zip(preds, targets, masks)):
            if pred.ndim != 4 or not pred.numel():
                raise ValueError(
                    f'level {i}: expected heatmaps (B, K, h, w) of at least '
                    f'one image, got {tuple(pred.shape)}'
                )
            if pred.shape != target.shape:
                raise ValueError(
                    f'level {i}: the head gives heatmaps (B, K, h, w) of '
                    f'{tuple(pred.shape)}, the targets have '
                    f'{tuple(target.shape)}; check `num_keypoints` of the '
                    'head, and `input_size` and `heatmap_sizes` of the codec'
                )
            if mask.shape != (pred.shape[0], *pred.shape[2:]):
                raise ValueError(
                    f'level {i}: expected a mask (B, h, w) for heatmaps of '
                    f'{tuple(pred.shape)}, got {tuple(mask.shape)}'
                )
            labelled = None
            if not self.supervise_empty:
                labelled = target.flatten(2).amax(2) > 0
            loss = masked_mse(pred, target, mask, labelled)
            losses.append(weights[i] * loss)
        return losses
