"""Sizes and placement of a test image at every scale.

Source: ``get_multi_scale_size`` and ``resize_align_multi_scale`` in
``lib/utils/transforms.py`` of the official code; for UDP
``_resize_align_multi_scale_udp`` of MMPose 0.x.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Placement(NamedTuple):
    """Where an image lies in the network input of one scale.

    Attributes:
        size (tuple[int, int]): (w, h) of the input in pixels.
        center (np.ndarray): float64 (2,), (x, y) of the image point that
            falls on the middle of the input, ``size / 2``.
        scale (np.ndarray): float64 (2,), (w, h) of the region of the image,
            in its pixels, that the input shows. An input pixel p is at
            ``p / size * scale + center - scale / 2`` of the image.
        warp_mat (np.ndarray): float64 (2, 3), image to input pixels.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin.structures.geometry import place_image
        >>> placement = place_image((640, 480), (512, 512))
        >>> placement.to_image(np.array([352.0, 256.0])).tolist()
        [320.0, 240.0]
    """

    size: tuple[int, int]
    center: np.ndarray
    scale: np.ndarray
    warp_mat: np.ndarray

    def to_image(self, points: np.ndarray) -> np.ndarray:
        """Bring points of the input to the image.

        Args:
            points (np.ndarray): float32 (..., 2), (x, y) in input pixels.

        Returns:
            np.ndarray: float32 (..., 2), (x, y) in image pixels, by the order
            of steps of mmpose's ``BottomupPoseEstimator``.
        """
        placed = points / self.size * self.scale
        placed = placed + self.center - 0.5 * self.scale
        return placed.astype(np.float32)


def _ceil_to(value: float, factor: int) -> int:
    """Round up to a multiple, a fraction of a pixel aside."""
    return int((value + factor - 1) // factor * factor)


def input_base(
    input_size: tuple[int, int], min_scale: float, size_factor: int
) -> tuple[int, int]:
    """Compute the input size of the smallest scale.

    Args:
        input_size (tuple[int, int]): (w, h) at scale 1.
        min_scale (float): The smallest test scale.
        size_factor (int): Sides are rounded up to a multiple of it.

    Returns:
        tuple[int, int]: (w, h), before it is enlarged along the longer side
        of an image.
    """
    width, height = (_ceil_to(min_scale * s, size_factor) for s in input_size)
    return width, height


def place_image(
    image_size: tuple[int, int],
    input_size: tuple[int, int],
    scale: float = 1.0,
    min_scale: float = 1.0,
    size_factor: int = 64,
    resize_mode: str = 'expand',
    use_udp: bool = False,
) -> Placement:
    """Compute the input size and the placement for one test scale.

    Sizes follow from those of the smallest scale, so that the maps of all
    scales line up.

    Args:
        image_size (tuple[int, int]): (w, h) of the image.
        input_size (tuple[int, int]): (w, h) at scale 1.
        scale (float): The test scale. Defaults to 1.
        min_scale (float): The smallest test scale. Defaults to 1.
        size_factor (int): Sides of the smallest scale are rounded up to a
            multiple of it. Defaults to 64.
        resize_mode (str): 'expand' (official) enlarges the input along the
            longer side of the image, so that the other side fills
            ``input_size``; 'fit' puts the image into ``input_size`` with
            borders. Defaults to 'expand'.
        use_udp (bool): Put the centre of the first image pixel on that of the
            first input pixel, and let lengths count between pixel centres,
            the same region at every scale, as MMPose 0.x has it. Defaults to
            False.

    Returns:
        Placement: the placement.

    Examples:
        >>> from higherhrnet_plugin.structures.geometry import place_image
        >>> place_image((640, 480), (512, 512)).size
        (704, 512)
    """
    image_w, image_h = image_size
    base_w, base_h = input_base(input_size, min_scale, size_factor)
    narrow = image_w * base_h < image_h * base_w
    factor = scale / min_scale
    if resize_mode == 'fit':
        size = int(base_w * factor), int(base_h * factor)
        by_width = not narrow
    elif narrow:
        long_side = _ceil_to(base_w / image_w * image_h, size_factor)
        size = int(base_w * factor), int(long_side * factor)
        by_width = True
    else:
        long_side = _ceil_to(base_h / image_h * image_w, size_factor)
        size = int(long_side * factor), int(base_h * factor)
        by_width = False

    if use_udp:
        return _place_from_corner(image_size, size, factor, by_width)
    region_w = image_w if by_width else size[0] / size[1] * image_h
    ratio = size[0] / region_w
    center = np.array([int(image_w / 2 + 0.5), int(image_h / 2 + 0.5)])
    shift = np.array(size) * 0.5 - ratio * center
    warp_mat = np.array([[ratio, 0, shift[0]], [0, ratio, shift[1]]])
    region = np.array([region_w, size[1] / ratio])
    return Placement(size, center.astype(np.float64), region, warp_mat)


def _place_from_corner(
    image_size: tuple[int, int],
    size: tuple[int, int],
    factor: float,
    by_width: bool,
) -> Placement:
    """Place an image for UDP; ``factor`` leads from the smallest scale."""
    smallest = np.array(size) / factor
    intervals = np.maximum(np.subtract(image_size, 1), 1)
    axis = 0 if by_width else 1
    region = (smallest - 1) * intervals[axis] / (smallest[axis] - 1)
    ratio = np.subtract(size, 1) / region
    warp_mat = np.array([[ratio[0], 0, 0], [0, ratio[1], 0]])
    scale = np.array(size) / ratio
    return Placement(size, scale / 2, scale, warp_mat)
