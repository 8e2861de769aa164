"""The decoder as a component."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..registry import KEYPOINT_CODECS
from .decoding.decoder import Decoder

if TYPE_CHECKING:
    from torch import Tensor


@KEYPOINT_CODECS.register_module()
class AggregatingBottomupDecoder(Decoder):
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
        align_flip (bool): Mirror the maps of a flip test back as
            :class:`.BottomupRandomFlip` mirrors keypoints, from x to W - 1 - x
            in the input pixels of each scale, and not by reversing their
            cells, which leads to W - x. For networks that this package has
            trained, see docs/evaluation.md; UDP does so anyhow. Defaults to
            False.
        person_score (str): 'all', the mean over all K keypoints where one
            without a peak counts as 0, as officially, or 'found', the mean
            over those with a peak. Defaults to 'all'.
        scorer (str | Path | Mapping, optional): File of a trained
            :class:`.PersonScorer`, or its content: the score of a person is
            that by ``person_score`` times the OKS that it predicts. See
            docs/evaluation.md. Defaults to None, the score by the rule.

    Raises:
        ValueError: If an option is out of its range.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import AggregatingBottomupDecoder
        >>> heatmaps = np.zeros((2, 8, 8), np.float32)
        >>> heatmaps[:, 3, 5] = 1
        >>> decoder = AggregatingBottomupDecoder(fill_missing=False)
        >>> keypoints, _, scores = decoder.decode(heatmaps, heatmaps)
        >>> keypoints[0, 0].tolist(), scores.tolist()
        ([5.25, 3.25], [1.0])
    """

    support_batch_decoding = True

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
            - instance scores (np.ndarray): float32 (N,), by ``person_score``
              and ``scorer``

        Raises:
            ValueError: If the shapes do not fit together.
        """
        people = self.find_people(heatmaps, tags)
        return (
            [p.keypoints for p in people],
            [p.keypoint_scores for p in people],
            [p.scores for p in people],
        )
