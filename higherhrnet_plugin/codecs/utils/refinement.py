"""Sub-cell positions and filling of missing keypoints.

Note:
    - N: people, K: keypoints, L: tags of a keypoint
    - (H, W): size of the maps

Source: ``HeatmapParser.adjust`` and ``HeatmapParser.refine`` in
``lib/core/group.py`` of the official code.
"""

from __future__ import annotations

import numpy as np


def quarter_offset(heatmaps: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Move cell indices to positions, a quarter towards the higher side.

    Args:
        heatmaps (np.ndarray): float32 (P, H, W), the map of each point.
        cells (np.ndarray): int (P, 2), (x, y) in cells.

    Returns:
        np.ndarray: float32 (P, 2), the cell centre (index + 0.5) moved by
        0.25 to the right or down where that neighbour is the higher one, and
        to the left or up otherwise.
    """
    height, width = heatmaps.shape[1:]
    p = np.arange(len(cells))
    x, y = cells[:, 0], cells[:, 1]
    right = heatmaps[p, y, np.minimum(x + 1, width - 1)]
    left = heatmaps[p, y, np.maximum(x - 1, 0)]
    below = heatmaps[p, np.minimum(y + 1, height - 1), x]
    above = heatmaps[p, np.maximum(y - 1, 0), x]
    higher = np.stack((right > left, below > above), axis=1)
    shift = np.where(higher, np.float32(0.75), np.float32(0.25))
    return cells.astype(np.float32) + shift


def adjust_people(people: np.ndarray, heatmaps: np.ndarray) -> np.ndarray:
    """Give all found keypoints their sub-cell position.

    Args:
        people (np.ndarray): float32 (N, K, 3), cell x, cell y and score.
        heatmaps (np.ndarray): float32 (K, H, W).

    Returns:
        np.ndarray: float32 (N, K, 3), x, y and score; what has no score is
        left as it is.
    """
    people = people.copy()
    n, k = np.nonzero(people[..., 2] > 0)
    cells = people[n, k, :2].astype(np.int64)
    people[n, k, :2] = quarter_offset(heatmaps[k], cells)
    return people


def best_cell(
    heatmap: np.ndarray, tags: np.ndarray, person_tag: np.ndarray
) -> tuple[int, int]:
    """Find the cell that suits a person best.

    Args:
        heatmap (np.ndarray): float32 (H, W).
        tags (np.ndarray): float32 (L, H, W).
        person_tag (np.ndarray): float32 (L,).

    Returns:
        tuple[int, int]: (x, y) where heatmap - round(tag distance) is
        highest, the first in reading order.
    """
    square = (tags[0] - person_tag[0]) ** 2
    for tag, value in zip(tags[1:], person_tag[1:]):
        square += (tag - value) ** 2
    fitness = heatmap - np.round(np.sqrt(square))
    y, x = divmod(int(np.argmax(fitness)), heatmap.shape[1])
    return x, y


def fill_missing(
    people: np.ndarray, heatmaps: np.ndarray, tags: np.ndarray
) -> np.ndarray:
    """Look up the keypoints that a person lacks in the maps.

    Args:
        people (np.ndarray): float32 (N, K, 3), positions and scores.
        heatmaps (np.ndarray): float32 (K, H, W), finite.
        tags (np.ndarray): float32 (K, L, H, W), finite.

    Returns:
        np.ndarray: float32 (N, K, 3); a keypoint without a score is taken
        from the best cell where the heatmap is above 0 there, and its score
        is that value.
    """
    people = people.copy()
    for person in people:
        found = np.flatnonzero(person[:, 2] > 0)
        cells = person[found, :2].astype(np.int64)
        person_tag = np.mean(
            list(tags[found, :, cells[:, 1], cells[:, 0]]), axis=0
        )
        for k in np.flatnonzero(person[:, 2] == 0):
            x, y = best_cell(heatmaps[k], tags[k], person_tag)
            value = heatmaps[k, y, x]
            if value > 0:
                cell = np.array([[x, y]])
                person[k, :2] = quarter_offset(heatmaps[k][None], cell)[0]
                person[k, 2] = value
    return people
