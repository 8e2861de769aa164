"""Records of COCO results."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def read_predictions(
    path: Path, num_keypoints: int, fields: dict[str, int]
) -> list[dict[str, Any]]:
    """Read and check COCO results.

    Args:
        path: JSON file.
        num_keypoints: K.
        fields: Lists that hold the keypoints; empty for ``keypoints``.

    Returns:
        The records, with all K keypoints in ``keypoints``.

    Raises:
        ValueError: If it is no such file or does not fit the data set.
    """
    try:
        records = json.loads(path.read_text(encoding='utf-8-sig'))
    except ValueError as error:
        raise ValueError(
            f'{path} is no JSON file: {error}; have the predictions written '
            'by the test with --cfg-options '
            'test_evaluator.outfile_prefix=PREFIX, which gives '
            'PREFIX.keypoints.json'
        ) from error
    if not isinstance(records, list):
        raise ValueError(
            f'{path} is no list of COCO results, but a '
            f'{type(records).__name__}'
        )
    try:
        flatten(records, fields)
        for i, record in enumerate(records):
            _check_record(record, num_keypoints, f'{path}, record {i}')
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f'{path}: a record is not as COCO results are, with image_id, '
            f'category_id, keypoints and score: {error!r}'
        ) from error
    return records


def flatten(records: Sequence[dict[str, Any]], fields: dict[str, int]) -> None:
    """Join the lists of keypoints to ``keypoints``, in place.

    Args:
        records: Annotations or predictions.
        fields: Lists that hold the keypoints; empty for ``keypoints``.
    """
    for record in records if len(fields) > 1 else ():
        record['keypoints'] = [v for name in fields for v in record[name]]


def _check_record(record: dict, num_keypoints: int, where: str) -> None:
    """Refuse a prediction that cannot be evaluated."""
    values = record['keypoints']
    if len(values) != 3 * num_keypoints:
        raise ValueError(
            f'{where} has {len(values) / 3:g} keypoints, the data set of the '
            f'config {num_keypoints}'
        )
    if not all(map(math.isfinite, values)) or not math.isfinite(
        record['score']
    ):
        raise ValueError(f'{where} has a value that is no number')
    _ = record['image_id'], record['category_id']
