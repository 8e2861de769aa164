"""From the outputs of all levels, flips and scales to people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Optional

import numpy as np
from torch import Tensor

from ..registry import KEYPOINT_CODECS
from ..structures.people import People
from .decoding.aggregation import Aggregator
from .decoding.decode import (
    check_image,
    decode,
    decode_levels,
    find_people,
)
from .decoding.device_maps import DeviceMaps, are_finite, on_host
from .decoding.merging import Outputs
from .decoding.options import DecodingOptions
from .decoding.resizing import TagSource, map_shape, read_tag_levels
from .decoding.selection import Selection

_OPTIONS = frozenset(field.name for field in fields(DecodingOptions))


@KEYPOINT_CODECS.register_module()
class AggregatingBottomupDecoder(Aggregator):
    """Aggregate heatmaps and tags, and group keypoints to people.

    Note:
        - B: images, N: people of an image, K: keypoints
        - L: tags of a keypoint (tag dimension x levels with tags x flips)
        - (H, W): size of the aggregated maps

    The defaults are the official test settings. Source: HigherHRNet, section
    3.4; ``lib/core/{inference,group}.py`` of the official code.

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
            are kept, in the order in which they began.

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
        self.num_keypoints = num_keypoints
        self.options = DecodingOptions(
            num_keypoints,
            keypoint_order,
            tag_per_keypoint,
            nms_kernel,
            max_candidates,
            score_thr,
            tag_thr,
            fill_missing,
            use_udp,
            blur_kernel,
            assignment,
            keep_equal_tags,
            max_reach,
            max_peaks,
            Selection(
                instance_thr, min_keypoints, nms_thr, max_instances, sigmas
            ),
        )

    def __getattr__(self, name: str) -> Any:
        """Read an option, such as ``decoder.score_thr``."""
        if name in _OPTIONS and 'options' in self.__dict__:
            return getattr(self.options, name)
        raise AttributeError(f'the decoder has no option {name!r}')

    def __setattr__(self, name: str, value: Any) -> None:
        """Set an option of a decoder that is built already."""
        if name in _OPTIONS and 'options' in self.__dict__:
            setattr(self.options, name, value)
        super().__setattr__(name, value)

    def predict(
        self,
        outputs: Outputs,
        scales: Sequence[float],
        base_size: tuple[int, int],
        flip_indices: Optional[Sequence[int]] = None,
        project_to_image: bool = True,
    ) -> list[People]:
        """Find the people of a batch in the outputs of the network.

        The same as :meth:`aggregate` and :meth:`find_people`, but tags are
        enlarged only where they are read, with the rounding of another order
        of the same products.

        Args:
            outputs (Sequence): As in :meth:`aggregate`.
            scales (Sequence[float]): As there.
            base_size (tuple[int, int]): As there, but always needed.
            flip_indices (Sequence[int], optional): As there.
            project_to_image (bool): As there.

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
        if on_host(heatmaps) and _all_finite(heatmaps, sources):
            tags = read_tag_levels(sources, shape, self.use_udp)
            people = [
                decode_levels(heat, levels, self.options)
                for heat, levels in zip(_to_numpy(heatmaps), tags)
            ]
        else:
            people = self.find_people(heatmaps, self._enlarge(sources, shape))
        ratio = self.pixels_per_cell(shape, base_size)
        return [p._replace(keypoints=p.keypoints * ratio) for p in people]

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
        return (
            [p.keypoints for p in people],
            [p.keypoint_scores for p in people],
            [p.scores for p in people],
        )

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
                groups = check_image(
                    tuple(heat.shape), tuple(tag.shape), self.options
                )
                maps = DeviceMaps(heat, tag, groups, *self.options.window)
                people.append(find_people(maps, self.options))
            else:
                arrays = heat.cpu().numpy(), tag.cpu().numpy()
                people.append(decode(*arrays, self.options))
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
        people = decode(heatmaps, tags, self.options)
        return people.keypoints, people.keypoint_scores, people.scores


def _to_numpy(maps: Tensor) -> np.ndarray:
    """Bring maps in main memory to numpy, float32."""
    return maps.detach().float().numpy()


def _all_finite(heatmaps: Tensor, sources: Sequence[TagSource]) -> bool:
    """Check all values; numpy is much faster at it on one thread."""
    maps = (heatmaps, *(source.maps for source in sources))
    return all(np.isfinite(_to_numpy(m)).all() for m in maps)
