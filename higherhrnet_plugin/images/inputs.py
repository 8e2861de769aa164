"""An image as the inputs of all test scales."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from ..structures.geometry import Placement, place_image

RESIZE_MODES = ('expand', 'fit')


def check_resizing(scales: Sequence[float], resize_mode: str) -> None:
    """Check how images are made inputs.

    Args:
        scales (Sequence[float]): Test scales.
        resize_mode (str): See :func:`.place_image`.

    Raises:
        ValueError: If they cannot work.
    """
    usable = all(0 < scale < math.inf for scale in scales)
    if not usable or 1 not in scales or len(set(scales)) != len(scales):
        raise ValueError(
            '`scales` must be different, positive, finite and hold 1, got '
            f'{list(scales)}'
        )
    if resize_mode not in RESIZE_MODES:
        raise ValueError(
            f"`resize_mode` must be 'expand' or 'fit', got {resize_mode!r}"
        )


def make_inputs(
    image: np.ndarray,
    input_size: tuple[int, int],
    scales: Sequence[float],
    size_factor: int,
    resize_mode: str,
    use_udp: bool,
) -> dict[float, tuple[Placement, np.ndarray]]:
    """Resize an image to one input for each test scale.

    Args:
        image (np.ndarray): uint8 (H, W, 3).
        input_size (tuple[int, int]): (w, h) at scale 1.
        scales (Sequence[float]): Test scales.
        size_factor (int): See :func:`.place_image`.
        resize_mode (str): See there.
        use_udp (bool): See there.

    Returns:
        dict[float, tuple[Placement, np.ndarray]]: the placement and the
        pixels, uint8 (h, w, 3), of every scale, in the order given.
    """
    image_size = image.shape[1], image.shape[0]
    inputs = {}
    for scale in scales:
        placement = place_image(
            image_size,
            input_size,
            scale,
            min(scales),
            size_factor,
            resize_mode,
            use_udp,
        )
        pixels = cv2.warpAffine(image, placement.warp_mat, placement.size)
        inputs[scale] = placement, pixels
    return inputs
