"""Compose images of several people, things and a background."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .annotate import describe_mask, label_keypoints, mask_rle
from .background import sample_background, sample_occluder
from .canvas import Canvas
from .figure import KEYPOINT_PARTS
from .hard_people import sample_hard_people
from .options import HARD, USUAL
from .people import Person, sample_crowd, sample_people, sample_tiny

EMPTY_SHARE = 0.06
CROWD_SHARE = 0.08
TINY_SHARE = 0.04
OCCLUDER_SHARE = 0.35
PEOPLE_WEIGHTS = (0.25, 0.28, 0.2, 0.12, 0.06, 0.04, 0.03, 0.02)


class Cast(NamedTuple):
    """Hold the people with joints, of a crowd, and far away."""

    people: list[Person]
    crowd: list[Person]
    tiny: list[Person]


@dataclass(frozen=True)
class Scene:
    """Hold an image and its annotations.

    Attributes:
        picture: BGR picture, shape (h, w, 3), uint8.
        annotations: COCO annotations without ids.
    """

    picture: np.ndarray
    annotations: list[dict[str, Any]]


def paint_person(canvas: Canvas, person: Person, instance: int) -> None:
    """Paint a person.

    Args:
        canvas: Where to.
        person: The person.
        instance: Owner of the pixels, from 1 to 31.
    """
    line = min(max(0.008 * person.height, 0.4), 2.5)
    canvas.paint(person.layers(), instance, line)


def _annotation(mask: np.ndarray, **fields: Any) -> dict[str, Any]:
    """Build an annotation without key points."""
    return {
        'category_id': 1,
        'iscrowd': 0,
        'num_keypoints': 0,
        'keypoints': [0] * 51,
        **describe_mask(mask),
        **fields,
    }


def _annotate_person(
    person: Person, mask: np.ndarray, owner: np.ndarray, instance: int
) -> dict[str, Any]:
    """Build the annotation of a person with key points.

    Args:
        person: The person.
        mask: Its visible pixels, shape (h, w), uint8.
        owner: Instance * 8 + part of every pixel, shape (h, w), uint8.
        instance: The number of the person.

    Returns:
        The annotation.
    """
    labels = label_keypoints(
        person.points(),
        person.pose.hidden,
        KEYPOINT_PARTS,
        owner,
        instance,
        2 if person.height > 100 else 1,
    )
    if (labels[:, 2] == 2).sum() < 3:
        # Nobody would guess the covered joints of a person hardly seen.
        labels[labels[:, 2] == 1] = 0
    values = [
        value if index % 3 < 2 and value % 1 else int(value)
        for index, value in enumerate(labels.ravel().tolist())
    ]
    seen = int((labels[:, 2] > 0).sum())
    return _annotation(mask, num_keypoints=seen, keypoints=values)


def _sample_cast(
    rng: np.random.Generator, size: np.ndarray, kind: str
) -> Cast:
    """Draw who is in an image.

    Args:
        rng: Source of randomness.
        size: Width and height of the image in pixels, shape (2,).
        kind: One of ``KINDS`` of the options.

    Returns:
        The people, nobody in a part of the images.
    """
    empty, crowd, tiny = rng.random(3)
    if empty < EMPTY_SHARE:
        return Cast([], [], [])
    if kind == HARD:
        return Cast(sample_hard_people(rng, size), [], [])
    # The shares are shares of all images, not of those with people.
    peopled = 1 - EMPTY_SHARE
    count = int(rng.choice(len(PEOPLE_WEIGHTS), p=PEOPLE_WEIGHTS)) + 1
    return Cast(
        sample_people(rng, count, size),
        sample_crowd(rng, size) if crowd < CROWD_SHARE / peopled else [],
        [sample_tiny(rng, size)] if tiny < TINY_SHARE / peopled else [],
    )


def render_scene(
    rng: np.random.Generator, size: tuple[int, int], kind: str = USUAL
) -> Scene:
    """Draw one image.

    Args:
        rng: Source of randomness.
        size: Width and height in pixels.
        kind: Who is in it, one of ``KINDS`` of the options.

    Returns:
        The image and its annotations.
    """
    canvas = Canvas(sample_background(rng, *size))
    cast = _sample_cast(rng, np.array(size, np.float64), kind)
    for place, group in enumerate((cast.crowd, cast.tiny), 1):
        for person in group:
            paint_person(canvas, person, len(cast.people) + place)
    things = int(rng.integers(1, 3)) if rng.random() < OCCLUDER_SHARE else 0
    before = rng.integers(0, len(cast.people) + 1, things).tolist()
    for index in range(len(cast.people) + 1):
        for _ in range(before.count(index)):
            canvas.paint(sample_occluder(rng, *size), 0, 1.0)
        if index < len(cast.people):
            paint_person(canvas, cast.people[index], index + 1)
    return Scene(canvas.picture(), _annotate(canvas, cast.people))


def _annotate(canvas: Canvas, people: list[Person]) -> list[dict[str, Any]]:
    """Annotate people, crowd and far person of a finished canvas."""
    owner = np.ascontiguousarray(canvas.owner())
    instances = owner >> 3
    annotations = []
    for instance in range(1, len(people) + 3):
        mask = (instances == instance).astype(np.uint8)
        if not mask.any():
            continue
        if instance <= len(people):
            person = people[instance - 1]
            entry = _annotate_person(person, mask, owner, instance)
        elif instance == len(people) + 1:
            entry = _annotation(mask, iscrowd=1, segmentation=mask_rle(mask))
        else:
            entry = _annotation(mask)
        annotations.append(entry)
    return annotations
