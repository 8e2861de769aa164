"""Define joints, proportions and ranges of motion in body units.

A body unit is about the height of a standing person.  The x axis points to
the right of the picture, the y axis points down, the origin is the middle of
the pelvis.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

KEYPOINT_NAMES: tuple[str, ...] = (
    'nose',
    'left_eye',
    'right_eye',
    'left_ear',
    'right_ear',
    'left_shoulder',
    'right_shoulder',
    'left_elbow',
    'right_elbow',
    'left_wrist',
    'right_wrist',
    'left_hip',
    'right_hip',
    'left_knee',
    'right_knee',
    'left_ankle',
    'right_ankle',
)

Range = tuple[float, float]

# Shoulder angle away from hanging down, outwards, and the further turn of the
# fore-arm, both in degrees.
ARM_STYLES: dict[str, tuple[Range, Range]] = {
    'hang': ((6, 24), (-8, 18)),
    'akimbo': ((38, 58), (-115, -88)),
    'fold': ((8, 26), (-120, -60)),
    'side': ((60, 100), (-25, 25)),
    'wave': ((75, 112), (45, 85)),
    'flex': ((22, 48), (88, 125)),
    'up': ((132, 165), (-15, 35)),
}
FREE_ARMS: tuple[tuple[str, float], ...] = (
    ('hang', 0.42),
    ('akimbo', 0.14),
    ('fold', 0.10),
    ('side', 0.12),
    ('flex', 0.12),
    ('wave', 0.10),
)
ACTIVITIES: tuple[tuple[str, float], ...] = (
    ('stand', 0.34),
    ('walk', 0.22),
    ('arms_up', 0.10),
    ('wave', 0.12),
    ('sit', 0.11),
    ('crouch', 0.11),
)


@dataclass(frozen=True)
class Body:
    """Hold the proportions of one person in body units."""

    head: float
    torso: float
    shoulder: float
    hip: float
    upper_arm: float
    fore_arm: float
    thigh: float
    shank: float
    girth: float


@dataclass(frozen=True)
class Pose:
    """Hold the joints of one posed person in body units.

    Attributes:
        body: The proportions.
        keypoints: COCO joints (x, y), shape (17, 2), float64.
        hidden: Joints covered by the own head, shape (17,), bool.
        neck: Middle of the shoulders (x, y), shape (2,).
        head: Centre of the head (x, y), shape (2,).
        head_up: Unit vector (x, y) from chin to crown, shape (2,).
        hands: Finger tips, left then right (x, y), shape (2, 2).
        toes: Toe tips, left then right (x, y), shape (2, 2).
        turn: Head turn in radians, positive to the right of the picture.
        from_behind: Whether the person looks away from the viewer.
        arms_behind: Whether an arm is behind the torso, left then right.
    """

    body: Body
    keypoints: np.ndarray
    hidden: np.ndarray
    neck: np.ndarray
    head: np.ndarray
    head_up: np.ndarray
    hands: np.ndarray
    toes: np.ndarray
    turn: float
    from_behind: bool
    arms_behind: tuple[bool, bool]


def choose(
    rng: np.random.Generator, table: tuple[tuple[str, float], ...]
) -> str:
    """Draw one name from a table of names and weights."""
    mark = rng.random() * sum(weight for _, weight in table)
    for name, weight in table:
        mark -= weight
        if mark < 0:
            return name
    return table[-1][0]


def sample_body(rng: np.random.Generator) -> Body:
    """Draw the proportions of one person."""

    def around(value: float, spread: float = 0.08) -> float:
        return value * rng.uniform(1 - spread, 1 + spread)

    child = rng.random() < 0.15
    legs = 0.85 if child else 1.0
    arm, leg = around(0.155), around(0.2 * legs)
    return Body(
        head=around(0.125 if child else 0.108),
        torso=around(0.25),
        shoulder=around(0.132, 0.1),
        hip=around(0.078, 0.1),
        upper_arm=arm,
        fore_arm=arm * rng.uniform(0.92, 1.02),
        thigh=leg,
        shank=leg * rng.uniform(0.95, 1.05),
        girth=around(1.0, 0.14),
    )
