"""Arguments and initialisation of the head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def official_init() -> list[dict[str, Any]]:
    """Return the official initialisation of the head.

    Returns:
        list[dict]: ``init_cfg`` of MMEngine.

    Source: ``init_weights`` in ``lib/models/pose_higher_hrnet.py``.
    """
    return [
        {
            'type': 'Normal',
            'layer': ['Conv2d', 'ConvTranspose2d'],
            'std': 0.001,
        },
        {'type': 'Constant', 'layer': '_BatchNorm', 'val': 1},
    ]


def check_options(
    num_keypoints: int,
    tag_dim: int,
    num_deconvs: int,
    tag_levels: Sequence[int],
) -> None:
    """Check the arguments of the head.

    Args:
        num_keypoints (int): K.
        tag_dim (int): Tags of a keypoint and level.
        num_deconvs (int): Levels beyond the first.
        tag_levels (Sequence[int]): Levels with tags.

    Raises:
        ValueError: If one is out of its range.
    """
    if num_keypoints < 1 or tag_dim < 1 or num_deconvs < 0:
        raise ValueError(
            '`num_keypoints` and `tag_dim` must be positive and '
            f'`num_deconvs` not negative, got {num_keypoints}, {tag_dim} '
            f'and {num_deconvs}'
        )
    if not tag_levels or not set(tag_levels) <= set(range(num_deconvs + 1)):
        raise ValueError(
            f'`tag_levels` is {list(tag_levels)}, but {num_deconvs} '
            f'deconvolutions give the levels 0 to {num_deconvs}'
        )
