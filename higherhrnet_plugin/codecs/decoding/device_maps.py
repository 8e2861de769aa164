"""Peaks and best cells of the maps of one image on an accelerator.

Note:
    - K: keypoints, L: tags of a keypoint, P: points
    - G: K, or 1 where all keypoints share their tags
    - (H, W): size of the maps
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from .host_maps import Points
from .offsets import read_windows

# cells of all people that are compared at a time
_CELLS_AT_ONCE = 1 << 25


def are_finite(heatmaps: Tensor, tags: Tensor) -> list[bool]:
    """Check the maps of every image on a device, which answers once.

    Args:
        heatmaps (Tensor): (B, K, H, W).
        tags (Tensor): (B, L*G, H, W).

    Returns:
        list[bool]: B answers.
    """
    heat, tag = (
        torch.isfinite(maps).flatten(1).all(dim=1) for maps in (heatmaps, tags)
    )
    return (heat & tag).cpu().tolist()


class DeviceMaps:
    """Maps of one image as tensors; the same methods as ``HostMaps``.

    Each of them brings its result to the host in one transfer. The order of
    equal scores is that of ``torch.topk`` on the device.

    Args:
        heatmaps (Tensor): float32 (K, H, W), finite.
        tags (Tensor): float32 (L*G, H, W), L outer, finite.
        groups (int): G.
        radius (int): r.
        mirrored (bool): Whether windows mirror the maps at their border.
    """

    def __init__(
        self,
        heatmaps: Tensor,
        tags: Tensor,
        groups: int,
        radius: int,
        mirrored: bool,
    ) -> None:
        self.heatmaps = heatmaps
        self.tags = tags.unflatten(0, (-1, groups)).flatten(2)
        self.around = torch.arange(-radius, radius + 1, device=heatmaps.device)
        self.mirrored = mirrored

    @property
    def shape(self) -> tuple[int, int, int]:
        """(K, H, W)."""
        k, height, width = self.heatmaps.shape
        return k, height, width

    def peaks(
        self, kernel: int, max_candidates: int, score_thr: float
    ) -> Points:
        """Find the highest peaks; as ``HostMaps.peaks``."""
        highest = F.max_pool2d(self.heatmaps[None], kernel, 1, kernel // 2)[0]
        peaks = self.heatmaps * (highest == self.heatmaps)
        flat = peaks.flatten(1)
        most = min(max_candidates, flat.shape[1])
        places = flat.topk(most, dim=1)[1]
        ids = torch.arange(len(flat), device=flat.device).repeat_interleave(
            most
        )
        points = self._points(ids, places.flatten())
        keep = points.scores > score_thr
        return Points(*(values[keep] for values in points))

    def best_cells(self, ids: np.ndarray, tags: np.ndarray) -> Points:
        """Find the cells that suit people best; as ``HostMaps.best_cells``."""
        device = self.heatmaps.device
        wanted = torch.from_numpy(tags).to(device)
        places = torch.zeros(len(ids), dtype=torch.int64, device=device)
        step = max(1, _CELLS_AT_ONCE // self.heatmaps[0].numel())
        for k in np.unique(ids):
            rows = torch.from_numpy(np.flatnonzero(ids == k)).to(device)
            own = self.tags[:, k if self.tags.shape[1] > 1 else 0]
            for some in rows.split(step):
                gaps = (
                    (tag - value[:, None]) ** 2
                    for tag, value in zip(own, wanted[some].T)
                )
                distance = torch.sqrt(sum(gaps)).round()
                fitness = self.heatmaps[k].flatten() - distance
                places[some] = fitness.argmax(dim=1)
        return self._points(torch.from_numpy(ids).to(device), places)

    def _points(self, ids: Tensor, places: Tensor) -> Points:
        """Describe the cells y * W + x (P,), and bring all to the host."""
        width = self.heatmaps.shape[2]
        x, y = places % width, places // width
        cells = torch.stack((x, y), dim=1)
        windows = read_windows(
            self.heatmaps, ids, cells, self.around, self.mirrored
        )
        groups = ids * int(self.tags.shape[1] > 1)
        tags = self.tags[:, groups, places].T
        # float32 holds whole numbers of this size without loss
        packed = torch.cat(
            (ids[:, None], cells, windows.flatten(1), tags), dim=1
        )
        table = packed.cpu().numpy()
        side = len(self.around)
        whole, heat, tag = np.split(table, [3, 3 + side**2], axis=1)
        around = heat.reshape(-1, side, side)
        keypoint, *cell = whole.astype(np.int64).T
        return Points(
            keypoint,
            np.stack(cell, axis=1),
            around[:, side // 2, side // 2],
            around,
            tag,
        )
