"""Masks of the regions that do not count in training."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from mmcv.image import imflip
from mmcv.transforms import BaseTransform

from ...registry import TRANSFORMS
from ...structures.sizes import size_ratio
from ..bad_images import refuse_image
from .segmentation import union_mask

# grey levels above it are more than half of 255
_HALF = 127


def warp_mask(
    mask: np.ndarray, warp_mat: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Bring a mask of the image to a level.

    Args:
        mask (np.ndarray): uint8 (H, W), 255 where the image counts.
        warp_mat (np.ndarray): float (2, 3), image to level cells.
        size (tuple[int, int]): (w, h) of the level.

    Returns:
        np.ndarray: bool (h, w); outside the image nothing counts.
    """
    return cv2.warpAffine(mask, warp_mat, size) > _HALF


@TRANSFORMS.register_module()
class MultiResolutionHeatmapMask(BaseTransform):
    """Mask crowds and people without labelled keypoints at every level.

    The mask of the image is warped to each level directly, as in
    ``CocoKeypoints`` and ``RandomAffineTransform`` of the official code.
    Unlike mmpose's ``BottomupGetHeatmapMask`` it reads run-length encodings,
    so that COCO's crowds do not count as background, and skips broken or
    empty segmentations.

    Required Keys:

        - img_shape: (h, w) of the image before it was warped
        - heatmaps: list of (K, h, w), or heatmap_sizes: list of (w, h), from
          ``GenerateBottomupTarget``
        - input_size: (w, h), from ``BottomupAlignedAffine``
        - warp_mat: (2, 3), image to input pixels
        - use_udp (optional): whether levels are aligned at pixel centres
        - invalid_segs (optional): COCO segmentations in image pixels
        - flip, flip_direction (optional)

    Added Keys:

        - heatmap_mask: list of bool (1, h, w), False where the loss is 0;
          left out where the head draws the heatmaps and nothing is masked

    Examples:
        >>> import numpy as np
        >>> from higherhrnet_plugin import MultiResolutionHeatmapMask
        >>> crowd = dict(segmentation=[[0, 0, 31, 0, 31, 63, 0, 63]])
        >>> results = MultiResolutionHeatmapMask()(
        ...     dict(
        ...         invalid_segs=[crowd['segmentation']],
        ...         img_shape=(64, 64),
        ...         warp_mat=np.eye(2, 3),
        ...         input_size=(64, 64),
        ...         heatmaps=[np.zeros((17, 16, 16)), np.zeros((17, 32, 32))],
        ...     )
        ... )
        >>> [mask.shape for mask in results['heatmap_mask']]
        [(1, 16, 16), (1, 32, 32)]
    """

    def transform(self, results: dict[str, Any]) -> dict[str, Any]:
        """Add the masks.

        Args:
            results (dict): Result dict of the pipeline.

        Returns:
            dict: the same dict with ``heatmap_mask``.

        Raises:
            ValueError: If the targets are not there yet, or a region cannot
                be drawn.
        """
        sizes = _level_sizes(results)
        mask = _image_mask(results)
        use_udp = results.get('use_udp', False)
        masks = []
        for size in sizes:
            ratio = size_ratio(size, results['input_size'], use_udp)
            level_mat = results['warp_mat'][:2] * ratio[:, None]
            level = warp_mask(mask, level_mat, size)
            if results.get('flip'):
                level = imflip(level, results['flip_direction'])
            masks.append(np.ascontiguousarray(level)[None])
        if 'heatmaps' in results or not all(m.all() for m in masks):
            results['heatmap_mask'] = masks
        return results


def _level_sizes(results: dict[str, Any]) -> list[tuple[int, int]]:
    """Return (w, h) of every level of the targets."""
    if 'heatmap_sizes' in results:
        return results['heatmap_sizes']
    if not isinstance(results.get('heatmaps'), list):
        raise ValueError(
            'MultiResolutionHeatmapMask comes after GenerateBottomupTarget '
            'with the codec MultiResolutionAssociativeEmbedding'
        )
    return [(h.shape[2], h.shape[1]) for h in results['heatmaps']]


def _image_mask(results: dict[str, Any]) -> np.ndarray:
    """Mask the image, uint8 (H, W), 255 where it counts."""
    shape = tuple(results['img_shape'][:2])
    invalid = [s for s in results.get('invalid_segs') or [] if s]
    if not invalid:
        return np.full(shape, 255, dtype=np.uint8)
    try:
        mask = union_mask(invalid, shape)
    except ValueError as error:
        refuse_image(
            results, ValueError(f'has a mask that cannot be drawn: {error}')
        )
    return cv2.compare(mask, 0, cv2.CMP_EQ)
