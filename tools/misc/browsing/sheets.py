"""The picture of one sample."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Optional

import numpy as np

from higherhrnet_plugin.visualization import (
    arrange_pictures,
    draw_heatmaps,
    draw_mask,
    draw_people,
    draw_tag_cells,
    label_picture,
    number_people,
)

# smaller inputs are enlarged by a whole number to about this side
PANEL_SIDE = 512


def draw_sample(
    data: dict[str, Any],
    tag_levels: Sequence[int],
    metainfo: dict,
    keypoint: Optional[int],
) -> np.ndarray:
    """Draw the sheet of one sample, uint8 (H, W, 3).

    Args:
        data: ``inputs`` and ``data_samples`` of the training pipeline.
        tag_levels: Levels of ``keypoint_indices``.
        metainfo: Meta information of the data set.
        keypoint: The one to show heatmaps of, if not all.
    """
    image = data['inputs'].permute(1, 2, 0).numpy()
    sample = data['data_samples']
    panels = make_panels(image, sample, tag_levels, metainfo, keypoint)
    sheet = arrange_pictures(panels, columns=-(-len(panels) // 2))
    return label_picture(sheet, make_title(image, sample), height=32)


def make_panels(
    image: np.ndarray,
    sample: Any,
    tag_levels: Sequence[int],
    metainfo: dict,
    keypoint: Optional[int],
) -> list[np.ndarray]:
    """Draw the panels of one sample.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR, the network input.
        sample (PoseDataSample): From the training pipeline.
        tag_levels (Sequence[int]): Levels of ``keypoint_indices``.
        metainfo (dict): Meta information of the data set.
        keypoint (int, optional): The one to show heatmaps of.

    Returns:
        list[np.ndarray]: uint8 pictures with labels: people, then heatmaps,
        tags and masks of the levels.
    """
    zoom = max(1, round(PANEL_SIDE / max(image.shape[:2])))
    image = np.repeat(np.repeat(image, zoom, axis=0), zoom, axis=1)
    people = sample.gt_instances
    points, visible = people.keypoints * zoom, people.keypoints_visible > 0
    links = metainfo.get('skeleton_links', ())
    drawn = draw_people(image, points, visible.astype(float), links)
    panels = [(number_people(drawn, points, visible), 'people')]

    heatmaps = [np.asarray(level) for level in sample.gt_fields.heatmaps]
    sizes = [(level.shape[2], level.shape[1]) for level in heatmaps]
    shown, what = slice(None), 'heatmaps'
    if keypoint is not None:
        name = metainfo['keypoint_id2name'].get(keypoint, keypoint)
        shown, what = slice(keypoint, keypoint + 1), f'heatmaps of {name}'
    for i, (level, (w, h)) in enumerate(zip(heatmaps, sizes)):
        text = f'{what}, level {i} ({w}x{h})'
        panels.append((draw_heatmaps(image, level[shown]), text))

    indices = np.asarray(sample.gt_instance_labels.keypoint_indices)
    by_level = [indices] if indices.ndim == 3 else indices.swapaxes(0, 1)
    for i, cells in zip(tag_levels, by_level):
        text = f'tags, level {i}: {int(cells[..., 1].sum())} cells'
        picture = draw_tag_cells(image, cells, sizes[i])
        panels.append((number_people(picture, points, visible), text))

    for i, level in enumerate(sample.gt_fields.get('heatmap_mask', [])):
        mask = np.asarray(level).reshape(sizes[i][::-1])
        text = f'mask, level {i}: {100 * (mask == 0).mean():.1f} % left out'
        panels.append((draw_mask(image, mask), text))
    return [label_picture(*panel, height=24) for panel in panels]


def make_title(image: np.ndarray, sample: Any) -> str:
    """Describe a sample in one line."""
    seen = np.asarray(sample.gt_instances.keypoints_visible) > 0
    valid = np.asarray(sample.gt_instance_labels.keypoint_indices)[..., 1]
    inside = int(valid.reshape(len(valid), -1, seen.shape[1])[:, 0].sum())
    sizes = [f'{m.shape[2]}x{m.shape[1]}' for m in sample.gt_fields.heatmaps]
    parts = [
        f'image {sample.get("img_id", "without id")}',
        f'{int(seen.any(axis=1).sum())} people with labels',
        f'{int(seen.sum())} joints labelled, {inside} in the frame',
        f'K = {seen.shape[1]}',
        f'input {image.shape[1]}x{image.shape[0]}',
        f'levels {", ".join(sizes)}',
    ]
    if 'heatmap_mask' not in sample.gt_fields:
        parts.append('no mask')
    return '   |   '.join(parts)
