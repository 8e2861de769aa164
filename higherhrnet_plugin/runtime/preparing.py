"""From images to the numbers that an exported network takes.

Note:
    - B: images of one shape, (h, w): size of their inputs
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

import cv2
import numpy as np
import PIL.Image

from ..images import check_ratio, read_image, to_bgr
from ..images.formats import explain_error
from ..images.inputs import make_inputs
from ..images.tiles import Inputs, TiledImage, tile_image
from ..structures.tiles import TileOptions
from .description import Description

Image = Union[str, Path, np.ndarray, PIL.Image.Image]

# what OpenCV raises on sizes that it cannot hold, or resize from
_NOT_RESIZED = (MemoryError, cv2.error)


@dataclass
class Prepared:
    """An image on its way to the network.

    Attributes:
        image (np.ndarray): uint8 (H, W, 3), BGR, upright.
        data (dict[float, tuple[Placement, np.ndarray]]): By test scale, see
            :func:`.make_inputs`.
        hint (str): What may be wrong with the image, or ''.
        tiles (TiledImage | None): The image in tiles, if it is larger than
            one and they are wanted.
    """

    image: np.ndarray
    data: Inputs
    hint: str = ''
    tiles: Optional[TiledImage] = None


def prepare_image(
    image: Image,
    about: Description,
    stretch: bool = False,
    tiles: Optional[TileOptions] = None,
) -> Prepared:
    """Read an image and resize it for every test scale.

    Args:
        image (str | Path | np.ndarray | PIL.Image.Image): File, or an image
            in memory, see :func:`higherhrnet_plugin.images.to_bgr`.
        about (Description): Of the exported file.
        stretch (bool): Show 16-bit images in the range of their values.
            Defaults to False.
        tiles (TileOptions, optional): How to cut larger images. Defaults to
            None, not at all.

    Returns:
        Prepared: the image.

    Raises:
        TypeError: If it is no image, or an array of other numbers.
        ValueError: If it cannot be read or resized; without its name.
    """
    hint = ''
    if isinstance(image, (str, Path)):
        try:
            picture = read_image(image, stretch)
        except (OSError, ValueError) as error:
            raise ValueError(explain_error(error)) from error
        pixels, hint = picture.pixels, picture.hint
    else:
        pixels = to_bgr(image, stretch)
    height, width = pixels.shape[:2]
    check_ratio(width, height)
    settings = (
        about.input_size,
        about.scales,
        about.size_factor,
        about.resize_mode,
        about.use_udp,
    )
    try:
        inputs = make_inputs(pixels, *settings)
        parts = tile_image(pixels, tiles, about.sigmas, *settings)
    except _NOT_RESIZED as error:
        raise ValueError(
            f'{width} x {height} pixels cannot be resized, give a smaller '
            f'image: {error}'
        ) from error
    return Prepared(pixels, inputs, hint, parts)


def stack_inputs(
    batch: Sequence[Inputs], scale: float, about: Description
) -> np.ndarray:
    """Normalise the inputs of one scale.

    Args:
        batch (Sequence[dict]): Of B images, from :func:`.make_inputs`.
        scale (float): The test scale.
        about (Description): Of the exported file.

    Returns:
        np.ndarray: float32 (B, 3, h, w).
    """
    pixels = np.stack([inputs[scale][1] for inputs in batch])
    if about.rgb:
        pixels = pixels[..., ::-1]
    planes = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2), np.float32)
    planes -= np.array(about.mean, np.float32).reshape(3, 1, 1)
    planes /= np.array(about.std, np.float32).reshape(3, 1, 1)
    return planes
