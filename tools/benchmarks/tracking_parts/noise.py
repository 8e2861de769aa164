"""What a network could have found on a video, made from the truth.

Note:
    - N: people, K: keypoints
    - spreads and offsets of keypoints are in heights of the person
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from higherhrnet_plugin.structures.people import People

from .videos import Truth, Video

# below it a person is not decoded
_LEAST_FOUND = 3


@dataclass(frozen=True)
class Noise:
    """How wrong the people found are.

    Attributes:
        jitter: Spread of keypoints.
        outliers: Share of keypoints that are somewhere else.
        dropped: Share of keypoints that are not found.
        missed: Share of people who are not found.
        ghosts: Mean number of people of a frame who are not there.
        tag_spread: Of the tags of people.
        tag_drift: How far the tag of a person goes from frame to frame.
        tag_noise: Spread of the tag of a person from frame to frame.
    """

    jitter: float = 0.012
    outliers: float = 0.02
    dropped: float = 0.08
    missed: float = 0.03
    ghosts: float = 0.05
    tag_spread: float = 1.0
    tag_drift: float = 0.05
    tag_noise: float = 0.15


NOISE: dict[str, Noise] = {
    'missed': Noise(dropped=0.35, missed=0.25),
    'false': Noise(ghosts=1.5),
}


def find_people(
    video: Video, noise: Noise, rng: np.random.Generator
) -> Iterator[tuple[Truth, People]]:
    """Make up who is found on each frame.

    Args:
        video: The video.
        noise: How wrong they are.
        rng: Source of randomness.

    Yields:
        The truth of a frame, and the people found, in any order.
    """
    count = len(video.actors)
    heights = np.array([actor.person.height for actor in video.actors])
    base = rng.normal(0, noise.tag_spread, count)
    drift = np.zeros(count)
    haunted = _Ghosts(noise, video.size, rng)
    for truth in video.truths():
        drift = 0.98 * drift + rng.normal(0, noise.tag_drift, count)
        tags = base + drift + rng.normal(0, noise.tag_noise, count)
        people = _blur(truth, heights[truth.ids], tags[truth.ids], noise, rng)
        yield truth, haunted.join(truth, people, heights)


def _blur(
    truth: Truth,
    heights: np.ndarray,
    tags: np.ndarray,
    noise: Noise,
    rng: np.random.Generator,
) -> People:
    """Find the people of a frame, with faults."""
    shape = truth.seen.shape
    points = truth.keypoints + heights[:, None, None] * rng.normal(
        0, noise.jitter, (*shape, 2)
    )
    off = rng.random(shape) < noise.outliers
    points[off] += (heights[:, None, None] * rng.normal(0, 0.12, (*shape, 2)))[
        off
    ]
    scores = np.clip(rng.normal(0.75, 0.12, shape), 0.1, 1.0)
    scores[off] *= 0.5
    # a few of the covered keypoints are guessed
    guessed = ~truth.seen & (rng.random(shape) < 0.1)
    scores[guessed] *= 0.4
    found = (truth.seen | guessed) & (rng.random(shape) >= noise.dropped)
    found &= (rng.random(len(found)) >= noise.missed)[:, None]
    return _pack(points, np.where(found, scores, 0.0), tags)


def _pack(points: np.ndarray, scores: np.ndarray, tags: np.ndarray) -> People:
    """Keep those with enough keypoints, as the decoder gives them."""
    found = scores > 0
    kept = found.sum(axis=1) >= _LEAST_FOUND
    points = np.where(found[..., None], points, 0.0)
    return People(
        points[kept].astype(np.float32),
        scores[kept].astype(np.float32),
        scores[kept].mean(axis=1).astype(np.float32),
        found[kept],
        tags[kept, None].astype(np.float32),
    )


class _Ghosts:
    """People who are not there: parts of others, and things in the back.

    Args:
        noise: How many.
        size: Of the image.
        rng: Source of randomness.
    """

    def __init__(
        self,
        noise: Noise,
        size: tuple[int, int],
        rng: np.random.Generator,
    ) -> None:
        self.noise = noise
        self.size = size
        self.rng = rng
        self._things: list[tuple[int, np.ndarray, float]] = []

    def join(
        self, truth: Truth, people: People, heights: np.ndarray
    ) -> People:
        """Add the ghosts of a frame, and shuffle."""
        rng, parts = self.rng, [people]
        if len(truth.ids):
            for _ in range(rng.poisson(self.noise.ghosts / 2)):
                parts.append(self._part(truth, heights))
            # things stay for some frames
            if rng.random() < self.noise.ghosts / 2 / 8:
                self._things.append(self._thing(truth, heights))
        for _, points, tag in self._things:
            blurred = points + rng.normal(0, 2, points.shape)
            parts.append(self._weak(blurred[None], np.array([tag])))
        self._things = [(n - 1, *rest) for n, *rest in self._things if n > 1]
        joined = People(
            *(np.concatenate([p[i] for p in parts]) for i in range(5))
        )
        order = rng.permutation(len(joined.scores))
        return People(*(field[order] for field in joined[:5]))

    def _part(self, truth: Truth, heights: np.ndarray) -> People:
        """Take a part of somebody for a person of its own."""
        rng = self.rng
        who = int(rng.integers(len(truth.ids)))
        spread = 0.03 * heights[truth.ids[who]]
        points = truth.keypoints[who] + rng.normal(0, spread, (17, 2))
        return self._weak(points[None], rng.normal(0, 1, 1))

    def _thing(
        self, truth: Truth, heights: np.ndarray
    ) -> tuple[int, np.ndarray, float]:
        """Draw something that looks like a person for some frames."""
        rng = self.rng
        who = int(rng.integers(len(truth.ids)))
        points = truth.keypoints[who] - truth.keypoints[who].mean(axis=0)
        points = points + rng.uniform(0.1, 0.9, 2) * self.size
        return int(rng.integers(2, 16)), points, float(rng.normal())

    def _weak(self, points: np.ndarray, tags: np.ndarray) -> People:
        """Find some of the keypoints, with low scores."""
        rng = self.rng
        scores = np.clip(rng.normal(0.4, 0.12, points.shape[:2]), 0.05, 1.0)
        some = rng.permutation(17)[: rng.integers(4, 11)]
        kept = np.isin(np.arange(17), some)
        return _pack(points, np.where(kept, scores, 0.0), tags)
