"""COCO segmentations of every form as one mask."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import cv2
import numpy as np
import pycocotools.mask as coco_mask

from ..coco_repair.segmentations import encode_regions


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
        ValueError: If one is of no known form or does not fit the image.
    """
    rles = [
        rle for item in segmentations for rle in encode_regions(item, shape)
    ]
    if not rles:
        return np.zeros(shape, dtype=np.uint8)
    # decoded column by column
    return cv2.transpose(coco_mask.decode(coco_mask.merge(rles)).T)
