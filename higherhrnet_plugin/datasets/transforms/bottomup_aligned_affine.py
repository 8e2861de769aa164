"""Random affine augmentation of the official recipe."""

from __future__ import annotations

from typing import Any, Optional, Union

import cv2
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness

from ...registry import TRANSFORMS
from ...structures.sizes import parse_size
from .annotated_size import check_annotated_size
from .shared_codec import input_settings


def random_warp(
    image_size: tuple[int, int],
    input_size: tuple[int, int],
    region: np.ndarray,
    shift: np.ndarray,
    angle: float,
    use_udp: bool = False,
) -> np.ndarray:
    """Compute the matrix that shows a turned region of the image.

    Args:
        image_size (tuple[int, int]): (w, h) of the image in pixels.
        input_size (tuple[int, int]): (w, h) of the input in pixels.
        region (np.ndarray): (2,), (w, h) of the region in image pixels.
        shift (np.ndarray): (2,), (x, y) of the middle of the region from that
            of the image, in image pixels.
        angle (float): Turn of what is shown, counter-clockwise, in degrees.
        use_udp (bool): Measure between pixel centres. Defaults to False.

    Returns:
        np.ndarray: float64 (2, 3), image to input pixels.
    """
    less = 1 if use_udp else 0
    middle = np.subtract(image_size, less) / 2 + shift
    size = np.subtract(input_size, less)
    turn = np.deg2rad(angle)
    cos, sin = np.cos(turn), np.sin(turn)
    linear = (size / region)[:, None] * np.array([[cos, sin], [-sin, cos]])
    return np.hstack((linear, (size / 2 - linear @ middle)[:, None]))


@TRANSFORMS.register_module()
class BottomupAlignedAffine(BaseTransform):
    """Shift, scale and turn an image with its people.

    The official augmentation: the region that is shown is the shorter side
    of the image times a random factor, its middle is shifted by a share of
    the region, all drawn uniformly. mmpose's ``BottomupRandomAffine`` shifts
    by a share of the image's sides, and its ``use_udp`` has no effect.
    Source: ``RandomAffineTransform`` in
    ``lib/dataset/transforms/transforms.py`` of the official code;
    ``BottomUpRandomAffine`` of MMPose 0.x for UDP.

    Required Keys:

        - img: uint8 (h, w, 3)
        - keypoints (optional): (N, K, 2), (x, y) in image pixels
        - bbox (optional): (N, 4), (x1, y1, x2, y2) in image pixels
        - area (optional): (N,), square image pixels
        - codec (optional): of the data set, which tells what the arguments
          do not

    Modified Keys:

        - img, in the input size; keypoints, bbox (the box around the turned
          one) and area, in input pixels

    Added Keys:

        - input_size: (w, h)
        - warp_mat: float64 (2, 3), image to input pixels
        - use_udp: bool
        - person_sizes: float (N, 2), (w, h) of the boxes in input pixels,
          along their own sides; only with boxes

    Args:
        input_size (tuple[int, int] | int, optional): (w, h) in pixels, or
            the side of a square. Defaults to that of the codec.
        shift_factor (float): Largest shift along both axes, as a share of the
            shorter side of the region. Defaults to 0.2, the official 40 of
            200.
        scale_factor (tuple[float, float]): Smallest and largest factor of the
            region. Defaults to (0.75, 1.5).
        rotate_factor (float): Largest turn in degrees. Defaults to 30.
        scale_type (str): 'short' (official) starts with the largest region
            inside the image, 'long' with the smallest around it. Defaults to
            'short'.
        use_udp (bool, optional): Unbiased data processing; codec and decoder
            need the same. Defaults to what the codec says, or else False.

    Raises:
        ValueError: If an argument is out of its range.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import BottomupAlignedAffine
        >>> image = np.zeros((40, 60, 3), np.uint8)
        >>> results = BottomupAlignedAffine(input_size=32)(dict(img=image))
        >>> results['img'].shape, results['warp_mat'].shape
        ((32, 32, 3), (2, 3))
    """

    def __init__(
        self,
        input_size: Union[tuple[int, int], int, None] = None,
        shift_factor: float = 0.2,
        scale_factor: tuple[float, float] = (0.75, 1.5),
        rotate_factor: float = 30.0,
        scale_type: str = 'short',
        use_udp: Optional[bool] = None,
    ) -> None:
        low, high = scale_factor
        if not 0 < low <= high:
            raise ValueError(
                '`scale_factor` must be two positive numbers, the smaller '
                f'first, got {scale_factor}'
            )
        if shift_factor < 0 or rotate_factor < 0:
            raise ValueError(
                '`shift_factor` and `rotate_factor` must not be negative, got '
                f'{shift_factor} and {rotate_factor}'
            )
        if scale_type not in ('short', 'long'):
            raise ValueError(
                f"`scale_type` must be 'short' or 'long', got {scale_type!r}"
            )
        if input_size is not None:
            input_size = parse_size('input_size', input_size, square=True)
        self.input_size = input_size
        self.shift_factor = shift_factor
        self.scale_factor = (low, high)
        self.rotate_factor = rotate_factor
        self.scale_type = scale_type
        self.use_udp = use_udp

    @cache_randomness
    def _draw(self) -> tuple[np.ndarray, float, float]:
        """Draw a shift (2,) in [-1, 1], a scale and a turn."""
        scale = np.random.uniform(*self.scale_factor)
        turn = np.random.uniform(-1, 1) * self.rotate_factor
        return np.random.uniform(-1, 1, size=2), scale, turn

    def _region(
        self, image_size: tuple[int, int], input_size: tuple[int, int]
    ) -> np.ndarray:
        """Return (w, h) of the region before it is scaled."""
        ratios = np.divide(image_size, input_size)
        fit = ratios.min() if self.scale_type == 'short' else ratios.max()
        return fit * np.array(input_size)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Warp the image and everything that lies on it.

        Args:
            results (dict): Result dict of the pipeline.

        Returns:
            dict: the same dict with the keys above.

        Raises:
            ValueError: If the image has another size than its annotations,
                which a loader of mmpose does not notice, or nothing tells
                the input size.
        """
        check_annotated_size(results)
        input_size, use_udp = input_settings(results, self)
        image = results['img']
        image_size = image.shape[1], image.shape[0]
        shift, scale, turn = self._draw()
        region = self._region(image_size, input_size) * scale
        warp_mat = random_warp(
            image_size,
            input_size,
            region,
            shift * self.shift_factor * region.min(),
            turn,
            use_udp,
        )
        results['img'] = cv2.warpAffine(image, warp_mat, input_size)
        results['input_size'] = input_size
        results['warp_mat'] = warp_mat
        results['use_udp'] = use_udp
        if results.get('keypoints') is not None:
            results['keypoints'] = _warp(results['keypoints'], warp_mat)
        factor = abs(np.linalg.det(warp_mat[:, :2]))
        if results.get('bbox') is not None:
            boxes = np.asarray(results['bbox'])
            sides = boxes[:, 2:4] - boxes[:, :2]
            results['person_sizes'] = sides * np.sqrt(factor)
            results['bbox'] = _warp_boxes(results['bbox'], warp_mat)
        if results.get('area') is not None:
            results['area'] = np.asarray(results['area']) * factor
        return results

    def __repr__(self) -> str:
        """Describe the transform."""
        return (
            f'{type(self).__name__}(input_size={self.input_size}, '
            f'shift_factor={self.shift_factor}, '
            f'scale_factor={self.scale_factor}, '
            f'rotate_factor={self.rotate_factor}, '
            f'scale_type={self.scale_type!r}, use_udp={self.use_udp})'
        )


def _warp(points: np.ndarray, warp_mat: np.ndarray) -> np.ndarray:
    """Warp points (..., 2)."""
    warped = points @ warp_mat[:, :2].T + warp_mat[:, 2]
    return warped.astype(np.float32)


def _warp_boxes(boxes: np.ndarray, warp_mat: np.ndarray) -> np.ndarray:
    """Return the boxes (N, 4) around warped boxes (N, 4)."""
    corners = _warp(boxes[:, [[0, 1], [2, 1], [2, 3], [0, 3]]], warp_mat)
    return np.hstack((corners.min(axis=1), corners.max(axis=1)))
