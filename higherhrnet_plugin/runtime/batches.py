"""Images of a list, some at a time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
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

    Raises:
        TypeError: If something is no image.
        ValueError: If ``batch_size`` is below 1, or an image cannot be used.
    """
    if batch_size < 1:
        raise ValueError(f'`batch_size` must be 1 or more, got {batch_size}')
    found: list[People] = []
    for start in range(0, len(images), batch_size):
        batch = images[start : start + batch_size]
        found += predictor.predict([load_named(predictor, i) for i in batch])
    return found


def load_named(predictor: Any, image: Any) -> Any:
    """Load an image, with the name of its file in errors.

    Args:
        predictor (Any): Has ``load``, whose errors leave names out.
        image (Any): What ``load`` takes.

    Returns:
        Any: what ``load`` returns.

    Raises:
        TypeError: If it is no image.
        ValueError: If it cannot be used.
    """
    try:
        return predictor.load(image)
    except ValueError as error:
        if not isinstance(image, (str, Path)):
            raise
        raise ValueError(f'{image}: {error}') from error
