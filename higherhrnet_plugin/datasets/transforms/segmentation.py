"""COCO segmentations of every form as one mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import pycocotools.mask as coco_mask

# three points make a polygon
_MIN_COORDINATES = 6


def union_mask(
    segmentations: Iterable[Any], shape: tuple[int, int]
) -> np.ndarray:
    """Rasterise COCO segmentations on top of each other.

    Args:
        segmentations (Iterable[Any]): Each is a list of polygons
            [x1, y1, x2, y2, ...] in image pixels, a run-length encoding
            ``{'size': [h, w], 'counts': ...}``, compressed or not, or None.
            Polygons of less than three points have no area and are skipped.
        shape (tuple[int, int]): (h, w) of the image.

    Returns:
        np.ndarray: uint8 (h, w), 1 inside of any, else 0.

    Raises:
        ValueError: If one is of no known form or made for another size.
    """
    rles = [rle for item in segmentations for rle in _encode(item, shape)]
    if not rles:
        return np.zeros(shape, dtype=np.uint8)
    # decoded column by column
    return cv2.transpose(coco_mask.decode(coco_mask.merge(rles)).T)


def _encode(segmentation: Any, shape: tuple[int, int]) -> list[dict[str, Any]]:
    """Give the compressed run-length encodings of one segmentation."""
    if not segmentation:
        return []
    if isinstance(segmentation, dict):
        return [_compress(segmentation, shape)]
    if not isinstance(segmentation, (list, tuple)):
        raise ValueError(
            '`segmentation` must be polygons or a run-length encoding, got '
            f'{type(segmentation).__name__}'
        )
    if np.isscalar(segmentation[0]):
        segmentation = [segmentation]
    polygons = [p for p in segmentation if len(p) >= _MIN_COORDINATES]
    return coco_mask.frPyObjects(polygons, *shape) if polygons else []


def _compress(rle: dict[str, Any], shape: tuple[int, int]) -> dict[str, Any]:
    """Check a run-length encoding, and compress it where it is not."""
    if tuple(rle.get('size', ())) != tuple(shape) or 'counts' not in rle:
        raise ValueError(
            'a run-length encoding needs `counts` and the `size` of the '
            f'image {list(shape)}, got size {rle.get("size")}'
        )
    if isinstance(rle['counts'], list):
        return coco_mask.frPyObjects(rle, *shape)
    return rle
