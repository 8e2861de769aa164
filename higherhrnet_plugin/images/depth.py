"""Images of more than 8 bits."""

from __future__ import annotations

import numpy as np

_FULL = 2**16
# what 14 bits hold; cameras for science give 10, 12 or 14
_SMALL = 2**14


def narrow(pixels: np.ndarray) -> np.ndarray:
    """Bring an image of 16 bits to 8 by its high bytes.

    Args:
        pixels (np.ndarray): uint16 of any shape.

    Returns:
        np.ndarray: uint8.
    """
    return (pixels >> 8).astype(np.uint8)


def stretch(pixels: np.ndarray) -> np.ndarray:
    """Bring an image of 16 bits to 8 by its own range.

    Args:
        pixels (np.ndarray): uint16 of any shape.

    Returns:
        np.ndarray: uint8, 0 for the lowest value of all channels, 255 for
        the highest; all 0 if there is one value only.
    """
    low, high = int(pixels.min()), int(pixels.max())
    scale = 255 / max(high - low, 1)
    return np.rint((pixels - np.uint16(low)) * scale).astype(np.uint8)


def hint_range(pixels: np.ndarray) -> str:
    """Say so if an image uses a small part of its range.

    Args:
        pixels (np.ndarray): uint16 of any shape.

    Returns:
        str: the hint, or ''.
    """
    high = int(pixels.max())
    if high >= _SMALL:
        return ''
    return (
        f'16-bit image whose highest value is {high} of {_FULL - 1}, nearly '
        'black; set `stretch=True` of LoadBottomupImage (--stretch of the '
        'inference) to use its own range'
    )
