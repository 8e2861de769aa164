"""Place people of all sizes, many and close to each other."""

from __future__ import annotations

import numpy as np

from .palette import sample_looks
from .people import Person, free_place, room_for, sized_box
from .pose_sampler import sample_pose

COUNTS = (6, 15)
# shares of the height of the image: 16 to 200 of 256 pixels
HEIGHTS = (16 / 256, 200 / 256)
# how far beside each other two people of a group are, in their heights
GROUP_STEP = (0.15, 0.5)


def sample_hard_people(
    rng: np.random.Generator, size: np.ndarray
) -> list[Person]:
    """Draw 6 to 15 people, from tiny to as high as the image, small first.

    Heights are log-uniform. Images differ in how many of the people are
    beside somebody of about their size, which can be nobody or all.

    Args:
        rng: Source of randomness.
        size: Width and height of the image in pixels, shape (2,).

    Returns:
        The people.
    """
    count = int(rng.integers(COUNTS[0], COUNTS[1] + 1))
    heights = np.exp(rng.uniform(*np.log(HEIGHTS), count)) * size[1]
    closeness = rng.random()
    people: list[Person] = []
    boxes: list[np.ndarray] = []
    for look, height in zip(sample_looks(rng, count), heights.tolist()):
        pose = sample_pose(rng)
        box = sized_box(pose, height)
        if people and rng.random() < closeness:
            origin = _beside(rng, people, height, box, size)
        else:
            origin = free_place(rng, box, size, boxes)
        people.append(Person(pose, look, origin, height))
        boxes.append(box + origin)
    return sorted(people, key=lambda person: person.height)


def _beside(
    rng: np.random.Generator,
    people: list[Person],
    height: float,
    box: np.ndarray,
    size: np.ndarray,
) -> np.ndarray:
    """Draw a place beside whoever is nearest in height.

    Args:
        rng: Source of randomness.
        people: Who is there, at least one.
        height: Pixels per body unit of the new person.
        box: Box of the new person around its origin, in pixels, (2, 2).
        size: Width and height of the image in pixels, shape (2,).

    Returns:
        Position (x, y) of the origin in pixels, shape (2,), the whole box
        inside the image where that is possible.
    """
    other = min(people, key=lambda p: abs(np.log(p.height / height)))
    step = rng.uniform(*GROUP_STEP) * (height + other.height) / 2
    shift = np.array(
        [step * rng.choice((-1.0, 1.0)), rng.normal(0, 0.07) * height]
    )
    return np.clip(other.origin + shift, *room_for(box, size))
