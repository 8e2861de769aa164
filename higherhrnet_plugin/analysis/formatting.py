"""Numbers as texts, and as plain data."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

DASH = '\u2013'


def is_unknown(value: float) -> bool:
    """Tell whether a score had nothing to measure.

    Args:
        value (float): A score.

    Returns:
        bool: True for nan, and for -1, which COCO's tool gives.
    """
    return math.isnan(value) or value == -1


def format_score(value: float) -> str:
    """Write a score.

    Args:
        value (float): In [0, 1]; -1 or nan if unknown.

    Returns:
        str: three decimals, or a dash.
    """
    return DASH if is_unknown(value) else f'{value:.3f}'


def format_percent(value: float, unit: str = '\u00a0%') -> str:
    """Write a share.

    Args:
        value (float): In [0, 1]; -1 or nan if unknown.
        unit (str): What follows the number. Defaults to a percent sign.

    Returns:
        str: percent with one decimal, or a dash.
    """
    return DASH if is_unknown(value) else f'{100 * value:.1f}{unit}'


def plain_numbers(value: Any) -> Any:
    """Replace what JSON cannot hold.

    Args:
        value (Any): Numbers, texts, lists and dicts of them.

    Returns:
        Any: the same, with texts for keys and None for nan and infinity.
    """
    if isinstance(value, Mapping):
        return {str(k): plain_numbers(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_numbers(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
