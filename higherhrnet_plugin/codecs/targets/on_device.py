"""Gaussian heatmaps of a batch, drawn in torch where the network runs.

Note:
    - B: images, N_b: people of image b
    - K: keypoints of a person
    - (w, h): size of a level, (h, w): shape of its maps

Draws what :mod:`.gaussian` draws, from the same cells and windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Optional

import torch
from torch import Tensor

from .gaussian import gaussian_patches

# window cells that are drawn at once, to bound the memory
_PIECE = 2**22


class TargetLevels(NamedTuple):
    """What the heatmaps of a sample look like, for whoever draws them.

    Attributes:
        sizes (tuple[tuple[int, int], ...]): (w, h) of every level.
        sigmas (tuple[float, ...]): Standard deviation of every level, in its
            cells.
    """

    sizes: tuple[tuple[int, int], ...]
    sigmas: tuple[float, ...]


def draw_batch(
    cells: Sequence[Tensor],
    offsets: Optional[Sequence[Tensor]],
    size: tuple[int, int],
    sigma: float,
) -> Tensor:
    """Draw the heatmaps of one level for all images at once.

    Args:
        cells (Sequence[Tensor]): B tensors of ints (N_b, K, 3), rows
            ``[x, y, valid]``.
        offsets (Sequence[Tensor], optional): B tensors float32 (N_b, K, 2),
            (x, y) of each keypoint from the centre of its cell, in cells, for
            UDP. Defaults to Gaussians centred on their cells.
        size (tuple[int, int]): (w, h) of the level.
        sigma (float): Standard deviation in cells.

    Returns:
        Tensor: float32 (B, K, h, w) in [0, 1], on the device of ``cells``.
    """
    batch, k, device = len(cells), cells[0].shape[1], cells[0].device
    heatmaps = torch.zeros(batch * k * size[0] * size[1], device=device)
    counts = torch.tensor([len(people) for people in cells])
    image = torch.arange(batch).repeat_interleave(counts).to(device)
    maps = image[:, None] * k + torch.arange(k, device=device)
    patch = torch.from_numpy(gaussian_patches(sigma)).to(device)
    people = torch.cat(list(cells)).long()
    shifts = None if offsets is None else torch.cat(list(offsets))
    step = max(1, _PIECE // (k * patch[0].numel()))
    for i in range(0, len(people), step):
        part = slice(i, i + step)
        values = patch
        if shifts is not None:
            values = _shifted_patches(shifts[part], patch.shape[-1], sigma)
        _stamp(heatmaps, maps[part], people[part], values, size)
    return heatmaps.view(batch, k, size[1], size[0])


def _shifted_patches(offsets: Tensor, side: int, sigma: float) -> Tensor:
    """Make windows (P, K, side, side) around offsets (P, K, 2)."""
    steps = torch.arange(side, device=offsets.device) - side // 2
    square = (steps - offsets[..., None]).square()
    line = torch.exp(-square / (2 * sigma**2))
    return line[..., 1, :, None] * line[..., 0, None, :]


def _stamp(
    heatmaps: Tensor,
    maps: Tensor,
    cells: Tensor,
    patches: Tensor,
    size: tuple[int, int],
) -> None:
    """Keep the maximum of flat heatmaps and of windows around cells.

    What lies outside of a map, or belongs to no valid keypoint, is stamped as
    0, which changes nothing and spares a device the search for it.
    """
    (width, height), side = size, patches.shape[-1]
    steps = torch.arange(side, device=cells.device) - side // 2
    xs = cells[..., 0, None] + steps
    ys = cells[..., 1, None] + steps
    seen_x = (xs >= 0) & (xs < width) & (cells[..., 2, None] > 0)
    seen = seen_x[..., None, :] & ((ys >= 0) & (ys < height))[..., None]
    rows = maps[..., None] * height + ys.clamp(0, height - 1)
    where = rows[..., None] * width + xs.clamp(0, width - 1)[..., None, :]
    values = patches * seen
    heatmaps.scatter_reduce_(0, where.flatten(), values.flatten(), 'amax')
