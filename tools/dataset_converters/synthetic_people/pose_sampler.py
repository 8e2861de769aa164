"""Sample articulated human poses by forward kinematics."""

from __future__ import annotations

import math

import numpy as np

from .skeleton import (
    ACTIVITIES,
    ARM_STYLES,
    FREE_ARMS,
    Body,
    Pose,
    choose,
    sample_body,
)

BEHIND_SHARE = 0.12


def _along(angle: float) -> np.ndarray:
    """Return the unit vector (x, y) at an angle in degrees from down."""
    turn = math.radians(angle)
    return np.array([math.sin(turn), math.cos(turn)])


def _arm_angles(
    rng: np.random.Generator, activity: str, is_waving_arm: bool
) -> tuple[float, float]:
    """Draw outward angles of upper arm and fore-arm in degrees."""
    if activity == 'arms_up':
        style = 'up'
    elif activity == 'wave' and is_waving_arm:
        style = 'up' if rng.random() < 0.3 else 'wave'
    elif activity == 'walk':
        style = 'hang' if rng.random() < 0.75 else 'flex'
    else:
        style = choose(rng, FREE_ARMS)
    shoulder, elbow = ARM_STYLES[style]
    upper = rng.uniform(*shoulder)
    return upper, upper + rng.uniform(*elbow)


def _leg_angles(
    rng: np.random.Generator, activity: str, stride: float
) -> tuple[float, float, float]:
    """Draw outward angles of one leg.

    Args:
        rng: Source of randomness.
        activity: What the person does.
        stride: -1 for the leg that swings inwards when walking, else 1.

    Returns:
        Angle of the thigh and of the shank in degrees, and how much of the
        length of the thigh is seen.
    """
    if activity == 'sit':
        return rng.uniform(18, 48), rng.uniform(-8, 10), rng.uniform(0.5, 0.7)
    if activity == 'crouch':
        return rng.uniform(50, 82), rng.uniform(-32, 2), rng.uniform(0.75, 1)
    if activity == 'walk':
        thigh = stride * rng.uniform(8, 26)
        bend = rng.uniform(-28, 0) if stride > 0 else rng.uniform(-6, 22)
        return thigh, thigh + bend, rng.uniform(0.88, 1)
    if rng.random() < 0.08:
        return rng.uniform(35, 70), rng.uniform(-20, 40), rng.uniform(0.85, 1)
    thigh = rng.uniform(2, 18)
    return thigh, thigh + rng.uniform(-12, 4), rng.uniform(0.94, 1)


def _head_points(
    pose_head: np.ndarray,
    up: np.ndarray,
    radius: float,
    turn: float,
    side: int,
) -> np.ndarray:
    """Place nose, eyes and ears on a turned head.

    Args:
        pose_head: Centre of the head (x, y), shape (2,).
        up: Unit vector (x, y) to the crown, shape (2,).
        radius: Radius of the head.
        turn: Head turn in radians.
        side: Sign of x of the person's left in the picture.

    Returns:
        Points (x, y), shape (5, 2), float64.
    """
    right = np.array([-up[1], up[0]])
    sine, cosine = math.sin(turn), math.cos(turn)
    eye = 0.42 * cosine
    across = np.array(
        [
            0.95 * sine,
            side * eye + 0.8 * sine,
            -side * eye + 0.8 * sine,
            side * 0.99 * cosine,
            -side * 0.99 * cosine,
        ]
    )
    above = np.array([-0.28, 0.06, 0.06, -0.1, -0.1])
    return pose_head + radius * (across[:, None] * right + above[:, None] * up)


def _limbs(
    rng: np.random.Generator,
    body: Body,
    roots: np.ndarray,
    lean: float,
    side: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place elbows, wrists, knees, ankles, hands and toes.

    Args:
        rng: Source of randomness.
        body: The proportions.
        roots: Shoulders, then hips (x, y), left first, shape (4, 2).
        lean: Lean of the torso in degrees.
        side: Sign of x of the person's left in the picture.

    Returns:
        Joints in the order elbows, wrists, knees, ankles, shape (4, 2, 2),
        hands, shape (2, 2), and toes, shape (2, 2).
    """
    activity = choose(rng, ACTIVITIES)
    waving, leading = rng.integers(0, 2, 2)
    joints = np.zeros((4, 2, 2))
    hands, toes = np.zeros((2, 2)), np.zeros((2, 2))
    for index, sign in enumerate((side, -side)):
        upper, fore = _arm_angles(rng, activity, index == waving)
        seen = rng.uniform(0.86, 1.0, 2)
        elbow = roots[index] + _along(sign * upper - lean) * (
            body.upper_arm * seen[0]
        )
        reach = _along(sign * fore - lean)
        wrist = elbow + reach * body.fore_arm * seen[1]
        stride = 1.0 if index == leading else -1.0
        thigh, shank, share = _leg_angles(rng, activity, stride)
        knee = roots[2 + index] + _along(sign * thigh) * body.thigh * share
        ankle = knee + _along(sign * shank) * body.shank
        joints[:, index] = elbow, wrist, knee, ankle
        hands[index] = wrist + reach * 0.04
        toes[index] = ankle + _along(sign * rng.uniform(20, 75)) * 0.05
    return joints, hands, toes


def _trunk(
    rng: np.random.Generator, body: Body, lean: float, side: int
) -> np.ndarray:
    """Place shoulders and hips.

    Args:
        rng: Source of randomness.
        body: The proportions.
        lean: Lean of the torso in degrees.
        side: Sign of x of the person's left in the picture.

    Returns:
        Left shoulder, right shoulder, left hip, right hip (x, y), shape
        (4, 2), float64.
    """
    spine = -_along(-lean)
    # Turning the trunk makes it look narrower.
    width = math.cos(rng.uniform(-0.6, 0.6))
    across = side * width * np.array([-spine[1], spine[0]])
    neck = spine * body.torso
    return np.stack(
        [
            neck + across * body.shoulder,
            neck - across * body.shoulder,
            across * body.hip,
            -across * body.hip,
        ]
    )


def _hidden_joints(from_behind: bool, turn: float) -> np.ndarray:
    """Tell which joints the own head covers, shape (17,), bool."""
    hidden = np.zeros(17, bool)
    if from_behind:
        hidden[:3] = True
    elif abs(turn) > 0.4:
        hidden[3 if turn > 0 else 4] = True
    return hidden


def sample_pose(rng: np.random.Generator) -> Pose:
    """Draw a plausible pose of one person."""
    body = sample_body(rng)
    from_behind = bool(rng.random() < BEHIND_SHARE)
    side = -1 if from_behind else 1
    lean = min(max(rng.normal(0, 6), -16.0), 16.0)
    roots = _trunk(rng, body, lean, side)
    limbs, hands, toes = _limbs(rng, body, roots, lean, side)
    nod = min(max(rng.normal(0, 7), -18.0), 18.0)
    head_up = -_along(nod - lean)
    neck = (roots[0] + roots[1]) / 2
    head = neck - _along(-lean) * 0.055 + head_up * body.head
    turn = float(rng.uniform(-0.6, 0.6))
    face = _head_points(head, head_up, body.head, turn, side)
    front_arms = 0.4 if from_behind else 0.9
    return Pose(
        body=body,
        keypoints=np.concatenate(
            [face, roots[:2], *limbs[:2], roots[2:], *limbs[2:]]
        ),
        hidden=_hidden_joints(from_behind, turn),
        neck=neck,
        head=head,
        head_up=head_up,
        hands=hands,
        toes=toes,
        turn=turn,
        from_behind=from_behind,
        arms_behind=tuple((rng.random(2) > front_arms).tolist()),
    )
