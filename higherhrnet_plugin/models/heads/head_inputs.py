"""What the head reads from features and data samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from mmpose.structures import MultilevelPixelData
from torch import Tensor


def read_targets(
    samples: Sequence[Any], num_keypoints: int, num_tag_levels: int
) -> tuple[list[Tensor], list[Tensor], list[list[Tensor]]]:
    """Collect the training targets of a batch.

    Args:
        samples (Sequence[PoseDataSample]): B samples.
        num_keypoints (int): K of the head.
        num_tag_levels (int): T, levels of the head with tags.

    Returns:
        tuple:
        - heatmaps: for every level (B, K, h, w)
        - masks: for every level (B, h, w), ones where the pipeline makes none
        - indices: for every tag level B tensors int64 (N_b, K, 2)

    Raises:
        ValueError: If targets are missing or made for another head.
    """
    fields = [sample.get('gt_fields') for sample in samples]
    labels = [sample.get('gt_instance_labels') for sample in samples]
    if any(f is None or 'heatmaps' not in f for f in fields) or any(
        label is None or 'keypoint_indices' not in label for label in labels
    ):
        raise ValueError(
            'the samples have no heatmaps or keypoint_indices; the train '
            "pipeline needs dict(type='GenerateTarget', encoder=dict(type="
            "'MultiResolutionAssociativeEmbedding', ...))"
        )
    if not isinstance(fields[0], MultilevelPixelData):
        raise ValueError(
            'the targets have no levels; use the encoder '
            'MultiResolutionAssociativeEmbedding in GenerateTarget'
        )
    k = fields[0].heatmaps[0].shape[0]
    if k != num_keypoints:
        raise ValueError(
            f'the data set has {k} keypoints, but `num_keypoints` of the head '
            f'is {num_keypoints}'
        )
    levels = range(len(fields[0].heatmaps))
    heatmaps = [torch.stack([f.heatmaps[i] for f in fields]) for i in levels]
    if 'heatmap_mask' in fields[0]:
        masks = [
            torch.stack([f.heatmap_mask[i][0] for f in fields]) for i in levels
        ]
    else:
        masks = [torch.ones_like(h[:, 0]) for h in heatmaps]
    indices = [label.keypoint_indices for label in labels]
    return heatmaps, masks, _indices_by_level(indices, num_tag_levels)


def _indices_by_level(
    indices: list[Tensor], num_tag_levels: int
) -> list[list[Tensor]]:
    """Split (N, T, K, 2), where T is left out for one level, by levels."""
    found = 1 if indices[0].ndim == 3 else indices[0].shape[1]
    if found != num_tag_levels:
        raise ValueError(
            f'the codec gives indices of {found} tag levels, the head has '
            f'{num_tag_levels}; set the same `tag_levels` in both'
        )
    if indices[0].ndim == 3:
        return [indices]
    return [[i[:, t] for i in indices] for t in range(num_tag_levels)]


def scale_flip_features(
    feats: Any, num_scales: int, num_flips: int
) -> list[list[Any]]:
    """Bring features into the order [scale][flip].

    Args:
        feats (Any): What mmpose's bottom-up estimators hand to ``predict``:
            lists over scales and flips only where there are several.
        num_scales (int): Number of test scales.
        num_flips (int): 1, or 2 with a flip test.

    Returns:
        list[list[Any]]: features of each scale and flip.

    Raises:
        ValueError: If the numbers do not fit.
    """
    per_scale = list(feats) if num_scales > 1 else [feats]
    if num_flips == 1:
        return [[f] for f in per_scale]
    if len(per_scale) != num_scales or any(
        len(f) != num_flips for f in per_scale
    ):
        raise ValueError(
            f'expected features of {num_scales} scales with {num_flips} '
            'flips; `flip_test` and the scales of the test pipeline must be '
            'the same for the estimator and the head'
        )
    return [list(f) for f in per_scale]
