"""Paint tapered limbs into a picture and into an owner map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from .palette import Colour, mix

SCALE = 2
"""Oversampling of the picture while it is painted."""

_SHIFT = 4
_ARC = np.linspace(-1.0, 1.0, 9)


@dataclass(frozen=True)
class Layer:
    """Hold shapes that are painted together, with one common outline.

    Attributes:
        capsules: Rows (x0, y0, x1, y1, r0, r1): two circles and all that is
            between them, shape (n, 6), float64.
        colours: BGR colour of every capsule.
        part: Body part code, 0-7.
        outline: Whether the shapes get a dark outline and own their pixels;
            False for decoration on top of the same part.
        shade: Whether the shapes get a highlight.
    """

    capsules: np.ndarray
    colours: list[Colour]
    part: int = 0
    outline: bool = True
    shade: bool = True


def capsule_polygons(capsules: np.ndarray) -> np.ndarray:
    """Turn capsules into convex polygons.

    Args:
        capsules: Rows (x0, y0, x1, y1, r0, r1), shape (n, 6), float64.

    Returns:
        Corners (x, y), shape (n, 18, 2), float64.
    """
    start, end = capsules[:, 0:2], capsules[:, 2:4]
    first, second = capsules[:, 4:5], capsules[:, 5:6]
    axis = end - start
    length = np.maximum(np.hypot(axis[:, :1], axis[:, 1:]), 1e-9)
    heading = np.arctan2(axis[:, 1:], axis[:, :1])
    # The common tangents of two circles touch them at this angle.
    tangent = np.arccos(np.clip((first - second) / length, -1.0, 1.0))
    near = heading + np.pi + _ARC * (np.pi - tangent)
    far = heading + _ARC * tangent
    corners = np.empty((len(capsules), 2 * len(_ARC), 2))
    half = len(_ARC)
    corners[:, :half, 0] = start[:, :1] + first * np.cos(near)
    corners[:, :half, 1] = start[:, 1:] + first * np.sin(near)
    corners[:, half:, 0] = end[:, :1] + second * np.cos(far)
    corners[:, half:, 1] = end[:, 1:] + second * np.sin(far)
    return corners


def _fixed_point(corners: np.ndarray) -> np.ndarray:
    """Convert pixel positions to OpenCV's sub-pixel integers."""
    # Pixel x covers the oversampled pixels 2x and 2x + 1.
    fine = corners * SCALE + (SCALE - 1) / 2
    return np.rint(fine * (1 << _SHIFT)).astype(np.int32)


class Canvas:
    """Collect a picture and the owner of each of its pixels.

    Args:
        background: BGR picture, shape (h, w, 3), uint8.
    """

    def __init__(self, background: np.ndarray) -> None:
        """Start with a background and no owners."""
        height, width = background.shape[:2]
        self._picture = cv2.resize(
            background,
            (width * SCALE, height * SCALE),
            interpolation=cv2.INTER_LINEAR,
        )
        self._owner = np.zeros((height * SCALE, width * SCALE), np.uint8)

    def picture(self) -> np.ndarray:
        """Return the picture, BGR, shape (h, w, 3), uint8."""
        height, width = self._owner.shape
        return cv2.resize(
            self._picture,
            (width // SCALE, height // SCALE),
            interpolation=cv2.INTER_AREA,
        )

    def owner(self) -> np.ndarray:
        """Return instance * 8 + part per pixel, shape (h, w), uint8."""
        middle = SCALE // 2
        return self._owner[middle::SCALE, middle::SCALE]

    def paint(
        self, layers: Sequence[Layer], instance: int, line: float
    ) -> None:
        """Paint the layers one over the other.

        Args:
            layers: The layers, in pixels of the final picture.
            instance: Owner of the pixels, 0 for nobody, at most 31.
            line: Width of the outline in pixels.
        """
        rows = np.concatenate([layer.capsules for layer in layers])
        lit = rows.copy()
        shift = -0.3 * (rows[:, 4:5] + rows[:, 5:6]) / 2
        lit[:, :4] += shift
        lit[:, 4:] *= 0.45
        rims = rows.copy()
        rims[:, 4:] += line
        shapes, lights, edges = np.split(
            _fixed_point(capsule_polygons(np.concatenate([rows, lit, rims]))),
            3,
        )
        first = 0
        for layer in layers:
            last = first + len(layer.colours)
            self._paint_layer(
                layer,
                instance * 8 + layer.part if instance else 0,
                edges[first:last],
                shapes[first:last],
                lights[first:last],
            )
            first = last

    def _paint_layer(
        self,
        layer: Layer,
        code: int,
        edges: np.ndarray,
        shapes: np.ndarray,
        lights: np.ndarray,
    ) -> None:
        """Paint outlines, then shapes, then highlights of one layer."""
        picture, owner = self._picture, self._owner
        if layer.outline:
            for edge, colour in zip(edges, layer.colours):
                dark = mix(colour, (12, 10, 14), 0.72)
                cv2.fillConvexPoly(owner, edge, code, cv2.LINE_8, _SHIFT)
                cv2.fillConvexPoly(picture, edge, dark, cv2.LINE_8, _SHIFT)
        for shape, colour in zip(shapes, layer.colours):
            cv2.fillConvexPoly(picture, shape, colour, cv2.LINE_8, _SHIFT)
        # Nobody sees a highlight of less than a pixel.
        if layer.shade and layer.capsules[:, 4].max() > 2.5:
            for light, colour in zip(lights, layer.colours):
                pale = mix(colour, (255, 255, 255), 0.16)
                cv2.fillConvexPoly(picture, light, pale, cv2.LINE_8, _SHIFT)
