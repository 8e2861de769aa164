"""Checks of codec arguments, with messages that name the config key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

import numpy as np

from ...structures.sizes import Size, parse_size


def level_sizes(input_size: Size, strides: Sequence[int]) -> list[Size]:
    """Divide the input size by the stride of every level.

    Args:
        input_size (tuple[int, int]): (w, h) of the network input.
        strides (Sequence[int]): Input pixels from cell to cell, each a whole
            part of both sides.

    Returns:
        list[tuple[int, int]]: (w, h) of each level.

    Raises:
        ValueError: If a stride does not divide the input evenly.
    """
    width, height = input_size
    if any(s < 1 or width % s or height % s for s in strides):
        raise ValueError(
            f'`strides` {list(strides)} must divide both sides of '
            f'`input_size` {input_size}; choose multiples of '
            f'{max(strides, default=1)}, or state `heatmap_sizes`'
        )
    return [(width // s, height // s) for s in strides]


def check_levels(
    input_size: Union[Size, int],
    heatmap_sizes: Optional[Sequence[Size]],
    sigma: Union[float, Sequence[float]],
    strides: Optional[Sequence[int]] = None,
) -> tuple[Size, list[Size], list[float]]:
    """Check and normalise the sizes and sigmas of a heatmap pyramid.

    Args:
        input_size (tuple[int, int] | int): (w, h) of the network input, or
            the side of a square.
        heatmap_sizes (Sequence[tuple[int, int]], optional): (w, h) of each
            level. None leaves them to ``strides``.
        sigma (float | Sequence[float]): In cells, one or one per level.
        strides (Sequence[int], optional): Of each level. Defaults to those
            of ``heatmap_sizes``, or else to (4, 2).

    Returns:
        tuple: the input size, the list of level sizes, the list of sigmas.

    Raises:
        ValueError: If a level is empty, does not divide the input evenly, is
            not finer than the level before, sizes and strides differ, or a
            sigma is missing or not positive.
    """
    width, height = parse_size('input_size', input_size, square=True)
    if heatmap_sizes is None:
        heatmap_sizes = level_sizes((width, height), strides or (4, 2))
    if not heatmap_sizes or isinstance(heatmap_sizes[0], (int, float)):
        raise ValueError(
            '`heatmap_sizes` must list the (w, h) of every level, e.g. '
            f'[(128, 128), (256, 256)], got {heatmap_sizes!r}'
        )
    levels = _parse_pyramid((width, height), heatmap_sizes)
    if strides is not None and level_sizes((width, height), strides) != levels:
        raise ValueError(
            f'`heatmap_sizes` {levels} of the codec are not those of its '
            f'`strides` {list(strides)} at `input_size` {(width, height)}; '
            'leave one of the two out'
        )
    if isinstance(sigma, Sequence):
        sigmas = [float(s) for s in sigma]
    else:
        sigmas = [float(sigma)] * len(levels)
    if len(sigmas) != len(levels):
        raise ValueError(
            f'`sigma` has {len(sigmas)} values for {len(levels)} levels in '
            '`heatmap_sizes`'
        )
    if any(not np.isfinite(s) or s <= 0 for s in sigmas):
        raise ValueError(f'`sigma` must be positive, got {sigma!r}')
    return (width, height), levels, sigmas


def _parse_pyramid(
    input_size: Size, heatmap_sizes: Sequence[Size]
) -> list[Size]:
    """Check that levels grow and divide the input, each by one stride."""
    width, height = input_size
    levels = [
        parse_size(f'heatmap_sizes[{i}]', size)
        for i, size in enumerate(heatmap_sizes)
    ]
    for i, (w, h) in enumerate(levels):
        if width % w or height % h or width * h != height * w:
            raise ValueError(
                f'`heatmap_sizes[{i}]` {(w, h)} does not divide `input_size` '
                f'{(width, height)} by one whole stride'
            )
        if i and (w <= levels[i - 1][0] or h <= levels[i - 1][1]):
            raise ValueError(
                f'`heatmap_sizes` must grow, got {levels[i - 1]} before '
                f'{(w, h)}'
            )
    return levels


def check_tag_levels(
    tag_levels: Sequence[int], num_levels: int, source: str
) -> None:
    """Check which levels have tags.

    Args:
        tag_levels (Sequence[int]): What the user wants.
        num_levels (int): Levels that there are.
        source (str): What has them, with its verb, for the message.

    Raises:
        ValueError: If there is none, or one is not there or comes twice.
    """
    if not tag_levels or not set(tag_levels) <= set(range(num_levels)):
        raise ValueError(
            f'`tag_levels` is {list(tag_levels)}, but {source} the levels 0 '
            f'to {num_levels - 1}'
        )
    if len(set(tag_levels)) < len(tag_levels):
        raise ValueError(
            f'`tag_levels` is {list(tag_levels)}, which would count a level '
            'twice; name each once'
        )


def check_keypoints(
    keypoints: np.ndarray,
    visible: Optional[np.ndarray],
    num_keypoints: Optional[int],
) -> tuple[np.ndarray, np.ndarray]:
    """Check the people of one image.

    Args:
        keypoints (np.ndarray): (N, K, 2 or more), (x, y, ...).
        visible (np.ndarray, optional): (N, K) or (N, K, 1 or more), of which
            the first channel is read. Defaults to ones.
        num_keypoints (int, optional): The K that is expected.

    Returns:
        tuple[np.ndarray, np.ndarray]: keypoints (N, K, >= 2) and visible
        (N, K).

    Raises:
        ValueError: If a shape or the number of keypoints does not fit.
    """
    if keypoints.ndim != 3 or keypoints.shape[-1] < 2:
        raise ValueError(
            f'expected keypoints of shape (N, K, 2), got {keypoints.shape}'
        )
    if num_keypoints is not None and keypoints.shape[1] != num_keypoints:
        raise ValueError(
            f'the data has {keypoints.shape[1]} keypoints a person, but '
            f'`num_keypoints` of the codec is {num_keypoints}; make the '
            "data set's metainfo and the config agree"
        )
    if visible is None:
        visible = np.ones(keypoints.shape[:2], dtype=np.float32)
    if visible.ndim == 3:
        visible = visible[..., 0]
    if visible.shape != keypoints.shape[:2]:
        raise ValueError(
            f'expected keypoints_visible of shape {keypoints.shape[:2]}, '
            f'got {visible.shape}'
        )
    return keypoints, visible
