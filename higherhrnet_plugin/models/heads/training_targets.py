"""What the head reads from data samples in training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import torch
from mmpose.structures import MultilevelPixelData
from torch import Tensor

from ...codecs.targets.on_device import TargetLevels, draw_batch


def read_targets(
    samples: Sequence[Any], maps: Sequence[Tensor], num_tag_levels: int
) -> tuple[list[Tensor], list[Tensor], list[list[Tensor]]]:
    """Collect the training targets of a batch, drawing them where needed.

    Args:
        samples (Sequence[PoseDataSample]): B samples.
        maps (Sequence[Tensor]): Predicted heatmaps (B, K, h, w) of every
            level.
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
    drawn = [f is not None and 'heatmaps' in f for f in fields]
    to_draw = [x is not None and 'target_cells' in x for x in labels]
    if not all(a or b for a, b in zip(drawn, to_draw)) or any(
        x is None or 'keypoint_indices' not in x for x in labels
    ):
        raise ValueError(
            'the samples have no heatmaps or keypoint_indices; the train '
            "pipeline needs dict(type='GenerateBottomupTarget'), and its data "
            "set codec=dict(type='MultiResolutionAssociativeEmbedding', ...)"
        )
    if any(drawn) and any(to_draw):
        raise ValueError(
            'some samples of the batch bring heatmaps and some leave them to '
            'the head; set the same `on_device` in the `codec` of all train '
            'data sets'
        )
    if any(to_draw):
        heatmaps = _draw_heatmaps(labels, maps)
    else:
        heatmaps = _stack_heatmaps(fields, maps[0].shape[1])
    masks = _stack_masks(fields, heatmaps)
    indices = [label.keypoint_indices for label in labels]
    return heatmaps, masks, _indices_by_level(indices, num_tag_levels)


def read_person_scales(samples: Sequence[Any]) -> list[Tensor]:
    """Collect how large the people of a batch are.

    Args:
        samples (Sequence[PoseDataSample]): B samples.

    Returns:
        list[Tensor]: B tensors float32 (N_b,), as
        :func:`.person_scales` has them.

    Raises:
        ValueError: If a sample does not tell.
    """
    labels = [sample.gt_instance_labels for sample in samples]
    if not all('person_scales' in label for label in labels):
        raise ValueError(
            '`scale_weight` of the tag loss needs the sizes of people; set '
            '`person_scales=True` in the `codec` of all train data sets '
            '(`codec.person_scales=True`)'
        )
    return [label.person_scales for label in labels]


def _stack_heatmaps(fields: Sequence[Any], num_keypoints: int) -> list[Tensor]:
    """Stack the heatmaps that the samples bring."""
    if not isinstance(fields[0], MultilevelPixelData):
        raise ValueError(
            'the targets have no levels; use GenerateBottomupTarget with '
            "codec=dict(type='MultiResolutionAssociativeEmbedding', ...) of "
            'the data set'
        )
    _check_num_keypoints(fields[0].heatmaps[0].shape[0], num_keypoints)
    levels = range(len(fields[0].heatmaps))
    return [torch.stack([f.heatmaps[i] for f in fields]) for i in levels]


def _draw_heatmaps(
    labels: Sequence[Any], maps: Sequence[Tensor]
) -> list[Tensor]:
    """Draw the heatmaps that the samples describe."""
    device = maps[0].device
    cells = [label.target_cells.to(device) for label in labels]
    _check_num_keypoints(cells[0].shape[2], maps[0].shape[1])
    sizes = tuple((m.shape[3], m.shape[2]) for m in maps)
    described = {levels for label in labels for levels in label.target_levels}
    if not described:
        # nobody to draw
        return [torch.zeros_like(m, dtype=torch.float32) for m in maps]
    if len(described) > 1:
        raise ValueError(
            'the samples of the batch ask for different targets: '
            f'{sorted(described)}; use one `codec` for all train data sets'
        )
    (levels,) = described
    if levels.sizes != sizes:
        raise ValueError(
            f'the head gives levels (w, h) of {list(sizes)}, the targets are '
            f'for {list(levels.sizes)}; check `input_size` and '
            '`heatmap_sizes` of the codec'
        )
    return _draw_levels(labels, cells, levels)


def _draw_levels(
    labels: Sequence[Any], cells: Sequence[Tensor], levels: TargetLevels
) -> list[Tensor]:
    """Draw every level."""
    offsets = _read_alike(labels, 'target_offsets', cells[0].device, 'use_udp')
    sigmas = _read_alike(
        labels, 'target_sigmas', cells[0].device, 'sigma_box_size'
    )
    return [
        draw_batch(
            [rows[:, i] for rows in cells],
            None if offsets is None else [shift[:, i] for shift in offsets],
            size,
            sigma if sigmas is None else [own[:, i] for own in sigmas],
        )
        for i, (size, sigma) in enumerate(zip(*levels))
    ]


def _read_alike(
    labels: Sequence[Any], name: str, device: torch.device, option: str
) -> Optional[list[Tensor]]:
    """Read what all samples have, or none."""
    has = {name in label for label in labels}
    if len(has) > 1:
        raise ValueError(
            f'some samples of the batch are encoded with `{option}`, some '
            f'are not; set the same `{option}` in the `codec` of all train '
            'data sets'
        )
    if has == {False}:
        return None
    return [label[name].to(device) for label in labels]


def _stack_masks(
    fields: Sequence[Any], heatmaps: Sequence[Tensor]
) -> list[Tensor]:
    """Stack the masks; a sample without them counts as a whole."""
    masks = [
        None if f is None or 'heatmap_mask' not in f else f.heatmap_mask
        for f in fields
    ]
    example = next((mask for mask in masks if mask is not None), None)
    if example is None:
        return [torch.ones_like(h[:, 0], dtype=torch.bool) for h in heatmaps]
    whole = [torch.ones_like(level) for level in example]
    masks = [whole if mask is None else mask for mask in masks]
    return [torch.stack(level)[:, 0] for level in zip(*masks)]


def _check_num_keypoints(found: int, num_keypoints: int) -> None:
    """Raise ValueError if the data has another number of keypoints."""
    if found != num_keypoints:
        raise ValueError(
            f'the data set has {found} keypoints, but `num_keypoints` of the '
            f'head is {num_keypoints}'
        )


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
