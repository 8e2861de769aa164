"""Build the drawing of one posed person."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .canvas import Layer
from .palette import Colour, Look, mix
from .skeleton import Pose

TORSO, HEAD, LEFT_ARM, RIGHT_ARM, LEFT_LEG, RIGHT_LEG = range(1, 7)

# The parts on which a key point may be seen.
KEYPOINT_PARTS: tuple[tuple[int, ...], ...] = (
    ((HEAD,),) * 5
    + ((TORSO, LEFT_ARM), (TORSO, RIGHT_ARM))
    + ((LEFT_ARM,), (RIGHT_ARM,)) * 2
    + ((TORSO, LEFT_LEG), (TORSO, RIGHT_LEG))
    + ((LEFT_LEG,), (RIGHT_LEG,)) * 2
)

Stroke = tuple[np.ndarray, np.ndarray, float, float, Colour]


def _layer(
    part: int,
    strokes: Sequence[Stroke],
    outline: bool = True,
    shade: bool = True,
) -> Layer:
    """Collect strokes (start, end, two radii, colour) in a layer."""
    capsules = np.array(
        [(a[0], a[1], b[0], b[1], ra, rb) for a, b, ra, rb, _ in strokes]
    )
    colours = [stroke[4] for stroke in strokes]
    return Layer(capsules, colours, part, outline, shade)


def _leg(pose: Pose, look: Look, index: int) -> list[Layer]:
    """Draw the left (0) or the right (1) leg."""
    part = (LEFT_LEG, RIGHT_LEG)[index]
    hip, knee, ankle = (pose.keypoints[i + index] for i in (11, 13, 15))
    toe, girth = pose.toes[index], pose.body.girth
    lower = look.trousers if look.long_trousers else look.skin
    cuff = ankle + 0.22 * (knee - ankle)
    strokes = [
        (knee, ankle, 0.054 * girth, 0.04 * girth, lower),
        (hip, knee, 0.07 * girth, 0.055 * girth, look.trousers),
        (cuff, ankle, 0.043 * girth, 0.041 * girth, look.trousers),
        (ankle, toe, 0.042, 0.038, look.shoes),
    ]
    patch = (knee, knee, 0.026 * girth, 0.026 * girth, look.accent)
    lace = (ankle, ankle, 0.018, 0.018, look.accent)
    return [
        _layer(part, strokes),
        _layer(part, [patch, lace], outline=False, shade=False),
    ]


def _arm(pose: Pose, look: Look, index: int) -> list[Layer]:
    """Draw the left (0) or the right (1) arm."""
    part = (LEFT_ARM, RIGHT_ARM)[index]
    shoulder, elbow, wrist = (pose.keypoints[i + index] for i in (5, 7, 9))
    hand, girth = pose.hands[index], pose.body.girth
    lower = look.shirt if look.long_sleeves else look.skin
    cuff = wrist + 0.15 * (elbow - wrist)
    strokes = [
        (elbow, wrist, 0.042 * girth, 0.034 * girth, lower),
        (shoulder, elbow, 0.052 * girth, 0.043 * girth, look.shirt),
        (wrist, hand, 0.033, 0.035, look.skin),
        (cuff, wrist, 0.036 * girth, 0.035 * girth, look.shirt),
    ]
    patches = [
        (elbow, elbow, 0.021 * girth, 0.021 * girth, look.accent),
        (wrist, wrist, 0.014, 0.014, look.accent),
    ]
    return [
        _layer(part, strokes),
        _layer(part, patches, outline=False, shade=False),
    ]


def _torso(pose: Pose, look: Look) -> list[Layer]:
    """Draw the trunk with a belt and, from the front, a row of buttons."""
    girth = pose.body.girth
    left, right = pose.keypoints[5], pose.keypoints[6]
    left_hip, right_hip = pose.keypoints[11], pose.keypoints[12]
    pelvis = (left_hip + right_hip) / 2
    upper, lower = 0.055 * girth, 0.062 * girth
    chest = pose.neck + 0.25 * (pelvis - pose.neck)
    waist = pose.neck + 0.8 * (pelvis - pose.neck)
    shirt = look.shirt
    trunk = [
        (left_hip, right_hip, lower, lower, look.trousers),
        (left, waist + 0.8 * (left_hip - pelvis), upper, lower, shirt),
        (right, waist + 0.8 * (right_hip - pelvis), upper, lower, shirt),
        (chest, waist, 0.1 * girth, 0.09 * girth, shirt),
        (left, right, upper, upper, shirt),
    ]
    layers = [_layer(TORSO, trunk, shade=False)]
    dark = mix(look.shirt, (10, 10, 10), 0.45)
    down = (pelvis - pose.neck) / max(pose.body.torso, 1e-6)
    marks: list[Stroke] = []
    if not pose.from_behind:
        for step in (0.07, 0.12, 0.17):
            spot = pose.neck + down * step
            marks.append((spot, spot, 0.011, 0.011, look.accent))
    marks.append((left_hip, right_hip, 0.012, 0.012, dark))
    layers.append(_layer(TORSO, marks, outline=False, shade=False))
    return layers


def _face(pose: Pose, look: Look) -> list[Layer]:
    """Draw eyes, nose and mouth of a person seen from the front."""
    radius = pose.body.head
    nose, left_eye, right_eye = pose.keypoints[:3]
    dark = (28, 20, 18)
    mouth = nose - 0.3 * radius * pose.head_up
    across = (left_eye - right_eye) * 0.36
    cheek = mix(look.skin, (60, 50, 190), 0.5)
    smile = mouth - 0.07 * radius * pose.head_up
    return [
        _layer(
            HEAD,
            [
                (left_eye, left_eye, 0.2 * radius, 0.2 * radius, (250,) * 3),
                (right_eye, right_eye, 0.2 * radius, 0.2 * radius, (250,) * 3),
                (left_eye, left_eye, 0.12 * radius, 0.12 * radius, dark),
                (right_eye, right_eye, 0.12 * radius, 0.12 * radius, dark),
                (nose, nose, 0.13 * radius, 0.13 * radius, cheek),
                (mouth + across, smile, 0.05 * radius, 0.07 * radius, dark),
                (mouth - across, smile, 0.05 * radius, 0.07 * radius, dark),
            ],
            outline=False,
            shade=False,
        )
    ]


def _hair(pose: Pose, look: Look) -> list[Layer]:
    """Draw the hair on top of the head and what is worn on it."""
    radius, up, centre = pose.body.head, pose.head_up, pose.head
    right = np.array([-up[1], up[0]])
    shift = 0.0 if pose.from_behind else 0.25 * pose.turn * radius
    top = centre + up * 0.66 * radius + right * shift
    wing = right * 0.5 * radius
    colour = look.shirt if look.headwear == 'cap' else look.hair
    strokes = [
        (top - wing, top + wing, 0.4 * radius, 0.4 * radius, colour),
        (top, top + 0.2 * radius * up, 0.5 * radius, 0.5 * radius, colour),
    ]
    layers = [_layer(HEAD, strokes)]
    if look.headwear == 'none':
        return layers
    band = centre + up * 0.42 * radius
    wide = right * 0.86 * radius
    tone = look.accent if look.headwear == 'cap' else look.shirt
    strap = (band - wide, band + wide, 0.1 * radius, 0.1 * radius, tone)
    layers.append(_layer(HEAD, [strap], shade=False))
    return layers


def _head(pose: Pose, look: Look) -> list[Layer]:
    """Draw neck, ears, skull, hair and face."""
    radius, up, centre = pose.body.head, pose.head_up, pose.head
    left_ear, right_ear = pose.keypoints[3:5]
    size = 0.24 * radius
    ears = [
        (left_ear, left_ear, size, size, look.skin),
        (right_ear, right_ear, size, size, look.skin),
    ]
    holes = [
        (ear, ear, 0.11 * radius, 0.11 * radius, mix(tone, (40, 40, 90), 0.5))
        for ear, _, _, _, tone in ears
    ]
    tone = look.hair if pose.from_behind else look.skin
    skull = _layer(
        HEAD,
        [
            (
                centre + 0.08 * radius * up,
                centre - 0.3 * radius * up,
                0.98 * radius,
                0.78 * radius,
                tone,
            )
        ],
    )
    seen = [i for i in range(2) if not pose.hidden[3 + i]]
    layers = [_layer(HEAD, ears), skull]
    layers += _hair(pose, look)
    layers.append(_layer(HEAD, [ears[i] for i in seen], shade=False))
    layers.append(_layer(HEAD, [holes[i] for i in seen], False, False))
    if not pose.from_behind:
        layers += _face(pose, look)
    return layers


def build_figure(pose: Pose, look: Look) -> list[Layer]:
    """Draw one person.

    Args:
        pose: The pose in body units.
        look: The colours and clothes.

    Returns:
        Layers in body units, from the farthest to the nearest.
    """
    radius, up = pose.body.head, pose.head_up
    neck = (pose.neck, pose.head, 0.045, 0.045, look.skin)
    fall = pose.head - 1.25 * radius * up
    mane = (pose.head, fall, 0.98 * radius, 0.85 * radius, look.hair)
    arms = [_arm(pose, look, index) for index in range(2)]
    layers: list[Layer] = []
    if look.long_hair and not pose.from_behind:
        layers.append(_layer(HEAD, [mane]))
    for index in range(2):
        if pose.arms_behind[index]:
            layers += arms[index]
    layers.append(_layer(HEAD, [neck]))
    for index in range(2):
        layers += _leg(pose, look, index)
    layers += _torso(pose, look)
    if look.long_hair and pose.from_behind:
        layers.append(_layer(HEAD, [mane]))
    layers += _head(pose, look)
    for index in range(2):
        if not pose.arms_behind[index]:
            layers += arms[index]
    return layers


def place_figure(
    layers: Sequence[Layer], origin: np.ndarray, height: float
) -> list[Layer]:
    """Move a drawing from body units to pixels.

    Args:
        layers: Layers in body units.
        origin: Where the pelvis goes (x, y) in pixels, shape (2,).
        height: Pixels per body unit.

    Returns:
        Layers in pixels.
    """
    offset = np.array([*origin, *origin, 0.0, 0.0])
    return [
        Layer(
            layer.capsules * height + offset,
            layer.colours,
            layer.part,
            layer.outline,
            layer.shade,
        )
        for layer in layers
    ]
