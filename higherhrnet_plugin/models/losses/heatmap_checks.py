"""Checks of the heatmap loss: its options and the maps that it is given."""

from __future__ import annotations

from typing import Optional

from torch import Tensor

SIGMAS = ('fixed', 'learned', 'tags')
# exponents of the weights, as their authors have them
GAMMAS = {'wahr': 0.01, 'residual': 0.01, 'coupled': 0.01, 'focal_l2': 1.0}
# what they are unless told, and where nothing reads them
SIGMA_WEIGHT = 1.0
BETA = 0.4


def check_options(
    sigma: str,
    weight: Optional[str],
    gamma: Optional[float],
    detach_weight: bool,
    sigma_weight: float,
    beta: float,
) -> None:
    """Check the options; ``MultiResolutionHeatmapLoss`` describes them.

    Raises:
        ValueError: If one is out of its range, or nothing reads it.
    """
    if sigma not in SIGMAS:
        hint = '; for boxes set `codec.sigma_box_size`' * (sigma == 'person')
        raise ValueError(
            f'`sigma` must be one of {list(SIGMAS)}, got {sigma!r}{hint}'
        )
    if weight is not None and weight not in GAMMAS:
        raise ValueError(
            f'`weight` must be None or one of {list(GAMMAS)}, got {weight!r}'
        )
    # below 1 the gradient of the focal weight is not finite
    least = 1.0 if weight == 'focal_l2' else 0.0
    if gamma is not None and not gamma >= least:
        raise ValueError(f'`gamma` must be at least {least}, got {gamma}')
    if not beta > 0:
        raise ValueError(f'`beta` must be positive, got {beta}')
    if not sigma_weight >= 0:
        raise ValueError(
            f'`sigma_weight` must not be negative, got {sigma_weight}'
        )
    if weight is None:
        reader = f'a `weight`, one of {list(GAMMAS)},'
        _refuse_unread('gamma', gamma, None, reader)
        _refuse_unread('detach_weight', detach_weight, False, reader)
    if sigma != 'learned':
        reader = "`sigma='learned'`"
        _refuse_unread('sigma_weight', sigma_weight, SIGMA_WEIGHT, reader)
    if sigma != 'tags':
        _refuse_unread('beta', beta, BETA, "`sigma='tags'`")


def _refuse_unread(
    key: str, value: object, default: object, reader: str
) -> None:
    """Refuse an option that is set, but would change nothing."""
    if value != default:
        raise ValueError(
            f'`{key}` of the heatmap loss is {value}, which {reader} alone '
            f'reads; set that, too, or leave `{key}` at {default}'
        )


def check_shapes(i: int, pred: Tensor, target: Tensor, mask: Tensor) -> None:
    """Check that the maps of a level fit.

    Args:
        i (int): The level.
        pred (Tensor): (B, K, h, w).
        target (Tensor): (B, K, h, w).
        mask (Tensor): (B, h, w).

    Raises:
        ValueError: If they do not.
    """
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
