"""Polygons that are lists of points, where COCO has flat lists."""

from __future__ import annotations

import numbers
from typing import Any, Optional


def flatten_polygons(segmentation: list[Any]) -> list[Any]:
    """Write points one behind the other.

    Args:
        segmentation (list): Polygons, or a single one; each is x1, y1, x2,
            y2, ... or a list of points, [x, y] or {'x': x, 'y': y}.

    Returns:
        list: Polygons as in COCO, or the same list if no points are in it.
    """
    whole = _flatten(segmentation)
    if whole is not None:
        return [whole]
    flat = [_flatten(polygon) for polygon in segmentation]
    if not any(polygon is not None for polygon in flat):
        return segmentation
    return [
        given if polygon is None else polygon
        for given, polygon in zip(segmentation, flat)
    ]


def _flatten(polygon: Any) -> Optional[list[Any]]:
    """Flatten a list of at least three points; None if it is none."""
    if not isinstance(polygon, (list, tuple)) or len(polygon) < 3:
        return None
    flat: list[Any] = []
    for item in polygon:
        point = _read_point(item)
        # mostly at the first item, a plain number
        if point is None:
            return None
        flat += point
    return flat


def _read_point(point: Any) -> Optional[list[Any]]:
    """Read x and y; None if it is no point."""
    if isinstance(point, dict):
        point = [point.get('x'), point.get('y')]
    if not isinstance(point, (list, tuple)) or len(point) != 2:
        return None
    is_point = all(isinstance(value, numbers.Real) for value in point)
    return list(point) if is_point else None
