"""Place people in an image."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .canvas import Layer
from .figure import build_figure, place_figure
from .palette import Look, sample_looks
from .pose_sampler import sample_pose
from .skeleton import Pose


@dataclass(frozen=True)
class Person:
    """Hold a person placed in an image.

    Attributes:
        pose: The pose in body units.
        look: The colours and clothes.
        origin: Where the pelvis is (x, y) in pixels, shape (2,).
        height: Pixels per body unit.
    """

    pose: Pose
    look: Look
    origin: np.ndarray
    height: float

    def points(self) -> np.ndarray:
        """Return the joints (x, y) in pixels, shape (17, 2), float64."""
        return self.pose.keypoints * self.height + self.origin

    def layers(self) -> list[Layer]:
        """Return the drawing in pixels."""
        return place_figure(
            build_figure(self.pose, self.look), self.origin, self.height
        )


def _extent(pose: Pose) -> np.ndarray:
    """Return the box [[x0, y0], [x1, y1]] of a pose in body units."""
    points = np.concatenate([pose.keypoints, pose.hands, pose.toes])
    low, high = points.min(axis=0) - 0.05, points.max(axis=0) + 0.05
    low[1] = min(low[1], (pose.head + 1.2 * pose.body.head * pose.head_up)[1])
    low[1] = min(low[1], pose.head[1] - 1.2 * pose.body.head)
    return np.stack([low, high])


def _sample_height(rng: np.random.Generator, people: int) -> float:
    """Draw the size of a person as share of the height of the image."""
    mark = rng.random()
    if mark < 0.1:
        return float(rng.uniform(0.18, 0.4))
    if people > 4:
        return float(rng.uniform(0.32, 0.68))
    if mark < 0.22:
        return float(rng.uniform(0.8, 0.95))
    return float(rng.uniform(0.4, 0.85))


def sized_box(pose: Pose, height: float) -> np.ndarray:
    """Return the box [[x0, y0], [x1, y1]] of a pose in pixels.

    Args:
        pose: The pose.
        height: Pixels per body unit.

    Returns:
        Corners around the origin of the person, shape (2, 2).
    """
    return _extent(pose) * height


def room_for(
    box: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return where the origin of a person may be that is not cut off.

    Args:
        box: Box of the person around its origin in pixels, shape (2, 2).
        size: Width and height of the image in pixels, shape (2,).

    Returns:
        Smallest and largest (x, y) in pixels, shape (2,) each; of a person
        larger than the image those that cover all of it.
    """
    low, high = -box[0], size - 1 - box[1]
    return np.minimum(low, high), np.maximum(low, high)


def _sample_origin(
    rng: np.random.Generator, box: np.ndarray, size: np.ndarray
) -> np.ndarray:
    """Draw a place for a person, now and then partly outside.

    Args:
        rng: Source of randomness.
        box: Box of the person around its origin in pixels, shape (2, 2).
        size: Width and height of the image in pixels, shape (2,).

    Returns:
        Position (x, y) of the origin in pixels, shape (2,).
    """
    low, high = -box[0], size - 1 - box[1]
    origin = rng.uniform(*room_for(box, size))
    extent = box[1] - box[0]
    mark = rng.random()
    if mark < 0.1:
        origin[1] = high[1] + rng.uniform(0.1, 0.5) * extent[1]
    elif mark < 0.18:
        cut = rng.uniform(0.1, 0.5) * extent[0]
        origin[0] = low[0] - cut if rng.random() < 0.5 else high[0] + cut
    return origin


def _covered(box: np.ndarray, others: list[np.ndarray]) -> float:
    """Return the largest overlap of a box, as share of the smaller box."""
    worst = 0.0
    for other in others:
        sides = np.minimum(box[1], other[1]) - np.maximum(box[0], other[0])
        smaller = min(np.prod(box[1] - box[0]), np.prod(other[1] - other[0]))
        worst = max(worst, float(np.prod(np.maximum(sides, 0)) / smaller))
    return worst


def free_place(
    rng: np.random.Generator,
    box: np.ndarray,
    size: np.ndarray,
    others: list[np.ndarray],
) -> np.ndarray:
    """Draw a place for a person that does not cover others too much.

    Args:
        rng: Source of randomness.
        box: Box of the person around its origin in pixels, shape (2, 2).
        size: Width and height of the image in pixels, shape (2,).
        others: Boxes of the others in the image, in pixels.

    Returns:
        Position (x, y) of the origin in pixels, shape (2,).
    """
    limit = rng.uniform(0.0, 0.5)
    best, least = np.zeros(2), np.inf
    for _ in range(8):
        origin = _sample_origin(rng, box, size)
        overlap = _covered(box + origin, others)
        if overlap < least:
            best, least = origin, overlap
        if overlap <= limit:
            break
    return best


def sample_people(
    rng: np.random.Generator, count: int, size: np.ndarray
) -> list[Person]:
    """Draw people that do not cover each other too much, small ones first."""
    people: list[Person] = []
    boxes: list[np.ndarray] = []
    unit = min(size[1], 1.3 * size[0])
    for look in sample_looks(rng, count):
        pose = sample_pose(rng)
        height = _sample_height(rng, count) * unit
        box = sized_box(pose, height)
        origin = free_place(rng, box, size, boxes)
        people.append(Person(pose, look, origin, height))
        boxes.append(box + origin)
    return sorted(people, key=lambda person: person.height)


def sample_crowd(rng: np.random.Generator, size: np.ndarray) -> list[Person]:
    """Draw a row of small people that overlap."""
    count = int(rng.integers(8, 21))
    height = rng.uniform(0.13, 0.2) * size[1]
    start = rng.uniform(0.05, 0.5) * size[0]
    step = rng.uniform(0.2, 0.32) * height
    row = rng.uniform(0.2, 0.6) * size[1]
    people = []
    for index, look in enumerate(sample_looks(rng, count)):
        shift = rng.normal(0, 0.07, 2) * height
        origin = np.array([start + index * step, row]) + shift
        tall = height * rng.uniform(0.85, 1.15)
        people.append(Person(sample_pose(rng), look, origin, tall))
    return people


def sample_tiny(rng: np.random.Generator, size: np.ndarray) -> Person:
    """Draw a far person."""
    pose, look = sample_pose(rng), sample_looks(rng, 1)[0]
    height = rng.uniform(0.07, 0.11) * size[1]
    origin = rng.uniform(0.1, 0.6, 2) * size
    return Person(pose, look, origin, height)
