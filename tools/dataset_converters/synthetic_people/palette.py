"""Choose colours that tell the people of one image apart."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np

Colour = tuple[int, int, int]

# BGR
SKIN_TONES: tuple[Colour, ...] = (
    (198, 221, 250),
    (165, 196, 236),
    (130, 170, 222),
    (104, 144, 198),
    (78, 112, 165),
    (56, 82, 124),
    (44, 62, 92),
    (180, 205, 255),
)
HAIR_TONES: tuple[Colour, ...] = (
    (24, 22, 28),
    (34, 52, 84),
    (48, 88, 140),
    (90, 170, 225),
    (40, 70, 175),
    (150, 150, 155),
    (205, 210, 215),
    (20, 36, 56),
)


@dataclass(frozen=True)
class Look:
    """Hold the colours (BGR, 0-255) and clothes of one person."""

    skin: Colour
    hair: Colour
    shirt: Colour
    trousers: Colour
    shoes: Colour
    accent: Colour
    long_sleeves: bool
    long_trousers: bool
    long_hair: bool
    headwear: str


def hsv_colour(hue: float, saturation: float, value: float) -> Colour:
    """Convert a colour from HSV (each 0-1, hue wraps) to BGR (0-255)."""
    red, green, blue = colorsys.hsv_to_rgb(
        hue % 1.0, min(max(saturation, 0.0), 1.0), min(max(value, 0.0), 1.0)
    )
    return int(blue * 255), int(green * 255), int(red * 255)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours, `share` of the second one."""
    return (
        int(colour[0] + (other[0] - colour[0]) * share),
        int(colour[1] + (other[1] - colour[1]) * share),
        int(colour[2] + (other[2] - colour[2]) * share),
    )


def _sample_look(
    rng: np.random.Generator,
    hue: float,
    spread: float,
    skin: Colour,
    hair: Colour,
) -> Look:
    """Draw one person's clothes around one hue."""
    near = hue + rng.uniform(-spread, spread)
    bright = rng.uniform(0.72, 1.0)
    shirt = hsv_colour(hue, rng.uniform(0.6, 0.95), bright)
    trousers = hsv_colour(
        near, rng.uniform(0.65, 0.95), bright * rng.uniform(0.5, 0.72)
    )
    if rng.random() < 0.3:
        shirt, trousers = trousers, shirt
    if rng.random() < 0.3:
        hair = hsv_colour(hue, 0.7, rng.uniform(0.25, 0.5))
    return Look(
        skin=skin,
        hair=hair,
        shirt=shirt,
        trousers=trousers,
        shoes=hsv_colour(hue, 0.85, rng.uniform(0.3, 0.9)),
        accent=hsv_colour(hue, rng.uniform(0.25, 0.45), 1.0),
        long_sleeves=bool(rng.random() < 0.7),
        long_trousers=bool(rng.random() < 0.72),
        long_hair=bool(rng.random() < 0.4),
        headwear=('none', 'cap', 'band')[
            int(rng.choice(3, p=(0.4, 0.3, 0.3)))
        ],
    )


def sample_looks(rng: np.random.Generator, count: int) -> list[Look]:
    """Draw looks for the people of one image.

    The hues are spread over the colour circle, so that every piece of a
    person's clothes tells that person from the others.

    Args:
        rng: Source of randomness.
        count: Number of people.

    Returns:
        One look per person.
    """
    step = 1.0 / max(count, 1)
    start = rng.random()
    order = rng.permutation(count)
    skins = rng.permutation(len(SKIN_TONES))
    hairs = rng.permutation(len(HAIR_TONES))
    looks = []
    for index in range(count):
        jitter = rng.uniform(-0.15, 0.15) * min(step, 0.4)
        looks.append(
            _sample_look(
                rng,
                start + order[index] * step + jitter,
                min(0.2 * step, 0.06),
                SKIN_TONES[skins[index % len(skins)]],
                HAIR_TONES[hairs[index % len(hairs)]],
            )
        )
    return looks
