"""Pictures of predictions, with maps beside them if wanted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..structures.people import People
from ..visualization import (
    draw_panels,
    draw_people,
    number_people,
    shown_keypoints,
)
from .loaded import Loaded


def draw_prediction(
    loaded: Loaded,
    people: People,
    links: Sequence[tuple[int, int]],
    kpt_thr: float,
) -> np.ndarray:
    """Draw the people of an image, and the maps that were kept.

    Args:
        loaded (Loaded): The image.
        people (People): What was found on it.
        links (Sequence[tuple[int, int]]): Pairs of keypoints to join.
        kpt_thr (float): Keypoints below it are left out.

    Returns:
        np.ndarray: uint8 (H, W, 3), BGR; wider with maps.
    """
    ids = people.identities
    numbers = None if ids is None else ids.tolist()
    picture = draw_people(
        loaded.image,
        people.keypoints,
        people.keypoint_scores,
        links,
        kpt_thr,
        numbers,
    )
    if ids is not None:
        shown = shown_keypoints(
            people.keypoints, people.keypoint_scores, kpt_thr
        )
        there = ids > 0
        picture = number_people(
            picture,
            people.keypoints[there],
            shown[there],
            ids[there].tolist(),
        )
    if not people.levels:
        return picture
    image = np.moveaxis(np.asarray(loaded.data['inputs']), 0, -1)
    image = np.ascontiguousarray(image)
    count = len(people.scores)
    label = f'{count} {"person" if count == 1 else "people"}'
    return draw_panels(picture, label, image, people.levels)
