"""Keypoints at places that stand for "not there"."""

from __future__ import annotations

from .report import RepairReport

# a click never meets the corner of the image exactly
_PLACES = (0, -1)


def clear_placeholders(
    values: list[float], owner: str, report: RepairReport
) -> list[float]:
    """Take keypoints at exactly (0, 0) or (-1, -1) as not labelled.

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
        if v and x == y and x in _PLACES
    ]
    if not found:
        return values
    cleared = list(values)
    for i in found:
        cleared[3 * i : 3 * i + 3] = [0, 0, 0]
    report.add_repair(
        'people with keypoints that are labelled at (0, 0) or (-1, -1), '
        'taken as placeholders of such that are not labelled',
        owner,
    )
    return cleared
