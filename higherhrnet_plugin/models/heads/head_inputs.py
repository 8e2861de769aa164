"""What the head reads from the features of a test."""

from __future__ import annotations

from typing import Any


def scale_flip_features(
    feats: Any, num_scales: int, num_flips: int
) -> list[list[Any]]:
    """Bring features into the order [scale][flip].

    Args:
        feats (Any): What mmpose's bottom-up estimators hand to ``predict``:
            lists over scales and flips only where there are several.
        num_scales (int): Number of test scales.
        num_flips (int): 1, or 2 with a flip test.

    Returns:
        list[list[Any]]: features of each scale and flip.

    Raises:
        ValueError: If the numbers do not fit.
    """
    per_scale = list(feats) if num_scales > 1 else [feats]
    if num_flips == 1:
        return [[f] for f in per_scale]
    if len(per_scale) != num_scales or any(
        len(f) != num_flips for f in per_scale
    ):
        raise ValueError(
            f'expected features of {num_scales} scales with {num_flips} '
            'flips; `flip_test` and the scales of the test pipeline must be '
            'the same for the estimator and the head'
        )
    return [list(f) for f in per_scale]
