"""From the outputs of all levels, flips and scales to people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

import numpy as np
from torch import Tensor

from ..registry import KEYPOINT_CODECS
from ..structures.people import People
from ..structures.sizes import size_ratio
from .decoding.aggregation import Outputs, map_shape
from .decoding.checks import (
    check_maps,
    check_odd,
    check_positive,
    grouping_order,
)
from .decoding.device_maps import DeviceMaps
from .decoding.filling import fill_missing
from .decoding.finite import are_finite, is_finite, on_host, without_nonfinite
from .decoding.grouping import MATCHES, Candidates, group_by_tag
from .decoding.host_maps import HostMaps, Points, highest
from .decoding.level_aggregator import LevelAggregator
from .decoding.offsets import dark_offset, quarter_offset
from .decoding.selection import Selection
from .decoding.tags import FullTags, LevelTags

Maps = Union[HostMaps, DeviceMaps]


@KEYPOINT_CODECS.register_module()
class AggregatingBottomupDecoder(LevelAggregator):
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
        assignment (str): 'munkres', the official one by rounded distances,
            whose ties make its order part of the result, or 'distance', the
            smallest sum of distances. Defaults to 'munkres'.
        keep_equal_tags (bool): Let people with equal tags be several; in the
            official code the later one takes the place. Defaults to False.
        max_reach (float, optional): A peak joins a person only within this
            share of the longer side of the maps from a keypoint it has, so
            that limbs do not span the image. Defaults to None, any distance.
        max_peaks (int, optional): At most so many peaks of all keypoints,
            the highest, which bounds the time for a model that has not
            learnt yet. Defaults to None, all of them.
        instance_thr, min_keypoints, nms_thr, max_instances, sigmas: Which
            people are kept, see :class:`~.decoding.selection.Selection`;
            anything but the defaults sorts people by score. By default all
            are kept in the order they were found.

    Raises:
        ValueError: If an option is out of its range.
    """

    support_batch_decoding = True

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
        assignment: str = 'munkres',
        keep_equal_tags: bool = False,
        max_reach: Optional[float] = None,
        max_peaks: Optional[int] = None,
        instance_thr: float = 0.0,
        min_keypoints: int = 0,
        nms_thr: Optional[float] = None,
        max_instances: Optional[int] = None,
        sigmas: Optional[Sequence[float]] = None,
    ) -> None:
        super().__init__(tag_per_keypoint, heatmap_levels, use_udp)
        check_odd(nms_kernel=nms_kernel, blur_kernel=blur_kernel)
        check_positive(
            max_candidates=max_candidates,
            max_peaks=max_peaks,
            max_reach=max_reach,
        )
        if score_thr < 0:
            raise ValueError(
                f'`score_thr` must not be negative, got {score_thr}'
            )
        if assignment not in MATCHES:
            raise ValueError(
                f'`assignment` must be one of {list(MATCHES)}, got '
                f'{assignment!r}'
            )
        self.num_keypoints = num_keypoints
        self.keypoint_order = keypoint_order
        self.nms_kernel = nms_kernel
        self.max_candidates = max_candidates
        self.score_thr = score_thr
        self.tag_thr = tag_thr
        self.fill_missing = fill_missing
        self.blur_kernel = blur_kernel
        self.assignment = assignment
        self.keep_equal_tags = keep_equal_tags
        self.max_reach = max_reach
        self.max_peaks = max_peaks
        self.selection = Selection(
            instance_thr, min_keypoints, nms_thr, max_instances, sigmas
        )
        if num_keypoints is not None:
            grouping_order(keypoint_order, num_keypoints)
            self.selection.check(num_keypoints)

    def predict(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: tuple[int, int],
        flip_indices: Optional[Sequence[int]] = None,
        project_to_image: bool = True,
    ) -> list[People]:
        """Find the people of a batch in the outputs of the network.

        The same as :meth:`aggregate` and :meth:`batch_decode`, but tags are
        enlarged only where they are read, with the rounding of another order
        of the same products.

        Args:
            outputs (Sequence): As in :meth:`aggregate`.
            scales (Sequence[float]): As in :meth:`aggregate`.
            base_size (tuple[int, int]): (W, H) of the input of scale 1.
            flip_indices (Sequence[int], optional): As in :meth:`aggregate`.
            project_to_image (bool): As in :meth:`aggregate`.

        Returns:
            list[People]: of every image, (x, y) in pixels of the input of
            scale 1.

        Raises:
            ValueError: If an argument is missing or does not fit.
        """
        heatmaps, sources = self._merge(
            outputs, scales, base_size, flip_indices, project_to_image
        )
        shape = map_shape(heatmaps)
        everything = (heatmaps, *(source.maps for source in sources))
        if on_host(heatmaps) and all(map(is_finite, everything)):
            channels = sum(source.maps.shape[1] for source in sources)
            groups = self._check_maps(heatmaps.shape[1:], (channels, *shape))
            people = [
                self._find_people(
                    HostMaps(
                        heat,
                        LevelTags(sources, b, groups, shape, self.use_udp),
                        *self._window(),
                    )
                )
                for b, heat in enumerate(heatmaps.detach().float().numpy())
            ]
        else:
            people = self.find_people(heatmaps, self._enlarge(sources, shape))
        ratio = self.pixels_per_cell(shape, base_size)
        return [p._replace(keypoints=p.keypoints * ratio) for p in people]

    def pixels_per_cell(
        self, shape: tuple[int, int], base_size: tuple[int, int]
    ) -> np.ndarray:
        """Return the way from aggregated maps to the input of scale 1.

        Args:
            shape (tuple[int, int]): (H, W).
            base_size (tuple[int, int]): (w, h) of the input.

        Returns:
            np.ndarray: float32 (2,), factors of x and y.
        """
        ratio = size_ratio(base_size, shape[::-1], self.use_udp)
        return ratio.astype(np.float32)

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
        people = self.find_people(heatmaps, tags)
        keypoints, scores, instance_scores, *_ = map(list, zip(*people))
        return keypoints, scores, instance_scores

    def find_people(self, heatmaps: Tensor, tags: Tensor) -> list[People]:
        """Find the people of a batch, with all that is known of them.

        Args:
            heatmaps (Tensor): As in :meth:`batch_decode`.
            tags (Tensor): As in :meth:`batch_decode`.

        Returns:
            list[People]: of every image, (x, y) in pixels of the given maps.

        Raises:
            ValueError: If the shapes do not fit together.
        """
        heatmaps, tags = heatmaps.detach().float(), tags.detach().float()
        stays = [False] * len(heatmaps)
        if not on_host(heatmaps):
            stays = are_finite(heatmaps, tags)
        people: list[People] = []
        for heat, tag, on_device in zip(heatmaps, tags, stays):
            if on_device:
                groups = self._check_maps(heat.shape, tag.shape)
                maps: Maps = DeviceMaps(heat, tag, groups, *self._window())
            else:
                maps = self._host_maps(heat.cpu().numpy(), tag.cpu().numpy())
            people.append(self._find_people(maps))
        return people

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
        return self._find_people(self._host_maps(heatmaps, tags))[:3]

    def _host_maps(self, heatmaps: np.ndarray, tags: np.ndarray) -> HostMaps:
        """Wrap the maps of one image, without what is not finite."""
        groups = self._check_maps(heatmaps.shape, tags.shape)
        heatmaps, tags = without_nonfinite(heatmaps, tags, groups)
        return HostMaps(heatmaps, FullTags(tags, groups), *self._window())

    def _find_people(self, maps: Maps) -> People:
        """Group the peaks of an image and fill what is missing."""
        order = grouping_order(self.keypoint_order, len(maps.heatmaps))
        self.selection.check(len(order))
        peaks = highest(
            maps.peaks(self.nms_kernel, self.max_candidates, self.score_thr),
            self.max_peaks,
        )
        reach = None
        if self.max_reach is not None:
            reach = self.max_reach * max(maps.heatmaps.shape[1:])
        table = self._refine(peaks), peaks.scores, peaks.tags
        ends = np.searchsorted(peaks.kinds, np.arange(1, len(order)))
        people = group_by_tag(
            [Candidates(*c) for c in zip(*(np.split(t, ends) for t in table))],
            order,
            self.tag_thr,
            self.max_candidates,
            self.assignment,
            self.keep_equal_tags,
            reach,
        )
        found = people[..., 2] > 0
        scores = people[..., 2].mean(axis=1)
        kept = self.selection.choose(people[..., :2], found, scores)
        people, found, scores = people[kept], found[kept], scores[kept]
        seen = np.maximum(found.sum(axis=1), 1)[:, None]
        tags = people[..., 3:].sum(axis=1) / seen.astype(np.float32)

        def search(
            kinds: np.ndarray, tags: np.ndarray
        ) -> tuple[np.ndarray, np.ndarray]:
            cells = maps.best_cells(kinds, tags)
            return self._refine(cells), cells.scores

        if self.fill_missing and len(people):
            people = fill_missing(people, search, reach)
        return People(people[..., :2], people[..., 2], scores, found, tags)

    def _window(self) -> tuple[int, bool]:
        """Return reach and border of the windows that refinement needs."""
        return (
            (self.blur_kernel // 2 + 1, True) if self.use_udp else (1, False)
        )

    def _refine(self, points: Points) -> np.ndarray:
        """Give sub-cell positions (P, 2) of cells."""
        if self.use_udp:
            return dark_offset(points.windows, points.cells, self.blur_kernel)
        return quarter_offset(points.windows, points.cells)

    def _check_maps(self, heatmaps: Sequence[int], tags: Sequence[int]) -> int:
        """Check shapes (K, H, W) and (L*G, H, W), and return G."""
        return check_maps(
            heatmaps, tags, self.num_keypoints, self.tag_per_keypoint
        )
