"""The orientation of photographs, which their EXIF record tells."""

from __future__ import annotations

import struct
from typing import Any, Optional

import cv2
import numpy as np
from PIL import Image

ORIENTATION = 0x0112
# what Pillow raises on broken headers and records
BROKEN_RECORD = (
    EOFError,
    IndexError,
    KeyError,
    OverflowError,
    SyntaxError,
    TypeError,
    ValueError,
    ZeroDivisionError,
    struct.error,
)
# cv2.flip: rows 0, columns 1, both -1; after the transposition from 5 on
_FLIPS = {2: 1, 3: -1, 4: 0, 6: 1, 7: -1, 8: 0}


def read_orientation(record: Optional[bytes]) -> int:
    """Read the orientation of an EXIF record.

    Pillow's own look-up would also take it from XMP, which browsers,
    labelling tools and OpenCV do not.

    Args:
        record (bytes, optional): The record, or None.

    Returns:
        int: 1 to 8; 1 where there is none, or a broken one.
    """
    if record is None:
        return 1
    exif = Image.Exif()
    try:
        exif.load(record)
        return valid_orientation(exif.get(ORIENTATION))
    except (OSError, *BROKEN_RECORD):
        return 1


def valid_orientation(value: Any) -> int:
    """Take 1 for values without meaning, as viewers do.

    Args:
        value (Any): Of the record.

    Returns:
        int: 1 to 8.
    """
    return value if value in range(1, 9) else 1


def turn_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn and mirror an image as EXIF says.

    Args:
        pixels (np.ndarray): uint8 (H, W) or (H, W, 3), as stored.
        orientation (int): 1 to 8; 1 is upright.

    Returns:
        np.ndarray: uint8; sides are swapped from 5 on.
    """
    if orientation >= 5:
        pixels = cv2.transpose(pixels)
    flip = _FLIPS.get(orientation)
    return pixels if flip is None else cv2.flip(pixels, flip)
