"""Targets of a heatmap pyramid and of associative embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Optional, Union

import numpy as np
from mmpose.codecs.base import BaseKeypointCodec

from ..registry import KEYPOINT_CODECS
from .aggregating_bottomup_decoder import AggregatingBottomupDecoder
from .utils.checks import check_keypoints, check_levels
from .utils.gaussian_targets import (
    draw_heatmaps,
    flat_indices,
    gaussian_patches,
    keypoint_cells,
    level_points,
)
from .utils.levels import size_ratio


@KEYPOINT_CODECS.register_module()
class MultiResolutionAssociativeEmbedding(BaseKeypointCodec):
    """Encode people as heatmaps of every level and tag positions of one.

    Note:
        - N: people of one image
        - K: keypoints of a person
        - (w, h): size of a level; its arrays have the shape (K, h, w)

    A keypoint belongs to the cell ``int(x), int(y)`` of a level (truncation),
    so cell ``i`` covers ``[i, i + 1)`` and its centre is ``i + 0.5``. This is
    what the decoder's half-cell offset expects. Source: HigherHRNet, section
    3.2, and ``target_generators.py`` of the official code.

    With ``use_udp`` the centre of cell ``i`` is at ``i``, levels are aligned
    at the centres of their outermost cells, and Gaussians are centred on the
    keypoint itself, not on its cell, so that nothing is lost by rounding.

    Args:
        input_size (tuple[int, int]): (w, h) of the network input in pixels.
        heatmap_sizes (Sequence[tuple[int, int]]): (w, h) of every level, from
            the backbone's 1/4 map upwards. Each must divide ``input_size``.
        sigma (float | Sequence[float]): Standard deviation of the Gaussian in
            cells, one for all levels or one for each. Defaults to 2.
        tag_levels (int | Sequence[int]): Level or levels with tags, whose
            cells ``keypoint_indices`` speaks of. Defaults to 0.
        use_udp (bool): Unbiased data processing (Huang et al., CVPR 2020); the
            transforms of the pipelines and the decoder of the head need the
            same. Defaults to False.
        num_keypoints (int, optional): K. When given, other data is refused.
        decoder (dict, optional): Options of the
            :class:`AggregatingBottomupDecoder` that :meth:`decode` uses.

    Raises:
        ValueError: If a size or a sigma cannot work; the message names the
            key and the value.
    """

    field_mapping_table: ClassVar[dict] = {
        'heatmaps': 'heatmaps',
        'heatmap_mask': 'heatmap_mask',
    }
    label_mapping_table: ClassVar[dict] = {
        'keypoint_indices': 'keypoint_indices',
        'keypoint_weights': 'keypoint_weights',
    }

    def __init__(
        self,
        input_size: tuple[int, int],
        heatmap_sizes: Sequence[tuple[int, int]],
        sigma: Union[float, Sequence[float]] = 2.0,
        tag_levels: Union[int, Sequence[int]] = 0,
        use_udp: bool = False,
        num_keypoints: Optional[int] = None,
        decoder: Optional[dict] = None,
    ) -> None:
        super().__init__()
        self.input_size, self.heatmap_sizes, self.sigma = check_levels(
            input_size, heatmap_sizes, sigma
        )
        if isinstance(tag_levels, int):
            tag_levels = (tag_levels,)
        self.tag_levels = tuple(tag_levels)
        levels = range(len(self.heatmap_sizes))
        if not self.tag_levels or not set(self.tag_levels) <= set(levels):
            raise ValueError(
                f'`tag_levels` is {list(tag_levels)}, but `heatmap_sizes` '
                f'has the levels 0 to {levels[-1]}'
            )
        self.use_udp = use_udp
        self.num_keypoints = num_keypoints
        self._patches = [gaussian_patches(sigma) for sigma in self.sigma]
        self._decoder = AggregatingBottomupDecoder(
            **{
                'num_keypoints': num_keypoints,
                'use_udp': use_udp,
                **(decoder or {}),
            }
        )

    def encode(
        self,
        keypoints: np.ndarray,
        keypoints_visible: Optional[np.ndarray] = None,
    ) -> dict[str, Any]:
        """Encode the people of one image.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y) in input pixels.
            keypoints_visible (np.ndarray, optional): (N, K), labelled where
                above 0. Defaults to all labelled.

        Returns:
            dict:
            - heatmaps (list[np.ndarray]): float32 (K, h, w) in [0, 1], one
              for each level
            - keypoint_indices (np.ndarray): int64 (N, K, 2) of the tag level,
              rows ``[y * w + x, valid]``; (N, T, K, 2) with T > 1 tag levels
            - keypoint_weights (np.ndarray): float32 (N, K), 1 where the
              keypoint is labelled and inside the first tag level

        Raises:
            ValueError: If shapes or the number of keypoints do not fit.
        """
        keypoints, visible = check_keypoints(
            keypoints, keypoints_visible, self.num_keypoints
        )
        cells = []
        heatmaps = []
        for level, size in enumerate(self.heatmap_sizes):
            points = level_points(
                keypoints, self.input_size, size, self.use_udp
            )
            held, valid = keypoint_cells(points, visible, size, self.use_udp)
            patches = self._patches[level]
            if self.use_udp:
                offsets = (points - held)[valid]
                patches = gaussian_patches(self.sigma[level], offsets)
            heatmaps.append(draw_heatmaps(held, valid, size, patches))
            cells.append((held, valid))
        indices = [
            flat_indices(*cells[level], self.heatmap_sizes[level])
            for level in self.tag_levels
        ]
        return {
            'heatmaps': heatmaps,
            'keypoint_indices': (
                indices[0] if len(indices) == 1 else np.stack(indices, axis=1)
            ),
            'keypoint_weights': indices[0][..., 1].astype(np.float32),
        }

    def decode(
        self, encoded: tuple[np.ndarray, np.ndarray]
    ) -> tuple[np.ndarray, np.ndarray]:
        """Decode aggregated maps of one image.

        Args:
            encoded (tuple[np.ndarray, np.ndarray]): heatmaps float32
                (K, h, w) and tags float32 (L*K, h, w) of the same size.

        Returns:
            tuple[np.ndarray, np.ndarray]:
            - keypoints: float32 (N, K, 2), (x, y) in input pixels
            - scores: float32 (N, K)
        """
        heatmaps, tags = encoded
        keypoints, scores, _ = self._decoder.decode(heatmaps, tags)
        scale = size_ratio(
            self.input_size, heatmaps.shape[:0:-1], self.use_udp
        )
        return keypoints * scale.astype(np.float32), scores
