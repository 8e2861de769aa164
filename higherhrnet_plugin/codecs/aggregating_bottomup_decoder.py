"""From the outputs of all levels, flips and scales to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import numpy as np
import torch
from torch import Tensor

from ..registry import KEYPOINT_CODECS
from .utils.aggregation import (
    LevelOutput,
    map_shape,
    merge_levels,
    resize_maps,
    unflip_maps,
)
from .utils.candidates import top_candidates, without_nonfinite
from .utils.grouping import group_by_tag
from .utils.refinement import (
    adjust_people,
    dark_offset,
    fill_missing,
    quarter_offset,
)

Outputs = Sequence[Sequence[Sequence[LevelOutput]]]


@KEYPOINT_CODECS.register_module()
class AggregatingBottomupDecoder:
    """Aggregate heatmaps and tags, and group keypoints to people.

    Note:
        - B: images, N: people of an image, K: keypoints
        - L: tags of a keypoint (tag dimension x levels with tags x flips)
        - (h, w): size of a network output, (H, W): of the aggregated maps

    The defaults are the official test settings. Source: HigherHRNet, section
    3.4; ``lib/core/inference.py`` and ``lib/core/group.py`` of the official
    code.

    Args:
        num_keypoints (int, optional): K. Defaults to the channels of the
            heatmaps; when given, other maps are refused.
        keypoint_order (Sequence[int], optional): Order in which keypoints
            are grouped. Defaults to torso outwards for 17 COCO keypoints and
            to 0, 1, 2, ... for any other K.
        tag_per_keypoint (bool): Whether each keypoint has its own tag map,
            or all share one. Defaults to True.
        heatmap_levels (Sequence[int], optional): Levels whose heatmaps are
            averaged. Defaults to all.
        nms_kernel (int): Side of the peak window in cells. Defaults to 5.
        max_candidates (int): Peaks of one keypoint and people that are
            compared (``max_num_people`` in the official code). Defaults to
            30.
        score_thr (float): A peak must be above it. Defaults to 0.1.
        tag_thr (float): A peak joins a person whose tag is closer. Defaults
            to 1.
        fill_missing (bool): Look up missing keypoints. Defaults to True.
        use_udp (bool): Unbiased data processing: align maps at the centres
            of their outermost cells, and refine positions by the curvature
            of the maps (DARK) instead of a quarter cell. Defaults to False.
        blur_kernel (int): Side of the window in cells that smooths maps
            before their curvature is taken, odd; only with ``use_udp``.
            MMPose 0.x has 3, which leaves errors of up to 0.15 pixels of the
            enlarged maps. Defaults to 11.

    Raises:
        ValueError: If an option is out of its range.
    """

    support_batch_decoding = True
    coco_order = (0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16)

    def __init__(
        self,
        num_keypoints: Optional[int] = None,
        keypoint_order: Optional[Sequence[int]] = None,
        tag_per_keypoint: bool = True,
        heatmap_levels: Optional[Sequence[int]] = None,
        nms_kernel: int = 5,
        max_candidates: int = 30,
        score_thr: float = 0.1,
        tag_thr: float = 1.0,
        fill_missing: bool = True,
        use_udp: bool = False,
        blur_kernel: int = 11,
    ) -> None:
        _check_odd('nms_kernel', nms_kernel)
        _check_odd('blur_kernel', blur_kernel)
        if max_candidates < 1:
            raise ValueError(
                f'`max_candidates` must be positive, got {max_candidates}'
            )
        if score_thr < 0:
            raise ValueError(
                f'`score_thr` must not be negative, got {score_thr}'
            )
        self.num_keypoints = num_keypoints
        self.keypoint_order = keypoint_order
        self.tag_per_keypoint = tag_per_keypoint
        self.heatmap_levels = heatmap_levels
        self.nms_kernel = nms_kernel
        self.max_candidates = max_candidates
        self.score_thr = score_thr
        self.tag_thr = tag_thr
        self.fill_missing = fill_missing
        self.use_udp = use_udp
        self.blur_kernel = blur_kernel
        if num_keypoints is not None:
            self._check_order(num_keypoints)

    def aggregate(
        self,
        outputs: Outputs,
        scales: Sequence[float] = (1,),
        base_size: Optional[tuple[int, int]] = None,
        flip_indices: Optional[Sequence[int]] = None,
        project_to_image: bool = True,
    ) -> tuple[Tensor, Tensor]:
        """Merge levels, flips and scales.

        Args:
            outputs (Sequence): ``outputs[scale][flip][level]``, heatmaps
                (B, K, h, w) and tags (B, L*K, h, w) or None, as the head
                gives them; ``outputs[scale]`` holds the plain image and, with
                a flip test, the mirrored one, not yet mirrored back.
            scales (Sequence[float]): Test scale of each entry of
                ``outputs``. Defaults to the one scale 1.
            base_size (tuple[int, int], optional): (W, H) of the input of
                scale 1; needed for ``project_to_image``.
            flip_indices (Sequence[int], optional): K indices of mirrored
                keypoints; needed with a flip test.
            project_to_image (bool): Enlarge all maps to ``base_size``, or
                else to the last level of the largest scale. Defaults to True.

        Returns:
            tuple[Tensor, Tensor]: heatmaps (B, K, H, W) and tags
            (B, L*K, H, W), L outer (plain levels, then mirrored ones).

        Raises:
            ValueError: If an argument is missing or does not fit.
        """
        self._check_outputs(outputs, scales, base_size, project_to_image)
        shape: Optional[tuple[int, int]] = None
        if project_to_image and base_size is not None:
            shape = base_size[1], base_size[0]
        totals: list[Tensor] = []
        tags: list[Tensor] = []
        for i in sorted(range(len(scales)), key=lambda i: -scales[i]):
            heatmaps, new_tags = self._merge_flips(outputs[i], flip_indices)
            if shape is None:
                shape = map_shape(heatmaps)
            totals.append(resize_maps(heatmaps, shape, self.use_udp))
            if len(scales) == 1 or scales[i] == 1:
                tags += [
                    resize_maps(tag, shape, self.use_udp) for tag in new_tags
                ]
        if not tags:
            raise ValueError(
                'no level gives tags; set `tag_levels` of the head, or have '
                f'scale 1 among the test scales, which are {list(scales)}'
            )
        return torch.stack(totals).mean(0), torch.cat(tags, dim=1)

    def batch_decode(
        self, heatmaps: Tensor, tags: Tensor
    ) -> tuple[list[np.ndarray], list[np.ndarray], list[np.ndarray]]:
        """Find the people of a batch of aggregated maps.

        Args:
            heatmaps (Tensor): (B, K, H, W).
            tags (Tensor): (B, L*K, H, W), L outer, or (B, L, H, W) when all
                keypoints share a tag.

        Returns:
            tuple: three lists over the images
            - keypoints (np.ndarray): float32 (N, K, 2), (x, y) in pixels of
              the given maps; (0, 0) where missing
            - keypoint scores (np.ndarray): float32 (N, K), 0 where missing
            - instance scores (np.ndarray): float32 (N,), mean of the
              keypoint scores before filling

        Raises:
            ValueError: If the shapes do not fit together.
        """
        heatmaps_np = heatmaps.detach().float().cpu().numpy()
        tags_np = tags.detach().float().cpu().numpy()
        people = [self.decode(h, t) for h, t in zip(heatmaps_np, tags_np)]
        keypoints, scores, instance_scores = map(list, zip(*people))
        return keypoints, scores, instance_scores

    def decode(
        self, heatmaps: np.ndarray, tags: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Find the people of one image.

        Args:
            heatmaps (np.ndarray): float32 (K, H, W).
            tags (np.ndarray): float32 (L*K, H, W), or (L, H, W) when shared.

        Returns:
            tuple: keypoints (N, K, 2), keypoint scores (N, K) and instance
            scores (N,), as in :meth:`batch_decode`.

        Raises:
            ValueError: If the shapes do not fit together.
        """
        maps = self._tags_by_keypoint(heatmaps, tags)
        heatmaps, maps = without_nonfinite(heatmaps, maps)
        candidates = top_candidates(
            heatmaps,
            maps,
            self.nms_kernel,
            self.max_candidates,
            self.score_thr,
        )
        people = group_by_tag(
            candidates,
            self._check_order(len(heatmaps)),
            self.tag_thr,
            self.max_candidates,
        )
        cells = people[..., :2]
        people = adjust_people(people, heatmaps, self._refine)
        instance_scores = people[..., 2].mean(axis=1)
        if self.fill_missing and len(people):
            people = fill_missing(people, cells, heatmaps, maps, self._refine)
        return people[..., :2], people[..., 2], instance_scores

    def _merge_flips(
        self,
        flips: Sequence[Sequence[LevelOutput]],
        flip_indices: Optional[Sequence[int]],
    ) -> tuple[Tensor, list[Tensor]]:
        """Average heatmaps over levels and flips, and collect all tags."""
        heatmaps, tags = self._merge_levels(flips[0])
        if len(flips) == 1:
            return heatmaps, tags
        if flip_indices is None:
            raise ValueError(
                '`flip_indices` is needed with a flip test; the data set '
                "gives it from `swap` of its metainfo's keypoints"
            )
        mirrored, mirrored_tags = self._merge_levels(flips[1])
        k = heatmaps.shape[1]
        mirrored = unflip_maps(mirrored, flip_indices, k)
        swap = flip_indices if self.tag_per_keypoint else None
        tags += [unflip_maps(tag, swap, k) for tag in mirrored_tags]
        return (heatmaps + mirrored) / 2, tags

    def _merge_levels(
        self, levels: Sequence[LevelOutput]
    ) -> tuple[Tensor, list[Tensor]]:
        """Average the heatmaps of all levels, and collect their tags."""
        return merge_levels(levels, self.heatmap_levels, self.use_udp)

    def _refine(self, heatmaps: np.ndarray, cells: np.ndarray) -> np.ndarray:
        """Give sub-cell positions (P, 2) for cells (P, 2) of P maps."""
        if self.use_udp:
            return dark_offset(heatmaps, cells, self.blur_kernel)
        return quarter_offset(heatmaps, cells)

    def _tags_by_keypoint(
        self, heatmaps: np.ndarray, tags: np.ndarray
    ) -> np.ndarray:
        """View tags as (K, L, H, W) and check their shape."""
        k = len(heatmaps)
        if self.num_keypoints not in (None, k):
            raise ValueError(
                f'the heatmaps have {k} channels, but `num_keypoints` of the '
                f'decoder is {self.num_keypoints}'
            )
        groups = k if self.tag_per_keypoint else 1
        fits = len(tags) % groups == 0 and tags.shape[1:] == heatmaps.shape[1:]
        if not len(tags) or not fits:
            raise ValueError(
                f'tags of shape {tags.shape} do not fit heatmaps of shape '
                f'{heatmaps.shape} with tag_per_keypoint='
                f'{self.tag_per_keypoint}'
            )
        shape = (-1, groups, *tags.shape[1:])
        by_keypoint = tags.reshape(shape).transpose(1, 0, 2, 3)
        return np.broadcast_to(by_keypoint, (k, *by_keypoint.shape[1:]))

    def _check_order(self, num_keypoints: int) -> Sequence[int]:
        """Return the grouping order for K keypoints."""
        if self.keypoint_order is None:
            coco = num_keypoints == len(self.coco_order)
            return self.coco_order if coco else range(num_keypoints)
        if sorted(self.keypoint_order) != list(range(num_keypoints)):
            raise ValueError(
                '`keypoint_order` must hold each of 0 to '
                f'{num_keypoints - 1} once, got {list(self.keypoint_order)}'
            )
        return self.keypoint_order

    def _check_outputs(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: Optional[tuple[int, int]],
        project_to_image: bool,
    ) -> None:
        """Raise ValueError where the arguments of aggregate do not fit."""
        if len(outputs) != len(scales) or not scales:
            raise ValueError(
                f'got outputs of {len(outputs)} scales for the scales '
                f'{list(scales)}'
            )
        if project_to_image and base_size is None:
            raise ValueError('`project_to_image` needs `base_size` (w, h)')
        levels = len(outputs[0][0])
        chosen = self.heatmap_levels
        if chosen is not None and not set(chosen) <= set(range(levels)):
            raise ValueError(
                f'`heatmap_levels` {list(chosen)} names a level that is not '
                f'there; the head gives {levels} levels'
            )


def _check_odd(key: str, value: int) -> None:
    """Raise ValueError unless the side of a window is odd."""
    if value < 1 or value % 2 == 0:
        raise ValueError(f'`{key}` must be odd, got {value}')
