"""Sizes (w, h) of inputs and levels, and the ratio of two of them.

Source: HigherHRNet (``stride``), and UDP (Huang et al., CVPR 2020, section
3.2), which measures lengths between the centres of the outermost pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

Size = tuple[int, int]


def parse_size(name: str, size: Any, square: bool = False) -> Size:
    """Read a size of a config.

    Args:
        name (str): Its key.
        size (Any): (w, h).
        square (bool): Whether one side of a square will do. Defaults to
            False.

    Returns:
        tuple[int, int]: (w, h).

    Raises:
        ValueError: If it is not two positive whole numbers.

    Examples:
        >>> from higherhrnet_plugin.structures.sizes import parse_size
        >>> parse_size('input_size', 512, square=True)
        (512, 512)
    """
    sides = [size] * 2 if square and isinstance(size, int) else size
    try:
        width, height = (int(side) for side in sides)
    except (TypeError, ValueError):
        width = height = 0
    if min(width, height) < 1 or [width, height] != list(sides):
        expected = '(w, h) of positive ints'
        if square:
            expected += ', or one side of a square'
        raise ValueError(f'`{name}` must be {expected}, got {size!r}')
    return width, height


def size_ratio(
    target: Sequence[int], source: Sequence[int], use_udp: bool
) -> np.ndarray:
    """Return how many units of one size lie on one of another.

    Args:
        target (Sequence[int]): (w, h), e.g. of a level.
        source (Sequence[int]): (w, h), e.g. of the input.
        use_udp (bool): Count the intervals between pixel centres, which are
            one less than the pixels.

    Returns:
        np.ndarray: float64 (2,), factors of x and y.

    Examples:
        >>> from higherhrnet_plugin.structures.sizes import size_ratio
        >>> size_ratio((128, 128), (512, 512), use_udp=False).tolist()
        [0.25, 0.25]
    """
    less = 1 if use_udp else 0
    return np.subtract(target, less) / np.maximum(np.subtract(source, less), 1)
