"""Masked mean squared error of heatmaps at every resolution."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

import torch
from torch import Tensor, nn

from ...registry import MODELS
from .adaptive import cell_weight, learned_target, masked_mean, scale_target
from .heatmap_checks import (
    BETA,
    GAMMAS,
    SIGMA_WEIGHT,
    check_options,
    check_shapes,
)
from .masked_mse import masked_mse
from .utils import at_least_float32, per_level


@MODELS.register_module()
class MultiResolutionHeatmapLoss(nn.Module):
    """Sum the heatmap errors of all levels.

    Source: HigherHRNet, section 3.3; ``HeatmapLoss`` and
    ``MultiLossFactory`` in ``lib/core/loss.py`` of the official code. What is
    off by default: scale-adaptive heatmap regression (Luo et al., CVPR 2021),
    coupled embedding (Wang et al., ECCV 2022) and the focal L2 loss of
    SimplePose (Li et al., AAAI 2020).

    Args:
        loss_weight (float | Sequence[float]): One for all levels or one for
            each. Defaults to 1.
        supervise_empty (bool): Whether maps of keypoints that nobody in the
            image has labelled are background. Otherwise they do not count,
            as in MMPose 0.x for whole bodies, and as is right where a data
            set lacks keypoints. Defaults to True, the official loss.
        sigma (str): What the width of targets follows: 'fixed' is what the
            codec draws, also where that follows boxes (``sigma_box_size``);
            'learned' adds a branch to the head, in training alone; 'tags' is
            the size that tags of several dimensions tell, which
            ``scale_weight`` of the tag loss teaches them. Defaults to
            'fixed'.
        weight (str, optional): How the error of a cell counts: 'wahr',
            'residual', 'coupled' or 'focal_l2', as :func:`.cell_weight`
            describes them. Defaults to None, all alike.
        gamma (float, optional): Exponent of the weight. Defaults to that of
            its authors: 0.01, and 1 for 'focal_l2'.
        detach_weight (bool): Whether no gradient runs through the weight.
            Defaults to False, as published.
        sigma_weight (float): Of the square of what 'learned' learns, which
            keeps targets near the drawn ones. Defaults to 1.
        beta (float): With 'tags', the scale of a person, as a share of the
            input, that keeps the drawn sigma. Defaults to 0.4, for COCO;
            0.55 is published for CrowdPose.

    Raises:
        ValueError: If ``sigma`` or ``weight`` is unknown, a number out of
            its range, or an option set that nothing reads.

    Examples:
        >>> import torch
        >>> from higherhrnet_plugin import MultiResolutionHeatmapLoss
        >>> loss = MultiResolutionHeatmapLoss()
        >>> ones, zeros = torch.ones(1, 5, 4, 4), torch.zeros(1, 5, 4, 4)
        >>> [v.item() for v in loss([ones], [zeros], [torch.ones(1, 4, 4)])]
        [1.0]
    """

    def __init__(
        self,
        loss_weight: Union[float, Sequence[float]] = 1.0,
        supervise_empty: bool = True,
        sigma: str = 'fixed',
        weight: Optional[str] = None,
        gamma: Optional[float] = None,
        detach_weight: bool = False,
        sigma_weight: float = SIGMA_WEIGHT,
        beta: float = BETA,
    ) -> None:
        super().__init__()
        check_options(sigma, weight, gamma, detach_weight, sigma_weight, beta)
        self.loss_weight = loss_weight
        self.supervise_empty = supervise_empty
        self.sigma = sigma
        self.weight = weight
        self.gamma = GAMMAS.get(weight or '') if gamma is None else gamma
        self.detach_weight = detach_weight
        self.sigma_weight = sigma_weight
        self.beta = beta

    def forward(
        self,
        preds: Sequence[Tensor],
        targets: Sequence[Tensor],
        masks: Sequence[Tensor],
        scales: Optional[Sequence[Tensor]] = None,
    ) -> list[Tensor]:
        """Compute the weighted loss of every level.

        Args:
            preds (Sequence[Tensor]): (B, K, h, w) of every level.
            targets (Sequence[Tensor]): (B, K, h, w) of every level.
            masks (Sequence[Tensor]): (B, h, w) of every level, 1 where cells
                count.
            scales (Sequence[Tensor], optional): With 'learned' the output of
                the branch, (B, K, h, w) of every level; with 'tags' the scale
                of a person, (B, K or 1, h, w).

        Returns:
            list[Tensor]: a scalar for every level, mean over the batch.

        Raises:
            ValueError: If the numbers of levels or the shapes differ, or
                scales are missing.
        """
        self._check(preds, targets, masks, scales)
        weights = per_level('loss_weight', self.loss_weight, len(preds))
        losses = []
        for i, (pred, target, mask) in enumerate(zip(preds, targets, masks)):
            labelled = self._labelled(target)
            if self.sigma == 'fixed' and self.weight is None:
                loss = masked_mse(pred, target, mask, labelled)
            else:
                scale = None if scales is None else scales[i]
                loss = self._adaptive(pred, target, mask, labelled, scale)
            losses.append(weights[i] * loss)
        return losses

    def sigma_losses(
        self,
        scales: Sequence[Tensor],
        targets: Sequence[Tensor],
        masks: Sequence[Tensor],
    ) -> list[Tensor]:
        """Compute what holds learned widths near the drawn ones.

        Args:
            scales (Sequence[Tensor]): Output of the branch, (B, K, h, w) of
                every level.
            targets (Sequence[Tensor]): As in :meth:`forward`.
            masks (Sequence[Tensor]): As in :meth:`forward`.

        Returns:
            list[Tensor]: a scalar for every level, mean over the batch.
        """
        weights = per_level('loss_weight', self.loss_weight, len(scales))
        losses = []
        for i, (scale, target, mask) in enumerate(zip(scales, targets, masks)):
            target = at_least_float32(target)
            counted = _counted(mask, self._labelled(target), target)
            shift = _shift(scale, target, counted)
            square = masked_mean(shift.square(), counted)
            losses.append(weights[i] * self.sigma_weight * square)
        return losses

    def _labelled(self, target: Tensor) -> Optional[Tensor]:
        """Tell which maps (B, K) count, unless all do."""
        if self.supervise_empty:
            return None
        return target.flatten(2).amax(2) > 0

    def _adaptive(
        self,
        pred: Tensor,
        drawn: Tensor,
        mask: Tensor,
        labelled: Optional[Tensor],
        scale: Optional[Tensor],
    ) -> Tensor:
        """Compute the loss of a level with a target or a weight of its own."""
        drawn = at_least_float32(drawn)
        counted = _counted(mask, labelled, drawn)
        # what is masked may be anything, and nan times 0 is nan
        pred = torch.where(counted > 0, at_least_float32(pred), 0.0)
        target = drawn
        if scale is not None and self.sigma == 'learned':
            target = learned_target(drawn, _shift(scale, drawn, counted))
        elif scale is not None and self.sigma == 'tags':
            target = scale_target(drawn, at_least_float32(scale), self.beta)
        error = (pred - target).square()
        if self.weight is not None and self.gamma is not None:
            weight = cell_weight(self.weight, pred, drawn, target, self.gamma)
            error = error * (weight.detach() if self.detach_weight else weight)
        return masked_mean(error, counted)

    def _check(
        self,
        preds: Sequence[Tensor],
        targets: Sequence[Tensor],
        masks: Sequence[Tensor],
        scales: Optional[Sequence[Tensor]],
    ) -> None:
        """Raise ValueError where the arguments do not fit."""
        if not len(preds) == len(targets) == len(masks):
            raise ValueError(
                f'the head gives {len(preds)} levels, the targets have '
                f'{len(targets)} and the masks {len(masks)}; `num_deconvs` of '
                'the head must be one less than the levels in `heatmap_sizes` '
                'or `strides` of the codec, which it is by default'
            )
        if (scales is None) != (self.sigma == 'fixed'):
            raise ValueError(
                f'`sigma` of the heatmap loss is {self.sigma!r}, and the head '
                f'gives {"no" if scales is None else "needless"} scales'
            )
        for i, shapes in enumerate(zip(preds, targets, masks)):
            check_shapes(i, *shapes)


def _counted(mask: Tensor, labelled: Optional[Tensor], like: Tensor) -> Tensor:
    """Join a mask (B, h, w) and maps (B, K) that count to weights."""
    counted = mask[:, None].to(like.dtype)
    if labelled is not None:
        counted = counted * labelled[..., None, None]
    return counted


def _shift(scale: Tensor, drawn: Tensor, counted: Tensor) -> Tensor:
    """Leave the exponent only where a target is, and counts."""
    return torch.where(
        (drawn > 0) & (counted > 0), at_least_float32(scale), 0.0
    )
