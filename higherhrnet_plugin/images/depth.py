"""Images of more than 8 bits."""

from __future__ import annotations

import numpy as np

from .formats import NOT_READ

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


def check_depth(pixels: np.ndarray) -> None:
    """Refuse what has no rule that brings it to 8 bits.

    OpenCV has: it takes negative numbers for large ones, and floating ones
    for 0 to 255 or in the range of the image.

    Args:
        pixels (np.ndarray): As they are in the file.

    Raises:
        ValueError: If they are neither uint8 nor uint16.
    """
    if pixels.dtype not in (np.uint8, np.uint16):
        text = explain_depth(str(pixels.dtype), pixels)
        raise ValueError(f'{NOT_READ}: it is {text}')


def explain_depth(kind: str, pixels: np.ndarray) -> str:
    """Say what an image holds that is not brought to 8 bits.

    Args:
        kind (str): Of its numbers.
        pixels (np.ndarray): The image.

    Returns:
        str: what it is, and what to do.
    """
    low, high = (pixels.min(), pixels.max()) if pixels.size else (0, 0)
    return (
        f'an image of {kind} with values from {low} to {high}; bring it to 8 '
        'or 16 bits first'
    )


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
