"""Videos of generated people who move along known ways.

Note:
    - T: frames, N: people, K: keypoints, 17
    - points are (x, y) in pixels
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import cv2
import numpy as np
from synthetic_people.background import sample_background
from synthetic_people.canvas import Canvas, Layer
from synthetic_people.people import Person
from synthetic_people.scene import paint_person
from synthetic_people.skeleton import Pose

# keypoints that turn about a shoulder or a hip, and which hand or toe
_LIMBS = (
    (5, (7, 9), 0),
    (6, (8, 10), 1),
    (11, (13, 15), 0),
    (12, (14, 16), 1),
)
# limbs of a body, from which to which keypoint, that cover others
_BONES = np.array(
    [(5, 6), (5, 11), (6, 12), (5, 12), (6, 11), (5, 7), (7, 9), (6, 8)]
    + [(8, 10), (11, 13), (13, 15), (12, 14), (14, 16), (0, 5), (0, 6)]
)
# half the width of what a limb covers, in heights of the person
_GIRTH = 0.055
# someone with fewer keypoints to be seen is not there
LEAST_SEEN = 4


@dataclass(frozen=True)
class Actor:
    """One person through a video.

    Attributes:
        person: Pose and looks of the first frame.
        path: (T, 2), where the pelvis is, without the camera's motion.
        phase: (T,), of the steps, in radians.
    """

    person: Person
    path: np.ndarray
    phase: np.ndarray

    def at(self, t: int, camera: np.ndarray) -> Person:
        """Return the person of a frame, seen by a camera at (x, y)."""
        pose = swing(self.person.pose, float(self.phase[t]))
        return replace(self.person, pose=pose, origin=self.path[t] - camera[t])


class Truth(NamedTuple):
    """Who can be seen on a frame.

    Attributes:
        ids: int (N,).
        keypoints: (N, K, 2).
        seen: bool (N, K), inside of the image and not covered.
        areas: (N,), square pixels that the tolerance of OKS goes by.
    """

    ids: np.ndarray
    keypoints: np.ndarray
    seen: np.ndarray
    areas: np.ndarray


@dataclass(frozen=True)
class Video:
    """A video, from the farthest person to the nearest.

    Attributes:
        size: Width and height in pixels.
        actors: Who moves.
        camera: (T, 2), where the left upper corner of the image is.
        pillars: Left and right side of what stands before all.
        rate: Frames a second.
    """

    size: tuple[int, int]
    actors: list[Actor]
    camera: np.ndarray
    pillars: list[tuple[float, float]] = field(default_factory=list)
    rate: float = 25.0

    def truths(self) -> Iterator[Truth]:
        """Tell who can be seen, frame by frame."""
        for t in range(len(self.camera)):
            yield self._truth(t)

    def _truth(self, t: int) -> Truth:
        """Tell who can be seen on a frame."""
        people = [actor.at(t, self.camera) for actor in self.actors]
        points = np.stack([person.points() for person in people])
        heights = np.array([person.height for person in people])
        seen = ((points >= 0) & (points <= np.array(self.size) - 1)).all(-1)
        for left, right in self.pillars:
            x = points[..., 0] + self.camera[t, 0]
            seen &= (x < left) | (x > right)
        for near in range(1, len(people)):
            covered = _covered(points[:near], points[near], heights[near])
            seen[:near] &= ~covered
        there = seen.sum(axis=1) >= LEAST_SEEN
        return Truth(
            np.flatnonzero(there),
            points[there],
            seen[there],
            # about what the boxes of people have in COCO
            0.25 * np.square(heights[there]),
        )

    def draw(self, seed: int) -> Iterator[np.ndarray]:
        """Draw the frames.

        Args:
            seed: Of the background.

        Yields:
            uint8 (H, W, 3), BGR.
        """
        rng = np.random.default_rng(seed)
        back = sample_background(rng, *self.size)
        colour = tuple(int(v) for v in rng.integers(30, 200, 3))
        width, height = self.size
        for t, shift in enumerate(self.camera):
            moved = cv2.warpAffine(
                back,
                np.float32([[1, 0, -shift[0]], [0, 1, -shift[1]]]),
                (width, height),
                borderMode=cv2.BORDER_REFLECT,
            )
            canvas = Canvas(moved)
            for number, actor in enumerate(self.actors, 1):
                paint_person(canvas, actor.at(t, self.camera), number)
            for left, right in self.pillars:
                middle, half = (
                    (left + right) / 2 - shift[0],
                    (right - left) / 2,
                )
                line = [middle, -half, middle, height + half, half, half]
                canvas.paint([Layer(np.array([line]), [colour])], 0, 1.0)
            yield canvas.picture()


def swing(pose: Pose, phase: float) -> Pose:
    """Turn arms and legs against each other, as in walking.

    Args:
        pose: The pose.
        phase: Of the steps, in radians.

    Returns:
        The same body with other limbs.
    """
    points, hands, toes = (
        array.copy() for array in (pose.keypoints, pose.hands, pose.toes)
    )
    for number, (root, joints, side) in enumerate(_LIMBS):
        # the left arm goes with the right leg
        sign = 1 if number in (0, 3) else -1
        angle = 0.35 * sign * np.sin(phase)
        turn = np.array(
            [
                [np.cos(angle), -np.sin(angle)],
                [np.sin(angle), np.cos(angle)],
            ]
        )
        ends = hands if number < 2 else toes
        centre = points[root].copy()
        moved = list(joints)
        points[moved] = (points[moved] - centre) @ turn.T + centre
        ends[side] = turn @ (ends[side] - centre) + centre
    return replace(pose, keypoints=points, hands=hands, toes=toes)


def _covered(
    points: np.ndarray, other: np.ndarray, height: float
) -> np.ndarray:
    """Tell which points (N, K, 2) are behind the limbs of another person."""
    start, end = other[_BONES[:, 0]], other[_BONES[:, 1]]
    along = end - start
    length = np.maximum(np.square(along).sum(-1), 1e-9)
    offset = points[:, :, None] - start
    share = np.clip((offset * along).sum(-1) / length, 0, 1)
    gap = np.linalg.norm(offset - share[..., None] * along, axis=-1)
    return (gap < _GIRTH * height).any(axis=-1)
