"""Test-time resize whose scales line up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from mmcv.transforms import BaseTransform

from ...images.inputs import check_resizing, make_inputs
from ...images.tiles import tile_image
from ...registry import TRANSFORMS
from ...structures.sizes import parse_size
from ...structures.tiles import TileOptions, parse_tiles
from .annotated_size import check_annotated_size
from .shared_codec import input_settings


@TRANSFORMS.register_module()
class BottomupAlignedResize(BaseTransform):
    """Resize a test image to one input for each test scale.

    Sizes, centre, scale and affine matrix equal the official
    ``resize_align_multi_scale`` (``lib/utils/transforms.py``), so that maps
    of all scales line up. People are mapped back by the estimator with
    ``input_center``, ``input_scale`` and ``input_size``.

    Required Keys:

        - img
        - codec (optional): of the data set, or of the head in inference,
          which tells what the arguments do not
        - sigmas (with tiles): tolerances of the keypoints, of the data set

    Modified Keys:

        - img: uint8 (h, w, 3) at scale 1
        - img_shape: (h, w)

    Added Keys:

        - input_size: (w, h) at scale 1
        - input_center: (x, y) in image pixels
        - input_scale: (w, h) in image pixels
        - warp_mat: float64 (2, 3), image to input pixels at scale 1
        - aug_scales, aug_imgs: the other scales and their images, only with
          several scales
        - use_udp: bool
        - tiles: :class:`.TiledImage`, only with tiles, and where the image is
          larger than one

    Args:
        input_size (tuple[int, int] | int, optional): (w, h) at scale 1, in
            pixels; the official code has a square. Defaults to that of the
            codec.
        scales (Sequence[float]): Test scales, 1 among them. Defaults to (1,).
        size_factor (int): Sides are multiples of it. Defaults to 64.
        resize_mode (str): 'expand' (official) or 'fit', as
            :func:`.place_image` describes them. Defaults to 'expand'.
        use_udp (bool, optional): Unbiased data processing; codec and decoder
            need the same. Defaults to what the codec says, or else False.
        tiles (float | Mapping | TileOptions, optional): Also test the image
            in parts, see :class:`.TileOptions`; a number is its ``pixels``.
            ``MultiScaleBottomupPoseEstimator`` runs them and merges their
            people. Defaults to None.

    Raises:
        ValueError: If a size, a scale, the mode or the tiles cannot work.

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import BottomupAlignedResize
        >>> image = np.zeros((40, 60, 3), np.uint8)
        >>> results = BottomupAlignedResize(input_size=64)(dict(img=image))
        >>> results['input_size']
        (128, 64)
    """

    def __init__(
        self,
        input_size: Union[tuple[int, int], int, None] = None,
        scales: Sequence[float] = (1,),
        size_factor: int = 64,
        resize_mode: str = 'expand',
        use_udp: Optional[bool] = None,
        tiles: Union[float, Mapping[str, Any], TileOptions, None] = None,
    ) -> None:
        check_resizing(scales, resize_mode)
        if input_size is not None:
            input_size = parse_size('input_size', input_size, square=True)
        self.input_size = input_size
        self.scales = tuple(scales)
        self.size_factor = size_factor
        self.resize_mode = resize_mode
        self.use_udp = use_udp
        self.tiles = parse_tiles(tiles)

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Resize ``results['img']``.

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
        results['use_udp'] = use_udp
        settings = (
            input_size,
            self.scales,
            self.size_factor,
            self.resize_mode,
            use_udp,
        )
        if self.tiles is not None:
            sigmas = _find_sigmas(results)
            tiles = tile_image(results['img'], self.tiles, sigmas, *settings)
            if tiles is not None:
                results['tiles'] = tiles
        inputs = make_inputs(results['img'], *settings)
        placement, results['img'] = inputs.pop(1)
        results['input_size'] = placement.size
        results['input_center'] = placement.center
        results['input_scale'] = placement.scale
        results['warp_mat'] = placement.warp_mat
        results['img_shape'] = results['img'].shape[:2]
        if inputs:
            results['aug_scales'] = list(inputs)
            results['aug_imgs'] = [pixels for _, pixels in inputs.values()]
        return results

    def __repr__(self) -> str:
        """Describe the transform."""
        return (
            f'{type(self).__name__}(input_size={self.input_size}, '
            f'scales={self.scales}, size_factor={self.size_factor}, '
            f'resize_mode={self.resize_mode!r}, use_udp={self.use_udp}, '
            f'tiles={self.tiles})'
        )


def _find_sigmas(results: Mapping[str, Any]) -> Any:
    """Return the tolerances by which people of tiles are merged."""
    sigmas = results.get('sigmas')
    if sigmas is None:
        raise ValueError(
            '`tiles` of BottomupAlignedResize merges people by the `sigmas` '
            'of the keypoints, which come with images of the data sets of '
            'this package, and in inference; found none'
        )
    return sigmas
