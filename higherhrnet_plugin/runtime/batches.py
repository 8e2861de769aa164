"""Images of a list, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..structures.people import People

KEPT_LEVELS = (
    '`tiles` and `keep_levels` (--draw-maps) exclude each other, as each tile '
    'has maps of its own'
)


def predict_in_batches(
    predictor: Any, images: Sequence[Any], batch_size: int
) -> list[People]:
    """Read and predict images, a batch after the other.

    Args:
        predictor (Any): Has ``load``, for one image, and ``predict``, for a
            list of what that gives.
        images (Sequence): What ``load`` takes.
        batch_size (int): Images that run together, 1 or more.

    Returns:
        list[People]: of each image.
    """
    found: list[People] = []
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size]
        found += predictor.predict([predictor.load(i) for i in batch])
    return found
