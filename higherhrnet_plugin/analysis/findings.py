"""What stands out in an analysis, in sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .error_types import KEYPOINT_TYPES
from .formatting import format_percent


def describe_results(
    people: Mapping[str, int],
    keypoints: Sequence[Mapping[str, Any]],
    gains: Mapping[str, float],
) -> list[str]:
    """Say what the tables show.

    Args:
        people (Mapping[str, int]): Counts of all predictions.
        keypoints (Sequence[Mapping]): From ``keypoint_table``.
        gains (Mapping[str, float]): From ``headroom``.

    Returns:
        list[str]: at most one sentence about each.
    """
    lines = []
    if people['people']:
        lines.append(
            f'{people["match"]} of {people["people"]} labelled people were '
            f'found ({format_percent(people["match"] / people["people"])}); '
            f'{people["missed"]} were missed.'
        )
    rows = [row for row in keypoints if row['labelled']]
    if rows:
        weights = [row['labelled'] for row in rows]
        shares = {
            name: float(np.average([r[name] for r in rows], weights=weights))
            for name in KEYPOINT_TYPES
        }
        worst = min(rows, key=lambda row: row['good'])
        lines.append(
            'Keypoints of the people found: '
            + ', '.join(
                f'{format_percent(share)} {name}'
                for name, share in shares.items()
            )
            + f'. Weakest: {worst["keypoint"]}, '
            f'{format_percent(worst["good"])} good.'
        )
    if gains and max(gains.values()) > 0:
        name, gain = next(iter(gains.items()))
        lines.append(
            f'The most costly type of error is {name}: without it AP would '
            f'be {gain:.3f} higher.'
        )
    return lines
