"""Targets of a heatmap pyramid and of associative embedding."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Optional, Union

import numpy as np
from mmpose.codecs.base import BaseKeypointCodec

from ..registry import KEYPOINT_CODECS
from ..structures.sizes import size_ratio
from .aggregating_bottomup_decoder import AggregatingBottomupDecoder
from .targets.checks import check_keypoints, check_levels, check_tag_levels
from .targets.gaussian import (
    draw_by_person,
    draw_heatmaps,
    flat_indices,
    gaussian_patches,
    keypoint_cells,
    level_points,
)
from .targets.on_device import TargetLevels
from .targets.person_sizes import person_scales, person_sigmas

# cells int64 (N, K, 2) and valid bool (N, K) of a level
Cells = tuple[np.ndarray, np.ndarray]


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

    The same description is the ``codec`` of the data sets and of the head,
    whose transforms and decoder take from it what they are not told.

    Args:
        input_size (tuple[int, int] | int): (w, h) of the network input in
            pixels, or the side of a square.
        heatmap_sizes (Sequence[tuple[int, int]], optional): (w, h) of every
            level, from the backbone's 1/4 map upwards. Each must divide
            ``input_size``. Defaults to what ``strides`` gives.
        sigma (float | Sequence[float]): Standard deviation of the Gaussian in
            cells, one for all levels or one for each. Defaults to 2.
        tag_levels (int | Sequence[int]): Level or levels with tags, whose
            cells ``keypoint_indices`` refers to. Defaults to 0.
        use_udp (bool): Unbiased data processing (Huang et al., CVPR 2020); the
            transforms of the pipelines and the decoder of the head need the
            same. Defaults to False.
        on_device (bool): Leave the drawing of heatmaps to the head, which
            does it where the network runs, with equal losses. Samples then
            carry cells instead of maps: kilobytes instead of the 5.6 MB of
            17 keypoints at 512x512. Defaults to False.
        num_keypoints (int, optional): K. When given, other data is refused.
        decoder (dict, optional): Options of the
            :class:`AggregatingBottomupDecoder` that :meth:`decode` uses.
        strides (Sequence[int], optional): Input pixels from cell to cell at
            every level. Defaults to (4, 2), if ``heatmap_sizes`` are not
            told.
        sigma_box_size (float, optional): Make Gaussians as wide as people
            are large: ``sigma`` is that of a person whose box has a longer
            side of so many input pixels. 256 is the official
            ``SCALE_AWARE_SIGMA``, which no published result used. Defaults to
            None, one sigma for all.
        round_sigma (bool): Round these up to whole cells, the official
            ``INT_SIGMA``. Defaults to False.
        person_scales (bool): Tell the head how large people are, as the
            scale loss of :class:`.MultiResolutionAELoss` asks for. Defaults
            to False.

    Raises:
        ValueError: If a size or a sigma cannot work; the message names the
            key and the value.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import MultiResolutionAssociativeEmbedding
        >>> codec = MultiResolutionAssociativeEmbedding(input_size=64)
        >>> people = np.full((1, 17, 2), 20.0)
        >>> [h.shape for h in codec.encode(people)['heatmaps']]
        [(17, 16, 16), (17, 32, 32)]
    """

    field_mapping_table: ClassVar[dict] = {
        'heatmaps': 'heatmaps',
        'heatmap_mask': 'heatmap_mask',
    }
    label_mapping_table: ClassVar[dict] = {
        'keypoint_indices': 'keypoint_indices',
        'keypoint_weights': 'keypoint_weights',
        # with `on_device`
        'target_cells': 'target_cells',
        'target_offsets': 'target_offsets',
        'target_levels': 'target_levels',
        'target_sigmas': 'target_sigmas',
        # with `person_scales`
        'person_scales': 'person_scales',
    }

    def __init__(
        self,
        input_size: Union[tuple[int, int], int],
        heatmap_sizes: Optional[Sequence[tuple[int, int]]] = None,
        sigma: Union[float, Sequence[float]] = 2.0,
        tag_levels: Union[int, Sequence[int]] = 0,
        use_udp: bool = False,
        on_device: bool = False,
        num_keypoints: Optional[int] = None,
        decoder: Optional[dict] = None,
        strides: Optional[Sequence[int]] = None,
        sigma_box_size: Optional[float] = None,
        round_sigma: bool = False,
        person_scales: bool = False,
    ) -> None:
        super().__init__()
        self.input_size, self.heatmap_sizes, self.sigma = check_levels(
            input_size, heatmap_sizes, sigma, strides
        )
        if isinstance(tag_levels, int):
            tag_levels = (tag_levels,)
        self.tag_levels = tuple(tag_levels)
        check_tag_levels(
            self.tag_levels, len(self.heatmap_sizes), '`heatmap_sizes` has'
        )
        self.use_udp = use_udp
        self.on_device = on_device
        self.num_keypoints = num_keypoints
        if sigma_box_size is not None and not sigma_box_size > 0:
            raise ValueError(
                '`sigma_box_size` must be positive or None, got '
                f'{sigma_box_size}'
            )
        if round_sigma and sigma_box_size is None:
            raise ValueError(
                f'`round_sigma` is {round_sigma}, but rounds sigmas by '
                '`sigma_box_size` alone, which is None; set that, too '
                '(officially 256), or leave `round_sigma` out'
            )
        self.sigma_box_size = sigma_box_size
        self.round_sigma = round_sigma
        self.person_scales = person_scales
        # what mmpose's GenerateTarget hands on beside keypoints
        if self.sigma_box_size is not None or self.person_scales:
            self.auxiliary_encode_keys = {'person_sizes'}
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
        person_sizes: Optional[np.ndarray] = None,
    ) -> dict[str, Any]:
        """Encode the people of one image.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y) in input pixels.
            keypoints_visible (np.ndarray, optional): (N, K), labelled where
                above 0. Defaults to all labelled.
            person_sizes (np.ndarray, optional): (N, 2), (w, h) of the box of
                each person in input pixels, which ``sigma_box_size`` and
                ``person_scales`` need.

        Returns:
            dict:
            - heatmaps (list[np.ndarray]): float32 (K, h, w) in [0, 1], one
              for each level
            - keypoint_indices (np.ndarray): int64 (N, K, 2) of the tag level,
              rows ``[y * w + x, valid]``; (N, T, K, 2) with T > 1 tag levels
            - keypoint_weights (np.ndarray): float32 (N, K), 1 where the
              keypoint is labelled and inside the first tag level
            - person_scales (np.ndarray): float32 (N,), where asked for, as
              :func:`.person_scales` has them

            With ``on_device``, instead of heatmaps and for I levels:

            - target_cells (np.ndarray): int32 (N, I, K, 3), rows
              ``[x, y, valid]`` in cells of each level
            - target_offsets (np.ndarray): float32 (N, I, K, 2), (x, y) of the
              keypoint from the centre of its cell; only with UDP
            - target_levels (tuple[TargetLevels, ...]): N times the same
            - target_sigmas (np.ndarray): float32 (N, I, 2), only with
              ``sigma_box_size``, as :func:`.person_sigmas` has them
            - heatmap_sizes (list[tuple[int, int]]): (w, h) of each level

        Raises:
            ValueError: If shapes or the number of keypoints do not fit, or
                sizes are missing.
        """
        keypoints, visible = check_keypoints(
            keypoints, keypoints_visible, self.num_keypoints
        )
        sizes = self._sizes(person_sizes, len(keypoints))
        sigmas = None
        if self.sigma_box_size is not None:
            sigmas = person_sigmas(
                sizes, self.sigma_box_size, self.sigma, self.round_sigma
            )
        cells, offsets = [], []
        for size in self.heatmap_sizes:
            points = level_points(
                keypoints, self.input_size, size, self.use_udp
            )
            places, valid = keypoint_cells(points, visible, size, self.use_udp)
            cells.append((places, valid))
            if self.use_udp:
                offsets.append(
                    np.where(valid[..., None], points - places, 0.0)
                )
        indices = [
            flat_indices(*cells[level], self.heatmap_sizes[level])
            for level in self.tag_levels
        ]
        draw = self._defer if self.on_device else self._draw
        scales = {}
        if self.person_scales:
            scales['person_scales'] = person_scales(sizes, self.input_size)
        return {
            **draw(cells, offsets, sigmas),
            **scales,
            'keypoint_indices': (
                indices[0] if len(indices) == 1 else np.stack(indices, axis=1)
            ),
            'keypoint_weights': indices[0][..., 1].astype(np.float32),
        }

    def _sizes(self, sizes: Optional[np.ndarray], number: int) -> np.ndarray:
        """Check the sizes (N, 2) of people, if they are needed."""
        if not self.auxiliary_encode_keys:
            return np.zeros((number, 2))
        if sizes is None or np.shape(sizes) != (number, 2):
            raise ValueError(
                '`sigma_box_size` and `person_scales` of the codec need '
                f'`person_sizes` of shape ({number}, 2), got '
                f'{None if sizes is None else np.shape(sizes)}'
            )
        return np.asarray(sizes)

    def _draw(
        self,
        cells: list[Cells],
        offsets: list[np.ndarray],
        sigmas: Optional[np.ndarray],
    ) -> dict:
        """Draw the heatmaps of every level."""
        heatmaps = []
        for level, (places, valid) in enumerate(cells):
            size = self.heatmap_sizes[level]
            if sigmas is not None:
                shifts = offsets[level] if offsets else None
                own = sigmas[:, level, 0]
                heatmaps.append(
                    draw_by_person(places, valid, size, own, shifts)
                )
                continue
            patches = self._patches[level]
            if offsets:
                patches = gaussian_patches(
                    self.sigma[level], offsets[level][valid]
                )
            heatmaps.append(draw_heatmaps(places, valid, size, patches))
        return {'heatmaps': heatmaps}

    def _defer(
        self,
        cells: list[Cells],
        offsets: list[np.ndarray],
        sigmas: Optional[np.ndarray],
    ) -> dict:
        """Describe the heatmaps of every level for the head to draw."""
        rows = [
            np.concatenate((places, valid[..., None]), axis=-1)
            for places, valid in cells
        ]
        levels = TargetLevels(tuple(self.heatmap_sizes), tuple(self.sigma))
        deferred = {
            'target_cells': np.stack(rows, axis=1).astype(np.int32),
            'target_levels': (levels,) * len(rows[0]),
            'heatmap_sizes': self.heatmap_sizes,
        }
        if offsets:
            stacked = np.stack(offsets, axis=1)
            deferred['target_offsets'] = stacked.astype(np.float32)
        if sigmas is not None:
            deferred['target_sigmas'] = sigmas
        return deferred

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
