"""Arguments and initialisation of the head."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from mmengine.logging import print_log

from ...codecs.targets.checks import check_tag_levels
from ...registry import KEYPOINT_CODECS


class PyramidSettings(NamedTuple):
    """What the head needs to know of the pyramid.

    Attributes:
        codec (Any): The codec, or None.
        num_deconvs (int): Levels beyond the first.
        tag_levels (tuple[int, ...]): Levels with tags.
        decoder (dict): Defaults of the decoder.
    """

    codec: Any
    num_deconvs: int
    tag_levels: tuple[int, ...]
    decoder: dict[str, Any]


def pyramid_settings(
    codec: Optional[Mapping[str, Any]],
    num_deconvs: Optional[int],
    tag_levels: Optional[Sequence[int]],
) -> PyramidSettings:
    """Read levels and alignment from the codec, where they are not told.

    Args:
        codec (Mapping, optional): The codec of the data sets.
        num_deconvs (int, optional): What the head was told.
        tag_levels (Sequence[int], optional): What the head was told.

    Returns:
        PyramidSettings: the settings; 1 deconvolution and tags at level 0
        where nothing tells them.

    Raises:
        ValueError: If the head is told other levels than the codec has.
    """
    built, levels, tagged = None, 2, (0,)
    defaults: dict[str, Any] = {}
    if codec is not None:
        built = KEYPOINT_CODECS.build(dict(codec))
        levels, tagged = len(built.heatmap_sizes), built.tag_levels
        defaults['use_udp'] = built.use_udp
        _check_told('num_deconvs', num_deconvs, levels - 1)
        told = None if tag_levels is None else tuple(tag_levels)
        _check_told('tag_levels', told, tagged)
    return PyramidSettings(
        built,
        levels - 1 if num_deconvs is None else num_deconvs,
        tagged if tag_levels is None else tuple(tag_levels),
        defaults,
    )


def _check_told(key: str, told: Any, expected: Any) -> None:
    """Refuse levels that are not those of the targets."""
    if told not in (None, expected):
        raise ValueError(
            f'`model.head.{key}` is {told}, but by `model.head.codec` it is '
            f'{expected}, for which targets are made; leave it out, or '
            'change the `codec`'
        )


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
    check_tag_levels(
        tag_levels, num_deconvs + 1, f'{num_deconvs} deconvolutions give'
    )


def check_sizes(
    sigma: str, tag_dim: int, scale_weight: Optional[float]
) -> None:
    """Refuse losses by sizes of people that tags cannot tell.

    A warning says so if nothing teaches tags to tell them.

    Args:
        sigma (str): What the heatmap loss asks for.
        tag_dim (int): Tags of a keypoint and level.
        scale_weight (float, optional): Of the tag loss; None if it has none.

    Raises:
        ValueError: If tags of one dimension shall tell a size.
    """
    if sigma == 'tags' and tag_dim < 2:
        raise ValueError(
            "`sigma='tags'` of the heatmap loss reads the size of people from "
            f'tags of several dimensions, but `tag_dim` is {tag_dim}; 8 is '
            'published'
        )
    if scale_weight and tag_dim < 2:
        raise ValueError(
            f'`scale_weight` of the tag loss is {scale_weight}, but tags of '
            f'`tag_dim` {tag_dim} tell no size, and the loss would be 0; set '
            '`tag_dim` to 8, as published, or `scale_weight` to 0'
        )
    if sigma == 'tags' and scale_weight == 0:
        # as in an ablation, or with weights that tell it already
        print_log(
            "`sigma='tags'` of the heatmap loss reads the size of people from "
            'tags, which nothing teaches it while `scale_weight` of the tag '
            'loss is 0; 1e-4 is published',
            'current',
            logging.WARNING,
        )
