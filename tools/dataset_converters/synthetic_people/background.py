"""Paint backgrounds and things that stand in front of people."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Layer
from .palette import Colour, hsv_colour, mix


def sample_colour(rng: np.random.Generator) -> Colour:
    """Draw a rather dull colour (BGR)."""
    return hsv_colour(
        rng.random(), rng.uniform(0.05, 0.55), rng.uniform(0.25, 0.95)
    )


def _texture(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Stretch a small grid of colours: gradient, clouds or blocks.

    Args:
        rng: Source of randomness.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        BGR picture, shape (h, w, 3), uint8.
    """
    kind = int(rng.integers(0, 4))
    rows, columns = (int(n) for n in rng.integers(3, 11, 2))
    if kind == 0:
        rows = columns = 2
    base = np.array(sample_colour(rng), np.float64)
    strength = rng.uniform(15, 60)
    grid = base + rng.normal(0, strength, (rows, columns, 1))
    grid = grid + rng.normal(0, strength * 0.25, (rows, columns, 3))
    return cv2.resize(
        np.clip(grid, 10, 245).astype(np.uint8),
        (width, height),
        interpolation=cv2.INTER_NEAREST if kind == 1 else cv2.INTER_CUBIC,
    )


def _clutter(rng: np.random.Generator, picture: np.ndarray) -> None:
    """Draw random lines, boxes and ellipses into a picture, in place."""
    height, width = picture.shape[:2]
    reach = min(width, height)
    for _ in range(int(rng.integers(0, 10))):
        kind = int(rng.integers(0, 3))
        colour = sample_colour(rng)
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        a, b = (int(v) for v in rng.uniform(0.03, 0.3, 2) * reach)
        if kind == 0:
            end = (x + int(rng.integers(-width, width)), y + b - a)
            thick = int(rng.integers(1, 6))
            cv2.line(picture, (x, y), end, colour, thick, cv2.LINE_AA)
        elif kind == 1:
            cv2.rectangle(picture, (x, y), (x + a, y + b), colour, -1)
        else:
            angle = float(rng.uniform(0, 180))
            fill = -1 if rng.random() < 0.6 else 2
            cv2.ellipse(
                picture, (x, y), (a, b // 2), angle, 0, 360, colour, fill
            )


def sample_background(
    rng: np.random.Generator, width: int, height: int
) -> np.ndarray:
    """Draw a background.

    Args:
        rng: Source of randomness.
        width: Width in pixels.
        height: Height in pixels.

    Returns:
        BGR picture, shape (h, w, 3), uint8.
    """
    picture = _texture(rng, width, height)
    if rng.random() < 0.5:
        floor = int(rng.uniform(0.4, 0.85) * height)
        picture[floor:] = _texture(rng, width, height)[floor:]
    _clutter(rng, picture)
    grain = int(rng.integers(4, 24))
    tile = rng.integers(0, grain, (128, 128, 3), dtype=np.uint8)
    repeats = (-(-height // 128), -(-width // 128), 1)
    noise = np.tile(tile, repeats)[:height, :width]
    return cv2.subtract(
        cv2.add(picture, noise), np.full_like(noise, grain // 2)
    )


def sample_occluder(
    rng: np.random.Generator, width: int, height: int
) -> list[Layer]:
    """Draw a pole, a box or a bush.

    Args:
        rng: Source of randomness.
        width: Width of the picture in pixels.
        height: Height of the picture in pixels.

    Returns:
        Layers in pixels.
    """
    kind = int(rng.integers(0, 3))
    colour = sample_colour(rng)
    x = rng.uniform(0.02, 0.98) * width
    if kind == 0:
        half = rng.uniform(0.008, 0.03) * width
        rows = [(x, -9.0, x + rng.uniform(-12, 12), height + 9.0, half, half)]
    elif kind == 1:
        half, y = rng.uniform(0.03, 0.09) * width, rng.uniform(0.5, 0.95)
        wide = rng.uniform(0.02, 0.12) * width
        # Stacked flat capsules make a box with round corners.
        levels = np.arange(y * height, height + half, half)
        rows = [(x - wide, v, x + wide, v, half, half) for v in levels]
    else:
        y = rng.uniform(0.6, 1.0) * height
        spots = rng.normal(0, 0.05, (9, 2)) * (width, height) + (x, y)
        sizes = rng.uniform(0.025, 0.06, 9) * height
        rows = [(*p, *p, r, r) for p, r in zip(spots, sizes)]
        colour = hsv_colour(
            rng.uniform(0.2, 0.42),
            rng.uniform(0.3, 0.6),
            rng.uniform(0.3, 0.7),
        )
    shades = rng.uniform(0, 0.25 if kind == 2 else 0.06, len(rows))
    colours = [mix(colour, (20, 20, 20), float(s)) for s in shades]
    return [Layer(np.array(rows, np.float64), colours, shade=kind != 1)]
