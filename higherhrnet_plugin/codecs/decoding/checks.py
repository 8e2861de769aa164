"""Checks of the decoder's options and of the maps it is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

# torso outwards, as in the official code
COCO_ORDER = (0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16)


def check_odd(**options: int) -> None:
    """Raise ValueError unless all sides of windows are odd."""
    for key, value in options.items():
        # so written, nan is refused, too
        if not (value >= 1 and value % 2 == 1):
            raise ValueError(f'`{key}` must be odd, got {value}')


def check_positive(**options: Optional[float]) -> None:
    """Raise ValueError unless all are positive, or None for no limit."""
    for key, value in options.items():
        if value is not None and not value > 0:
            raise ValueError(f'`{key}` must be positive, got {value}')


def check_not_negative(**options: float) -> None:
    """Raise ValueError if one is negative."""
    for key, value in options.items():
        if not value >= 0:
            raise ValueError(f'`{key}` must not be negative, got {value}')


def grouping_order(
    order: Optional[Sequence[int]], num_keypoints: int
) -> Sequence[int]:
    """Return the order in which keypoints are grouped.

    Args:
        order (Sequence[int], optional): What the user wants.
        num_keypoints (int): K.

    Returns:
        Sequence[int]: that, or else torso outwards for 17 COCO keypoints and
        0, 1, 2, ... for any other K.

    Raises:
        ValueError: If not every keypoint comes once.
    """
    if order is None:
        coco = num_keypoints == len(COCO_ORDER)
        return COCO_ORDER if coco else range(num_keypoints)
    if sorted(order) != list(range(num_keypoints)):
        raise ValueError(
            f'`keypoint_order` must hold each of 0 to {num_keypoints - 1} '
            f'once, got {list(order)}'
        )
    return order


def check_maps(
    heatmaps: Sequence[int],
    tags: Sequence[int],
    num_keypoints: Optional[int],
    tag_per_keypoint: bool,
) -> int:
    """Check the shapes of the maps of an image.

    Args:
        heatmaps (Sequence[int]): (K, H, W).
        tags (Sequence[int]): (L*G, H, W).
        num_keypoints (int, optional): K, where it is known.
        tag_per_keypoint (bool): Whether G is K, or 1.

    Returns:
        int: G.

    Raises:
        ValueError: If they do not fit together.
    """
    k = heatmaps[0]
    if 0 in heatmaps:
        raise ValueError(
            'expected heatmaps (K, H, W) with at least one cell, got '
            f'{tuple(heatmaps)}'
        )
    if num_keypoints not in (None, k):
        raise ValueError(
            f'the heatmaps have {k} channels, but `num_keypoints` of the '
            f'decoder is {num_keypoints}'
        )
    groups = k if tag_per_keypoint else 1
    fits = tags[0] % groups == 0 and tuple(tags[1:]) == tuple(heatmaps[1:])
    if not tags[0] or not fits:
        raise ValueError(
            f'tags of shape {tuple(tags)} do not fit heatmaps of shape '
            f'{tuple(heatmaps)} with tag_per_keypoint={tag_per_keypoint}'
        )
    return groups
