"""Identities of people in a video, from poses and tags."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np
from scipy.optimize import linear_sum_assignment

from ..structures.oks import oks_matrix


@dataclass
class _Track:
    """What is known of one person.

    Attributes:
        identity (int): The number that is given out.
        keypoints (np.ndarray): (K, 2), last seen.
        seen (np.ndarray): bool (K,).
        velocity (np.ndarray): (2,), pixels a frame.
        tags (np.ndarray | None): (L,), mean of what was seen.
        age (int): Frames since it was seen.
    """

    identity: int
    keypoints: np.ndarray
    seen: np.ndarray
    velocity: np.ndarray
    tags: Optional[np.ndarray]
    age: int = 0


class PoseTracker:
    """Give people of consecutive frames the same number.

    Each person is expected where its last motion leads. The people of a new
    frame are assigned to those expected by the sum of two similarities: of
    pose (OKS) and of tags, which stay alike as long as the appearance does
    and so help where people cross. Sources: OKS association as in PoseFlow
    (Xiu et al., BMVC 2018) and in the COCO API; tags as appearance from
    associative embedding (Newell et al., NeurIPS 2017).

    Note:
        - N: people of a frame, K: keypoints, L: tags of a person

    Args:
        sigmas (Sequence[float]): (K,), tolerances of the keypoints, from the
            metainfo of the data set.
        min_oks (float): A person continues a track above it. Defaults to
            0.2.
        tag_weight (float): Share of the tags in the similarity, from 0 to 1.
            Defaults to 0.3.
        max_age (int): Frames for which someone who is not seen is
            remembered. Defaults to 10.

    Raises:
        ValueError: If an argument is out of its range.
    """

    def __init__(
        self,
        sigmas: Sequence[float],
        min_oks: float = 0.2,
        tag_weight: float = 0.3,
        max_age: int = 10,
    ) -> None:
        if not 0 <= min_oks <= 1 or not 0 <= tag_weight <= 1 or max_age < 0:
            raise ValueError(
                '`min_oks` and `tag_weight` must be from 0 to 1 and `max_age` '
                f'not negative, got {min_oks}, {tag_weight} and {max_age}'
            )
        self.sigmas = np.asarray(sigmas, dtype=np.float64)
        self.min_oks = min_oks
        self.tag_weight = tag_weight
        self.max_age = max_age
        self._tracks: list[_Track] = []
        self._next = 1

    def update(
        self,
        keypoints: np.ndarray,
        scores: np.ndarray,
        tags: Optional[np.ndarray] = None,
    ) -> np.ndarray:
        """Take the people of the next frame.

        Args:
            keypoints (np.ndarray): (N, K, 2), (x, y) in image pixels.
            scores (np.ndarray): (N, K); a keypoint above 0 is seen.
            tags (np.ndarray, optional): (N, L). Defaults to none, and poses
                decide alone.

        Returns:
            np.ndarray: int64 (N,), from 1 upwards; a number is never given
            twice.

        Raises:
            ValueError: If the number of keypoints is not that of the sigmas.
        """
        if keypoints.shape[1:] != (len(self.sigmas), 2):
            raise ValueError(
                f'expected keypoints of shape (N, {len(self.sigmas)}, 2), as '
                f'many as `sigmas`, got {keypoints.shape}'
            )
        seen = scores > 0
        for track in self._tracks:
            track.age += 1
        identities = np.zeros(len(keypoints), dtype=np.int64)
        for person, track in self._assign(keypoints, seen, tags):
            new_tags = None if tags is None else tags[person]
            _continue(track, keypoints[person], seen[person], new_tags)
            identities[person] = track.identity
        for person in np.flatnonzero(identities == 0):
            new_tags = None if tags is None else tags[person].copy()
            self._tracks.append(
                _Track(
                    self._next,
                    keypoints[person].copy(),
                    seen[person],
                    np.zeros(2),
                    new_tags,
                )
            )
            identities[person] = self._next
            self._next += 1
        self._tracks = [t for t in self._tracks if t.age <= self.max_age]
        return identities

    def _assign(
        self,
        keypoints: np.ndarray,
        seen: np.ndarray,
        tags: Optional[np.ndarray],
    ) -> list[tuple[int, _Track]]:
        """Pair people with tracks, the most similar in sum."""
        if not self._tracks or not len(keypoints):
            return []
        expected = np.stack(
            [t.keypoints + t.velocity * t.age for t in self._tracks]
        )
        oks = np.stack(
            [
                self._compare(person, flags, expected)
                for person, flags in zip(keypoints, seen)
            ]
        )
        similarity = oks
        known = [t.tags for t in self._tracks if t.tags is not None]
        if tags is not None and len(known) == len(self._tracks):
            square = (tags[:, None] - np.stack(known)) ** 2
            likeness = np.exp(-square.mean(axis=-1))
            similarity = oks + self.tag_weight * (likeness - oks)
        similarity = np.where(oks > self.min_oks, similarity, -1.0)
        pairs = zip(*linear_sum_assignment(similarity, maximize=True))
        return [
            (person, self._tracks[track])
            for person, track in pairs
            if similarity[person, track] > 0
        ]

    def _compare(
        self, person: np.ndarray, flags: np.ndarray, expected: np.ndarray
    ) -> np.ndarray:
        """Return the OKS (T,) of a person with T expected poses."""
        both = np.stack([t.seen & flags for t in self._tracks])
        poses = np.where(flags[:, None], person, np.nan)
        low, high = np.nanmin(poses, axis=0), np.nanmax(poses, axis=0)
        size = np.maximum(high - low, 1)
        boxes = np.tile(np.concatenate((low, size)), (len(expected), 1))
        oks = oks_matrix(
            person[None],
            expected,
            both,
            boxes,
            np.full(len(expected), size.prod()),
            self.sigmas,
        )[0]
        return np.where(both.any(axis=1), oks, 0.0)


def _continue(
    track: _Track,
    keypoints: np.ndarray,
    seen: np.ndarray,
    tags: Optional[np.ndarray],
) -> None:
    """Bring a track to where its person is now."""
    both = track.seen & seen
    if both.any():
        way = (keypoints[both] - track.keypoints[both]).mean(axis=0)
        track.velocity = (track.velocity + way / track.age) / 2
    # a hidden keypoint moves with the others
    moved = track.keypoints + track.velocity * track.age
    track.keypoints = np.where(seen[:, None], keypoints, moved)
    track.seen = track.seen | seen
    if tags is not None:
        old = tags if track.tags is None else track.tags
        track.tags = (old + tags) / 2
    track.age = 0
