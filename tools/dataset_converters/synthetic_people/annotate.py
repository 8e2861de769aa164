"""Turn masks and joints into COCO annotation fields."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

_LARGEST_HOLE = 6.0
"""Holes of more pixels are kept open in a polygon segmentation."""

_SMALL_AREA = 1024.0
"""Shapes of fewer pixels get polygons that follow the border closely."""


def _contours(mask: np.ndarray) -> tuple[list[np.ndarray], int]:
    """Trace the outer contours of a mask.

    Args:
        mask: Mask, shape (h, w), uint8.

    Returns:
        Contours in half pixels, each of shape (n, 1, 2), int32, and the
        column (in pixels) of a large hole or -1.
    """
    height, width = mask.shape
    # Doubling gives thin limbs an inside, and the contour then runs a
    # quarter of a pixel inside the border of the pixels.
    double = cv2.resize(
        mask, (2 * width, 2 * height), interpolation=cv2.INTER_NEAREST
    )
    found, tree = cv2.findContours(
        double, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE
    )
    outer = []
    for contour, links in zip(found, tree[0] if len(found) else ()):
        if links[3] < 0:
            outer.append(contour)
        elif cv2.contourArea(contour) / 4 > _LARGEST_HOLE:
            left, _, wide, _ = cv2.boundingRect(contour)
            return [], (left + wide // 2) // 2
    return outer, -1


def mask_polygons(
    mask: np.ndarray, offset: tuple[int, int] = (0, 0)
) -> list[list[float]]:
    """Trace a mask as COCO polygons.

    A polygon cannot have a hole, so a mask with a hole is cut in two
    through the hole.

    Args:
        mask: Mask, shape (h, w), uint8.
        offset: Position (x, y) of the mask in the image in pixels.

    Returns:
        Polygons [x0, y0, x1, y1, ...] in pixels, where pixel i reaches from
        i to i + 1.
    """
    contours, cut = _contours(mask)
    if 0 < cut < mask.shape[1]:
        left, top = offset
        return mask_polygons(mask[:, :cut], offset) + mask_polygons(
            mask[:, cut:], (left + cut, top)
        )
    polygons = []
    for contour in contours:
        # The coarse tolerance (half pixels) removes the stairs of a slanted
        # border, which keeps the annotation files small.
        is_small = cv2.contourArea(contour) < 4 * _SMALL_AREA
        smooth = cv2.approxPolyDP(contour, 0.5 if is_small else 1.45, True)
        points = (smooth if len(smooth) > 2 else contour).reshape(-1, 2)
        if len(points) > 2:
            corners = (points + 0.5) / 2 + offset
            polygons.append(corners.ravel().tolist())
    return polygons


def mask_rle(mask: np.ndarray) -> dict[str, list[int]]:
    """Encode a mask as uncompressed COCO RLE.

    Args:
        mask: Mask, shape (h, w), uint8.

    Returns:
        Size [h, w] and the lengths of the runs down the columns, beginning
        with a run of zeros.
    """
    flat = np.concatenate([[0], mask.ravel(order='F') != 0])
    changes = np.flatnonzero(np.diff(flat))
    edges = np.concatenate([[0], changes, [mask.size]])
    return {
        'size': [int(side) for side in mask.shape],
        'counts': [int(run) for run in np.diff(edges)],
    }


def label_keypoints(
    points: np.ndarray,
    hidden: np.ndarray,
    parts: tuple[tuple[int, ...], ...],
    owner: np.ndarray,
    instance: int,
    radius: int,
) -> np.ndarray:
    """Find out which key points are visible.

    Args:
        points: Joints (x, y) in pixels, shape (17, 2), float64.
        hidden: Joints covered in any case, shape (17,), bool.
        parts: Per joint the body parts on which it may be seen.
        owner: Instance * 8 + part of every pixel, shape (h, w), uint8.
        instance: The person.
        radius: Pixels around the joint in which to look for the person.

    Returns:
        Rows (x, y, v), shape (17, 3), float64, with v 2 for visible, 1 for
        covered and 0 (and x = y = 0) for outside the image.
    """
    height, width = owner.shape
    labels = np.zeros((len(points), 3))
    for index, (x, y) in enumerate(np.round(points, 2).tolist()):
        if not (0 <= x <= width - 1 and 0 <= y <= height - 1):
            continue
        column, row = round(x), round(y)
        cell = owner[
            max(row - radius, 0) : row + radius + 1,
            max(column - radius, 0) : column + radius + 1,
        ].ravel()
        codes = {instance * 8 + part for part in parts[index]}
        seen = not hidden[index] and not codes.isdisjoint(cell.tolist())
        labels[index] = x, y, 2 if seen else 1
    return labels


def describe_mask(mask: np.ndarray) -> dict[str, Any]:
    """Compute the fields bbox, area and segmentation of a person.

    Args:
        mask: Visible pixels, shape (h, w), uint8, not empty.

    Returns:
        The fields in pixels, the segmentation as polygons.
    """
    left, top, width, height = cv2.boundingRect(mask)
    crop = mask[top : top + height, left : left + width]
    return {
        'bbox': [left, top, width, height],
        'area': int(cv2.countNonZero(crop)),
        'segmentation': mask_polygons(crop, (left, top)),
    }
