"""What happens in the videos: who moves where, and what the camera does.

Each situation is a function of a source of randomness and the size of the
image. Lengths are in heights of a person, times in frames; 25 frames a second
where nothing else is said, and people who walk cover 0.7 of their height in a
second.
"""

from __future__ import annotations

from typing import Callable, Optional

import numpy as np
from synthetic_people.palette import sample_looks
from synthetic_people.people import Person
from synthetic_people.pose_sampler import sample_pose

from .videos import Actor, Video

FRAMES = 120
_WALK = 0.7 / 25
_STEP = 2 * np.pi * 0.9 / 25

Size = tuple[int, int]
Situation = Callable[[np.random.Generator, Size], Video]


def _cast(
    rng: np.random.Generator, count: int, size: Size, share: float
) -> list[Person]:
    """Draw people of about a share of the image's height, small ones first."""
    heights = np.sort(rng.uniform(0.8, 1.2, count)) * share * size[1]
    return [
        Person(sample_pose(rng), look, np.zeros(2), float(height))
        for look, height in zip(sample_looks(rng, count), heights)
    ]


def _phases(rng: np.random.Generator, frames: int, pace: float) -> np.ndarray:
    """Return the steps of a person."""
    return rng.uniform(0, 2 * np.pi) + pace * _STEP * np.arange(frames)


def _still(frames: int) -> np.ndarray:
    """Return a camera that does not move."""
    return np.zeros((frames, 2))


def _row(rng: np.random.Generator, size: Size, height: float) -> float:
    """Draw how low a pelvis is, so that the whole person fits."""
    low, high = 0.55 * height, size[1] - 0.5 * height
    return float(rng.uniform(min(low, high), max(low, high)))


def _wander(
    rng: np.random.Generator,
    people: list[Person],
    size: Size,
    frames: Optional[int] = None,
    pace: float = 1.0,
) -> list[Actor]:
    """Let people walk at random, and turn at the borders."""
    frames = frames or FRAMES
    actors = []
    for person in people:
        angle = rng.choice((0, np.pi)) + rng.normal(0, 0.25)
        speed = rng.uniform(0.5, 1.3) * pace * _WALK * person.height
        step = speed * np.array([np.cos(angle), 0.5 * np.sin(angle)])
        margin = np.array([0.25, 0.55]) * person.height
        low, high = margin, np.array(size) - margin
        low, high = np.minimum(low, high), np.maximum(low, high)
        start = np.array(
            [rng.uniform(low[0], high[0]), rng.uniform(low[1], high[1])]
        )
        way = start + step * np.arange(frames)[:, None]
        # a way that leaves at one side comes back, as in a mirror
        span = np.maximum(high - low, 1e-6)
        fold = np.mod(way - low, 2 * span)
        path = low + np.minimum(fold, 2 * span - fold)
        actors.append(Actor(person, path, _phases(rng, frames, pace)))
    return actors


def walking(rng: np.random.Generator, size: Size) -> Video:
    """Five people walk about."""
    actors = _wander(rng, _cast(rng, 5, size, 0.42), size)
    return Video(size, actors, _still(FRAMES))


def crossing(rng: np.random.Generator, size: Size) -> Video:
    """Three pairs walk towards each other and on, on one line a pair."""
    people = _cast(rng, 6, size, 0.42)
    actors = []
    for first, second in zip(people[::2], people[1::2]):
        row = _row(rng, size, second.height)
        middle = rng.uniform(0.35, 0.65) * size[0]
        meeting = rng.uniform(0.35, 0.65) * FRAMES
        way = rng.choice((-1, 1))
        for person, side in ((first, way), (second, -way)):
            speed = side * rng.uniform(0.8, 1.2) * _WALK * person.height
            x = middle + speed * (np.arange(FRAMES) - meeting)
            y = np.full(FRAMES, row + rng.normal(0, 0.03) * person.height)
            path = np.stack((x, y), axis=1)
            actors.append(Actor(person, path, _phases(rng, FRAMES, 1)))
    actors.sort(key=lambda actor: actor.person.height)
    return Video(size, actors, _still(FRAMES))


def occlusion(rng: np.random.Generator, size: Size) -> Video:
    """Five people walk behind two pillars that hide them wholly."""
    actors = _wander(rng, _cast(rng, 5, size, 0.42), size)
    height = 0.42 * size[1]
    pillars = []
    for share in (0.3, 0.7):
        half = rng.uniform(0.25, 0.45) * height
        middle = (share + rng.uniform(-0.06, 0.06)) * size[0]
        pillars.append((middle - half, middle + half))
    return Video(size, actors, _still(FRAMES), pillars)


def returning(rng: np.random.Generator, size: Size) -> Video:
    """Four people leave at a side and come back there, one stays inside."""
    people = _cast(rng, 5, size, 0.42)
    actors = _wander(rng, people[:1], size)
    for person in people[1:]:
        row = _row(rng, size, person.height)
        speed = rng.uniform(0.8, 1.2) * _WALK * person.height
        away = rng.integers(10, 60)
        leaving = rng.integers(25, FRAMES - 30 - away)
        time = np.arange(FRAMES)
        # how far outside: on the border when it is left and on return
        out = speed * (np.abs(time - leaving - away / 2) - away / 2)
        edge = 0.2 * person.height
        left = rng.random() < 0.5
        x = out - edge if left else size[0] + edge - out
        path = np.stack((x, np.full(FRAMES, row)), axis=1)
        actors.append(Actor(person, path, _phases(rng, FRAMES, 1)))
    actors.sort(key=lambda actor: actor.person.height)
    return Video(size, actors, _still(FRAMES))


def twenty(rng: np.random.Generator, size: Size) -> Video:
    """Twenty people walk about."""
    actors = _wander(rng, _cast(rng, 20, size, 0.28), size)
    return Video(size, actors, _still(FRAMES))


def shake(rng: np.random.Generator, size: Size) -> Video:
    """Five people walk about, and the camera shakes and is knocked."""
    actors = _wander(rng, _cast(rng, 5, size, 0.42), size)
    height = 0.42 * size[1]
    time = np.arange(FRAMES)[:, None]
    sway = np.sin(time * rng.uniform(0.2, 0.5, 2) + rng.uniform(0, 6, 2))
    camera = height * (0.06 * sway + rng.normal(0, 0.02, (FRAMES, 2)))
    for start in rng.choice(np.arange(10, FRAMES), 5, replace=False):
        knock = rng.normal(0, 0.25, 2) * height
        camera[start:] += knock * 0.6 ** (time[start:] - start)
    return Video(size, actors, camera)


def slow(rng: np.random.Generator, size: Size) -> Video:
    """Five people walk about, seen five times a second."""
    people = _cast(rng, 5, size, 0.42)
    actors = _wander(rng, people, size, FRAMES // 2, 5.0)
    return Video(size, actors, _still(FRAMES // 2), rate=5.0)


def dancing(rng: np.random.Generator, size: Size) -> Video:
    """Five people near each other change their ways all the time."""
    people = _cast(rng, 5, size, 0.42)
    actors = []
    for place, person in enumerate(rng.permutation(np.arange(5))):
        who = people[int(person)]
        home = np.array([(place + 1) / 6 * size[0], size[1] / 2])
        knots = home + rng.normal(0, 1, (FRAMES // 8 + 2, 2)) * who.height * (
            np.array([0.3, 0.05])
        )
        time = np.arange(FRAMES) / 8
        path = np.stack(
            [
                np.interp(time, np.arange(len(knots)), knots[:, axis])
                for axis in range(2)
            ],
            axis=1,
        )
        actors.append(Actor(who, path, _phases(rng, FRAMES, 1.5)))
    actors.sort(key=lambda actor: actor.person.height)
    return Video(size, actors, _still(FRAMES))


SITUATIONS: dict[str, Situation] = {
    'walking': walking,
    'crossing': crossing,
    'occlusion': occlusion,
    'returning': returning,
    'twenty': twenty,
    'shake': shake,
    'slow': slow,
    'dancing': dancing,
    # of the people found, not of the way they go
    'missed': walking,
    'false': walking,
}


def make_video(name: str, seed: int, size: Optional[Size] = None) -> Video:
    """Make the video of a situation.

    Args:
        name: One of ``SITUATIONS``.
        seed: Of everything that is random in it.
        size: Width and height; defaults to 854 x 480.

    Returns:
        The video.
    """
    rng = np.random.default_rng([seed, list(SITUATIONS).index(name)])
    return SITUATIONS[name](rng, size or (854, 480))
