"""Arrays and images of Pillow as pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image

from .depth import explain_depth, narrow, stretch
from .orientation import read_orientation, turn_upright

_FULL = 2**16
_CHANNELS = (1, 3, 4)


def to_bgr(image: Any, stretch_range: bool = False) -> np.ndarray:
    """Bring an image from memory to the form of image files.

    Args:
        image (np.ndarray | PIL.Image.Image): Arrays are (H, W), (H, W, 1),
            grey, (H, W, 3), BGR, or (H, W, 4), BGRA, whose opacity is left
            out. uint8 is taken as it is, uint16 by its high bytes, floating
            numbers from 0 to 1 times 255. Images of Pillow are RGB, and are
            turned as their EXIF record says.
        stretch_range (bool): Whether uint16 is shown in the range of its
            values. Defaults to False.

    Returns:
        np.ndarray: uint8 (H, W, 3), BGR, upright.

    Raises:
        TypeError: If it is neither an array nor an image of Pillow, or of
            other numbers.
        ValueError: If its shape or its values have no meaning.
    """
    if isinstance(image, Image.Image):
        # PNG files may hold the record behind the pixels
        image.load()
        orientation = read_orientation(image.info.get('exif'))
        image = turn_upright(pil_to_array(image), orientation)
    if not isinstance(image, np.ndarray):
        raise TypeError(
            'an image is a file name, a numpy array or an image of Pillow, '
            f'got {type(image).__name__}'
        )
    _check_shape(image.shape)
    if image.ndim == 2:
        image = image[..., None]
    # the opacity has no part in the range
    image = image[..., :3]
    if image.dtype == np.uint16:
        image = (stretch if stretch_range else narrow)(image)
    elif np.issubdtype(image.dtype, np.floating):
        image = _from_float(image)
    elif image.dtype != np.uint8:
        raise TypeError(
            'an image array holds uint8, uint16 or floating numbers from 0 '
            f'to 1, got {image.dtype}'
        )
    if image.shape[2] == 1:
        image = image.repeat(3, axis=2)
    return np.ascontiguousarray(image)


def pil_to_array(image: Image.Image) -> np.ndarray:
    """Take the pixels of an image of Pillow, as they are stored.

    Args:
        image (PIL.Image.Image): Of any mode; the opacity is left out.

    Returns:
        np.ndarray: uint8 (H, W, 3), BGR, or uint16 (H, W) for grey images of
        16 bits.

    Raises:
        ValueError: If it holds numbers of 32 bits beyond those of 16.
    """
    if image.mode == 'F' or image.mode.startswith('I'):
        values = np.asarray(image)
        low, high = values.min(initial=0), values.max(initial=0)
        if image.mode == 'F' or low < 0 or high >= _FULL:
            kind = f'the mode {image.mode!r}'
            raise ValueError(explain_depth(kind, values))
        return values.astype(np.uint16)
    rgb = np.asarray(image.convert('RGB'))
    return np.ascontiguousarray(rgb[..., ::-1])


def _check_shape(shape: tuple[int, ...]) -> None:
    """Refuse what is no image."""
    if len(shape) not in (2, 3) or (
        len(shape) == 3 and shape[2] not in _CHANNELS
    ):
        hint = ''
        if len(shape) == 4:
            hint = '; give the images of a batch one by one, as a list'
        elif len(shape) == 3 and shape[0] in _CHANNELS:
            hint = '; the channels come last'
        raise ValueError(
            'an image array has the shape (H, W), or (H, W, C) with 1, 3 or 4 '
            f'channels, got {shape}{hint}'
        )
    if 0 in shape:
        raise ValueError(f'an image without pixels: {shape}')


def _from_float(image: np.ndarray) -> np.ndarray:
    """Bring numbers from 0 to 1 to 8 bits."""
    low, high = float(image.min()), float(image.max())
    # NaN is not in the range either
    if not (low >= 0 and high <= 1):
        raise ValueError(
            'an image of floating numbers has values from 0 to 1, got '
            f'{low:g} to {high:g}'
        )
    return np.rint(image * 255).astype(np.uint8)
