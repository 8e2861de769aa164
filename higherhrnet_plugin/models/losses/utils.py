"""Helpers that the losses share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Union

import torch
from torch import Tensor


def per_level(
    name: str, value: Union[float, Sequence[float]], levels: int
) -> list[float]:
    """Repeat one value for all levels, or check that there is one for each.

    Args:
        name (str): Config key, for the message.
        value (float | Sequence[float]): One value or one for each level.
        levels (int): Number of levels.

    Returns:
        list[float]: ``levels`` values.

    Raises:
        ValueError: If the number of values is another.
    """
    if not isinstance(value, Sequence):
        return [float(value)] * levels
    if len(value) != levels:
        raise ValueError(
            f'`{name}` has {len(value)} values for {levels} levels'
        )
    return [float(v) for v in value]


def at_least_float32(values: Tensor) -> Tensor:
    """Leave the half precisions, which autocast may have brought in."""
    bits = torch.finfo(values.dtype).bits
    return values if bits >= 32 else values.float()
