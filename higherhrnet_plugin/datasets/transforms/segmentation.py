"""COCO segmentations of every form as masks."""

from __future__ import annotations

from typing import Any

import numpy as np
import xtcocotools.mask as coco_mask

# three points make a polygon
_MIN_COORDINATES = 6


def segmentation_mask(segmentation: Any, shape: tuple[int, int]) -> np.ndarray:
    """Rasterise a COCO segmentation.

    Args:
        segmentation (Any): A list of polygons [x1, y1, x2, y2, ...] in image
            pixels, a run-length encoding ``{'size': [h, w], 'counts': ...}``,
            compressed or not, or None. Polygons of less than three points
            have no area and are skipped.
        shape (tuple[int, int]): (h, w) of the image.

    Returns:
        np.ndarray: bool (h, w), True inside.

    Raises:
        ValueError: If it is of no known form or made for another size.
    """
    height, width = shape
    if not segmentation:
        return np.zeros(shape, dtype=bool)
    if isinstance(segmentation, dict):
        return _decode_rle(segmentation, shape)
    if not isinstance(segmentation, (list, tuple)):
        raise ValueError(
            '`segmentation` must be polygons or a run-length encoding, got '
            f'{type(segmentation).__name__}'
        )
    if np.isscalar(segmentation[0]):
        segmentation = [segmentation]
    polygons = [p for p in segmentation if len(p) >= _MIN_COORDINATES]
    if not polygons:
        return np.zeros(shape, dtype=bool)
    rles = coco_mask.frPyObjects(polygons, height, width)
    return coco_mask.decode(coco_mask.merge(rles)).astype(bool)


def _decode_rle(rle: dict[str, Any], shape: tuple[int, int]) -> np.ndarray:
    """Decode a run-length encoding of the size of the image."""
    if tuple(rle.get('size', ())) != tuple(shape) or 'counts' not in rle:
        raise ValueError(
            'a run-length encoding needs `counts` and the `size` of the '
            f'image {list(shape)}, got size {rle.get("size")}'
        )
    if isinstance(rle['counts'], list):
        rle = coco_mask.frPyObjects(rle, *shape)
    return coco_mask.decode(rle).astype(bool)
