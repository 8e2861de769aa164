"""Identities of people in a video, from poses, scores and tags.

Note:
    - N: people of a frame, T: tracks, K: keypoints, L: tags of a person
    - points are (x, y) in pixels of the image
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Optional

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..structures.boxes import keypoint_boxes
from ..structures.oks import keypoint_similarity

# share of a new frame in the mean velocity and the mean tags of a track
_NEW = 0.2
# share of its size that a track keeps where less of a person is seen
_KEPT_SIZE = 0.95


class _Person(NamedTuple):
    """Someone on a frame: (K, 2), bool (K,), square pixels, (L,)."""

    keypoints: np.ndarray
    seen: np.ndarray
    area: float
    tags: Optional[np.ndarray]


@dataclass
class _Track:
    """What is known of one person.

    Attributes:
        identity (int): The number that is given out.
        keypoints (np.ndarray): (K, 2), last seen.
        seen (np.ndarray): bool (K,).
        area (float): Square pixels of the box around all of the person.
        tags (np.ndarray | None): (L,), mean of what was seen.
        velocity (np.ndarray): (2,), pixels a frame, mean of what was seen.
        count (int): Frames on which it was seen.
        age (int): Frames since it was seen.
    """

    identity: int
    keypoints: np.ndarray
    seen: np.ndarray
    area: float
    tags: Optional[np.ndarray]
    velocity: np.ndarray
    count: int = 1
    age: int = 0


class PoseTracker:
    """Give people of consecutive frames the same number.

    The people of a new frame are assigned to the tracks by the sum of two
    similarities: of pose (OKS), either with the pose that was seen last or
    with where the mean velocity leads, whichever is more alike; and of tags,
    which stay alike as long as the appearance does and so help where people
    cross. Similarities are weighted by the scores of people, so that half a
    person does not take the track of a whole one. Who is left over is
    assigned in a second round with tolerances three times as wide, for low
    frame rates and cameras that shake.

    Sources: OKS association as in PoseFlow (Xiu et al., BMVC 2018) and in the
    COCO API; tags as appearance from associative embedding (Newell et al.,
    NeurIPS 2017); scores that weight similarities as in BoT-SORT (Aharon et
    al., 2022); a second round that is wider as in C-BIoU (Yang et al., WACV
    2023). docs/tracking.md has what each of them gives.

    Args:
        sigmas (Sequence[float]): (K,), tolerances of the keypoints, from the
            metainfo of the data set.
        min_oks (float): A person continues a track above it. Defaults to
            0.2.
        tag_weight (float): Share of the tags in the similarity, from 0 to 1.
            Defaults to 0.3.
        max_age (int): Frames for which someone who is not seen is
            remembered. Defaults to 30.
        min_score (float): People with a lower score get no number. Defaults
            to 0.2.
        widening (float): How much wider the tolerances of the second round
            are; 1 leaves it out. Defaults to 3.0.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        sigmas: Sequence[float],
        min_oks: float = 0.2,
        tag_weight: float = 0.3,
        max_age: int = 30,
        min_score: float = 0.2,
        widening: float = 3.0,
    ) -> None:
        if not 0 <= min_oks <= 1 or not 0 <= tag_weight <= 1 or max_age < 0:
            raise ValueError(
                '`min_oks` and `tag_weight` must be from 0 to 1 and `max_age` '
                f'not negative, got {min_oks}, {tag_weight} and {max_age}'
            )
        if widening < 1:
            raise ValueError(f'`widening` must be 1 or more, got {widening}')
        self.sigmas = np.asarray(sigmas, dtype=np.float64)
        self.min_oks = min_oks
        self.tag_weight = tag_weight
        self.max_age = max_age
        self.min_score = min_score
        self.widening = widening
        self._tracks: list[_Track] = []
        self._next = 1

    def update(
        self,
        keypoints: np.ndarray,
        keypoint_scores: np.ndarray,
        tags: Optional[np.ndarray] = None,
        scores: Optional[np.ndarray] = None,
    ) -> np.ndarray:
        """Take the people of the next frame.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y) in image pixels.
            keypoint_scores (np.ndarray): (N, K); a keypoint above 0 is seen.
            tags (np.ndarray, optional): (N, L). Defaults to none, and poses
                decide alone, as where L is 0.
            scores (np.ndarray, optional): (N,), of the people. Defaults to
                none, and all of them count alike.

        Returns:
            np.ndarray: int64 (N,), from 1 upwards, or 0 for people whose
            score is too low; no other number is given to two people.

        Raises:
            ValueError: If the number of keypoints is not that of the sigmas.
        """
        if keypoints.shape[1:] != (len(self.sigmas), 2):
            raise ValueError(
                f'expected keypoints of shape (N, {len(self.sigmas)}, 2), as '
                f'many as `sigmas`, got {keypoints.shape}'
            )
        if tags is not None and not tags.shape[1]:
            tags = None
        identities = np.zeros(len(keypoints), dtype=np.int64)
        weights = np.ones(len(keypoints)) if scores is None else scores
        counted = np.arange(len(keypoints))
        if scores is not None:
            # a weight of 0 would be as good as nobody
            counted = np.flatnonzero((scores >= self.min_score) & (scores > 0))
        people = list(_describe(keypoints, keypoint_scores, tags, counted))
        for track in self._tracks:
            track.age += 1
        given = dict(self._assign(people, weights[counted]))
        for place, person in enumerate(people):
            known = given.get(place)
            if known is not None:
                _continue(known, person)
            track = known or self._begin(person)
            identities[counted[place]] = track.identity
        self._tracks = [t for t in self._tracks if t.age <= self.max_age]
        return identities

    def _begin(self, person: _Person) -> _Track:
        """Begin the track of somebody new."""
        track = _Track(self._next, *person, velocity=np.zeros(2))
        self._next += 1
        self._tracks.append(track)
        return track

    def _assign(
        self, people: Sequence[_Person], weights: np.ndarray
    ) -> Iterator[tuple[int, _Track]]:
        """Pair people with tracks, the most similar in sum."""
        if not people or not self._tracks:
            return
        likeness = self._compare_tags(people)
        free = np.arange(len(people)), np.arange(len(self._tracks))
        for widening in dict.fromkeys((1.0, self.widening)):
            here = np.ix_(*free)
            oks = self._compare_poses(people, widening)[here]
            similarity = oks
            if likeness is not None:
                similarity = oks + self.tag_weight * (likeness[here] - oks)
            similarity = np.where(oks > self.min_oks, similarity, 0)
            similarity = similarity * weights[free[0], None]
            pairs = linear_sum_assignment(similarity, maximize=True)
            good = similarity[pairs] > 0
            rows, columns = pairs[0][good], pairs[1][good]
            for row, column in zip(free[0][rows], free[1][columns]):
                yield int(row), self._tracks[column]
            free = np.delete(free[0], rows), np.delete(free[1], columns)

    def _compare_poses(
        self, people: Sequence[_Person], widening: float
    ) -> np.ndarray:
        """Return the OKS (N, T) of people with tracks."""
        tracks = self._tracks
        points = np.stack([p.keypoints for p in people])[:, None]
        last = np.stack([t.keypoints for t in tracks])
        ways = np.stack([t.velocity * t.age for t in tracks])
        both = np.stack([p.seen for p in people])[:, None] & np.stack(
            [t.seen for t in tracks]
        )
        # of the whole person, also where half is hidden
        areas = np.maximum(
            np.array([p.area for p in people])[:, None],
            np.array([t.area for t in tracks]),
        )
        found = []
        for expected in (last + ways[:, None], last):
            similar = keypoint_similarity(
                points - expected, areas * widening**2, self.sigmas
            )
            count = np.maximum(both.sum(axis=-1), 1)
            found.append((similar * both).sum(axis=-1) / count)
        return np.maximum(*found)

    def _compare_tags(self, people: Sequence[_Person]) -> Optional[np.ndarray]:
        """Return how alike the tags of people and tracks are, (N, T)."""
        mine = [p.tags for p in people if p.tags is not None]
        theirs = [t.tags for t in self._tracks if t.tags is not None]
        if len(mine) < len(people) or len(theirs) < len(self._tracks):
            return None
        square = (np.stack(mine)[:, None] - np.stack(theirs)) ** 2
        return np.exp(-square.mean(axis=-1))


def _describe(
    keypoints: np.ndarray,
    keypoint_scores: np.ndarray,
    tags: Optional[np.ndarray],
    counted: np.ndarray,
) -> Iterator[_Person]:
    """Take the people who count out of the arrays of a frame."""
    seen = keypoint_scores > 0
    boxes = keypoint_boxes(keypoints, seen).astype(np.float64)
    areas = np.maximum(boxes[:, 2:] - boxes[:, :2], 1).prod(axis=1)
    for n in counted:
        yield _Person(
            np.array(keypoints[n], dtype=np.float64),
            seen[n],
            float(areas[n]),
            None if tags is None else np.array(tags[n], dtype=np.float64),
        )


def _continue(track: _Track, person: _Person) -> None:
    """Bring a track to where its person is now."""
    both = track.seen & person.seen
    if both.any():
        way = (person.keypoints[both] - track.keypoints[both]).mean(axis=0)
        # the plain mean of the first frames
        share = max(_NEW, 1 / track.count)
        change = way / track.age - track.velocity
        track.velocity = track.velocity + share * change
    # a hidden keypoint moves with the others
    moved = track.keypoints + track.velocity * track.age
    track.keypoints = np.where(person.seen[:, None], person.keypoints, moved)
    track.seen = track.seen | person.seen
    track.area = max(person.area, _KEPT_SIZE * track.area)
    if person.tags is not None:
        old = person.tags if track.tags is None else track.tags
        track.tags = old + _NEW * (person.tags - old)
    track.count += 1
    track.age = 0
