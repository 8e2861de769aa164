"""Gaussian heatmaps of a batch, drawn in torch where the network runs.

Note:
    - B: images, N_b: people of image b
    - K: keypoints of a person
    - (w, h): size of a level, (h, w): shape of its maps

Draws what :mod:`.gaussian` draws, from the same cells and windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Callable, NamedTuple, Optional, Union

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
    sigma: Union[float, Sequence[Tensor]],
) -> Tensor:
    """Draw the heatmaps of one level for all images at once.

    Args:
        cells (Sequence[Tensor]): B tensors of ints (N_b, K, 3), rows
            ``[x, y, valid]``.
        offsets (Sequence[Tensor], optional): B tensors float32 (N_b, K, 2),
            (x, y) of each keypoint from the centre of its cell, in cells, for
            UDP. Defaults to Gaussians centred on their cells.
        size (tuple[int, int]): (w, h) of the level.
        sigma (float | Sequence[Tensor]): Standard deviation in cells, or
            those of the people with the radius of their windows: B tensors
            float32 (N_b, 2).

    Returns:
        Tensor: float32 (B, K, h, w) in [0, 1], on the device of ``cells``.
    """
    batch, k, device = len(cells), cells[0].shape[1], cells[0].device
    heatmaps = torch.zeros(batch * k * size[0] * size[1], device=device)
    counts = torch.tensor([len(people) for people in cells])
    image = torch.arange(batch).repeat_interleave(counts).to(device)
    maps = image[:, None] * k + torch.arange(k, device=device)
    people = torch.cat(list(cells)).long()
    shifts = None if offsets is None else torch.cat(list(offsets))
    side, make = _window_maker(sigma, shifts, device)
    step = max(1, _PIECE // (k * side**2))
    for i in range(0, len(people), step):
        part = slice(i, i + step)
        _stamp(heatmaps, maps[part], people[part], make(part), size)
    return heatmaps.view(batch, k, size[1], size[0])


def _window_maker(
    sigma: Union[float, Sequence[Tensor]],
    shifts: Optional[Tensor],
    device: torch.device,
) -> tuple[int, Callable[[slice], Tensor]]:
    """Return the side of windows, and what makes those of some people."""
    if not isinstance(sigma, (int, float)):
        own = torch.cat(list(sigma))
        centres = own.new_zeros(len(own), 1, 2) if shifts is None else shifts
        side = 2 * int(own[:, 1].max()) + 1 if len(own) else 1
        return side, lambda part: _shifted_patches(
            centres[part], side, *own[part, :, None, None, None].unbind(1)
        )
    patch = torch.from_numpy(gaussian_patches(sigma)).to(device)
    side = patch.shape[-1]
    if shifts is None:
        return side, lambda part: patch
    return side, lambda part: _shifted_patches(shifts[part], side, sigma)


def _shifted_patches(
    offsets: Tensor,
    side: int,
    sigma: Union[float, Tensor],
    radius: Optional[Tensor] = None,
) -> Tensor:
    """Make windows (P, K, side, side) around offsets (P, K, 2)."""
    steps = torch.arange(side, device=offsets.device) - side // 2
    square = (steps - offsets[..., None]).square()
    line = torch.exp(-square / (2 * sigma**2))
    if radius is not None:
        line = line * (steps.abs() <= radius)
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
