"""Keypoints at places that stand for "not there"."""

from __future__ import annotations

import numpy as np

from .report import RepairReport


def is_placeholder(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Find coordinates that stand for "not there".

    Args:
        x (np.ndarray): float (K,), in image pixels.
        y (np.ndarray): float (K,).

    Returns:
        np.ndarray: bool (K,), as in :func:`clear_placeholders`.
    """
    return (x == y) & (x <= 0)


def clear_placeholders(
    values: list[float], owner: str, report: RepairReport
) -> list[float]:
    """Take keypoints at exactly (0, 0), (-1, -1), ... as not labelled.

    A click never meets the corner of the image exactly, nor one and the same
    number below 0 in x and y.

    Args:
        values (list[float]): x, y, visibility of every keypoint, flat.
        owner (str): The annotation, for messages.
        report (RepairReport): Takes notes.

    Returns:
        list[float]: the same list, or a new one in which they are 0, 0, 0.
    """
    found = [
        i
        for i, (x, y, v) in enumerate(
            zip(values[0::3], values[1::3], values[2::3])
        )
        if v and x == y and x <= 0
    ]
    if not found:
        return values
    cleared = list(values)
    for i in found:
        cleared[3 * i : 3 * i + 3] = [0, 0, 0]
    report.add_repair(
        'people with keypoints that are labelled at (0, 0), (-1, -1) or the '
        'like, taken as placeholders of such that are not labelled',
        owner,
    )
    return cleared
