"""How well tags tell people apart.

Note:
    - J: keypoints of all people and images in one list, L: tags of a keypoint
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class TagSeparation(NamedTuple):
    """Distances in the space of tags.

    Attributes:
        within (np.ndarray): float64 (J,), of each keypoint from the mean tag
            of its person.
        between (np.ndarray): float64, of the mean tags of each two people of
            an image.
    """

    within: np.ndarray
    between: np.ndarray


def tag_separation(
    tags: np.ndarray, images: np.ndarray, people: np.ndarray
) -> TagSeparation:
    """Measure spread within people and distances between them.

    Args:
        tags (np.ndarray): float (J, L), tags at labelled keypoints.
        images (np.ndarray): int (J,), which image.
        people (np.ndarray): int (J,), which person of it.

    Returns:
        TagSeparation: Euclidean distances. Grouping works where those within
        stay below the tag threshold and those between above it.
    """
    tags = np.asarray(tags, np.float64)
    within, between = [np.zeros(0)], [np.zeros(0)]
    for image in np.unique(images):
        means = []
        for person in np.unique(people[images == image]):
            own = tags[(images == image) & (people == person)]
            means.append(own.mean(axis=0))
            within.append(np.linalg.norm(own - means[-1], axis=1))
        centres = np.array(means)
        first, second = np.triu_indices(len(centres), 1)
        between.append(
            np.linalg.norm(centres[first] - centres[second], axis=1)
        )
    return TagSeparation(np.concatenate(within), np.concatenate(between))
