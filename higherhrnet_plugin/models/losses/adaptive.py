"""Targets and weights of heatmaps that adapt to what the network predicts.

Note:
    - B: images, K: keypoints, L: tags of a keypoint
    - G: K, or 1 where all keypoints share their tags
    - (h, w): size of a level
    - H: drawn target, P: predicted heatmap, T: target that P is compared with

Maps are (B, K, h, w) and float32, or float64.
"""

from __future__ import annotations

import torch
from torch import Tensor

# cells of a target that belong to a keypoint, for the focal weight
_FOREGROUND = 0.01


def learned_target(drawn: Tensor, shift: Tensor) -> Tensor:
    """Widen or narrow Gaussians by a learned exponent.

    T = H (1 + a + a^2 / 2) with a = s ln H, the series of H^(1 + s): a
    Gaussian of sigma / sqrt(1 + s). It is at least H / 2, so that no training
    can make the targets vanish.

    Source: Luo et al., CVPR 2021, section 3.2.

    Args:
        drawn (Tensor): H, in [0, 1].
        shift (Tensor): s, 0 where H is 0.

    Returns:
        Tensor: T, with the gradient of s.
    """
    step = shift * safe_log(drawn)
    return drawn * (1 + step + step.square() / 2)


def scale_target(drawn: Tensor, scales: Tensor, beta: float) -> Tensor:
    """Make Gaussians as wide as people seem large.

    T = H^((beta / r)^2): a Gaussian of sigma r / beta.

    Source: coupled embedding (Wang et al., ECCV 2022), section 3.

    Args:
        drawn (Tensor): H, in [0, 1].
        scales (Tensor): r, (B, G, h, w), above 0.
        beta (float): Scale of a person that keeps the drawn sigma.

    Returns:
        Tensor: T.
    """
    exponent = (beta / scales).square()
    powered = torch.exp(safe_log(drawn) * exponent)
    return torch.where(drawn > 0, powered, 0.0)


def scales_from_tags(tags: Tensor, groups: int) -> Tensor:
    """Read from tags how large people seem.

    Dimension d of L stands for the scale (d + 0.5) / L; the scale of a cell
    is the mean of these, weighted by the size of its tags.

    Args:
        tags (Tensor): (B, L*G, h, w), L outer; no gradient runs through.
        groups (int): G.

    Returns:
        Tensor: (B, G, h, w), in (0, 1); 0.5 where all tags are 0.
    """
    batch, channels, height, width = tags.shape
    sizes = tags.detach().abs().view(batch, -1, groups, height, width)
    number = channels // groups
    total = sizes.sum(1)
    centres = scale_centres(tags, number)[:, None, None, None]
    weighted = (sizes * centres).sum(1)
    some = total > 0
    return torch.where(some, weighted / torch.where(some, total, 1.0), 0.5)


def scale_centres(like: Tensor, number: int) -> Tensor:
    """Return the scales (L,) that L dimensions of a tag stand for."""
    steps = torch.arange(number, dtype=like.dtype, device=like.device)
    return (steps + 0.5) / number


def cell_weight(
    kind: str, pred: Tensor, drawn: Tensor, target: Tensor, gamma: float
) -> Tensor:
    """Weigh the error of every cell.

    - 'wahr': abs(1 - P) q + abs(P) (1 - q) with q = H^gamma (Luo et al., CVPR
      2021, section 3.3)
    - 'residual': the same with abs(T - P) in place of abs(1 - P), so that a
      soft cell that is right counts less
    - 'coupled': as 'wahr' with q = (1 - ln T)^-gamma, 0 where T is 0
      (coupled embedding, ECCV 2022)
    - 'focal_l2': abs(1 - P)^gamma where H is 0.01 or more, else abs(P)^gamma
      (SimplePose, AAAI 2020)

    Args:
        kind (str): One of the four.
        pred (Tensor): P.
        drawn (Tensor): H.
        target (Tensor): T.
        gamma (float): Exponent.

    Returns:
        Tensor: the weights, with the gradient of P.
    """
    if kind == 'focal_l2':
        rest = torch.where(drawn >= _FOREGROUND, 1 - pred, pred).abs()
        return rest if gamma == 1 else rest.pow(gamma)
    if kind == 'coupled':
        # a learned target may be above 1
        depth = 1 - safe_log(target).clamp(max=0)
        sought = torch.where(target > 0, depth.pow(-gamma), 0.0)
    else:
        sought = drawn.pow(gamma)
    goal = target if kind == 'residual' else 1.0
    return sought * (goal - pred).abs() + (1 - sought) * pred.abs()


def safe_log(values: Tensor) -> Tensor:
    """Take the logarithm, with 0 for what is not above 0."""
    return torch.where(values > 0, values, 1.0).log()


def masked_mean(values: Tensor, mask: Tensor) -> Tensor:
    """Average maps (B, K, h, w), with 0 where masked, as a scalar.

    Args:
        values (Tensor): Finite, also where masked.
        mask (Tensor): (B, 1, h, w) or (B, K, h, w), how much a cell counts.

    Returns:
        Tensor: the sum of what counts, over the number of all cells.
    """
    return (values * mask).sum() / values.numel()
