"""How a player turns, mirrors and stretches the frames of a video."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Optional

import cv2
import numpy as np

# players show narrower and wider pixels than these as a fault of the file
_ASPECTS = (Fraction(1, 4), Fraction(4))


def turn_upright(image: np.ndarray, matrix: Optional[bytes]) -> np.ndarray:
    """Turn and mirror a frame as a player shows it.

    Args:
        image (np.ndarray): uint8 (H, W, 3), as stored.
        matrix (bytes, optional): Display matrix of FFmpeg, nine int32
            (a, b, u, c, d, v, x, y, w): the stored point (x, y) is shown at
            (a x + c y, b x + d y) and shifted into the picture. Angles
            between the quarters of a turn count as the nearest.

    Returns:
        np.ndarray: uint8; sides are swapped after a quarter of a turn.
    """
    if matrix is None:
        return image
    a, b, _, c, d, *_ = np.frombuffer(matrix, np.int32).tolist()
    turned = abs(b) + abs(c) > abs(a) + abs(d)
    mirrored = ((c if turned else a) < 0, (b if turned else d) < 0)
    if turned:
        image = cv2.transpose(image)
    if any(mirrored):
        # OpenCV's codes: 1 left and right, 0 top and bottom, -1 both
        image = cv2.flip(image, {(1, 0): 1, (0, 1): 0}.get(mirrored, -1))
    return image


def square_pixels(width: int, height: int, aspect: Any) -> tuple[int, int]:
    """Return the size of a frame with square pixels, as a player shows it.

    Args:
        width (int): Stored columns.
        height (int): Stored rows.
        aspect (Fraction, optional): Width of a pixel by its height; None or
            0 where the file does not say.

    Returns:
        tuple[int, int]: width and height; the height never changes.
    """
    if not aspect or not _ASPECTS[0] <= aspect <= _ASPECTS[1]:
        return width, height
    return max(round(width * aspect), 1), height
