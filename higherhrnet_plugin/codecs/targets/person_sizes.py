"""What targets take from the size of a person.

Note:
    - N: people of one image
    - I: levels of the pyramid
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

# narrower Gaussians would be one cell as well: 0.0003 is left beside it
_LEAST_SIGMA = 0.25


def person_sigmas(
    sizes: np.ndarray,
    box_size: float,
    sigmas: Sequence[float],
    round_up: bool = False,
) -> np.ndarray:
    """Make Gaussians as wide as people are large.

    Source: ``SCALE_AWARE_SIGMA`` and ``INT_SIGMA`` in
    ``lib/dataset/COCOKeypoints.py`` of the official code, which counts pixels
    of the image, over the random scale; here they are those of the input, so
    that the size of an image file does not matter.

    Args:
        sizes (np.ndarray): float (N, 2), (w, h) of the boxes in input pixels.
        box_size (float): Longer side of a box, in input pixels, that has the
            usual standard deviation.
        sigmas (Sequence[float]): The usual standard deviation of I levels, in
            cells.
        round_up (bool): Whether to take whole cells. Defaults to False.

    Returns:
        np.ndarray: float32 (N, I, 2), rows ``[sigma, radius]`` in cells; the
        radius is that of the window that is drawn. At least 0.25, also for a
        box without a size.
    """
    factors = sizes.astype(np.float64).max(axis=1) / box_size
    spread = factors[:, None] * np.asarray(sigmas, dtype=np.float64)
    if round_up:
        spread = np.ceil(spread)
    spread = np.maximum(spread, _LEAST_SIGMA).astype(np.float32)
    radius = np.ceil(3 * spread.astype(np.float64) + 1)
    return np.stack((spread, radius.astype(np.float32)), axis=-1)


def person_scales(
    sizes: np.ndarray, input_size: tuple[int, int]
) -> np.ndarray:
    """Tell how large people are, as a share of the input.

    Source: coupled embedding (Wang et al., ECCV 2022), section 3.

    Args:
        sizes (np.ndarray): float (N, 2), (w, h) of the boxes in input pixels.
        input_size (tuple[int, int]): (w, h) of the input.

    Returns:
        np.ndarray: float32 (N,), the root of the area of the box over that of
        the input; 0 without a box, above 1 for people larger than the input.
    """
    share = sizes.astype(np.float64).prod(axis=1) / np.prod(input_size)
    return np.sqrt(share).astype(np.float32)
