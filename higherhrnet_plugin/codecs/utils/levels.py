"""From pixels of the network input to cells of a level, and back.

Source: HigherHRNet (``stride``), and UDP (Huang et al., CVPR 2020, section
3.2), which measures lengths between the centres of the outermost pixels.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


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
    """
    less = 1 if use_udp else 0
    return np.subtract(target, less) / np.maximum(np.subtract(source, less), 1)
