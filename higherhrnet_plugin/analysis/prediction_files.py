"""COCO results, read and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..datasets.coco_repair.ids import id_key, key_number


def read_predictions(
    path: Path, num_keypoints: int, fields: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Read a file of COCO results.

    Args:
        path (Path): JSON file.
        num_keypoints (int): K.
        fields (Mapping[str, int]): Lists that hold the keypoints; empty for
            ``keypoints``.

    Returns:
        list[dict]: the records, with all K keypoints in ``keypoints``.

    Raises:
        ValueError: If it is no such file or does not fit the data set.
        OSError: If it cannot be read.
    """
    try:
        records = json.loads(path.read_text(encoding='utf-8-sig'))
    except ValueError as error:
        raise ValueError(
            f'{path} is not a JSON file: {error}; the test writes the '
            'predictions with --cfg-options '
            'test_evaluator.outfile_prefix=PREFIX, to PREFIX.keypoints.json'
        ) from error
    return check_predictions(records, num_keypoints, fields, str(path))


def check_predictions(
    records: Any, num_keypoints: int, fields: Mapping[str, int], source: str
) -> list[dict[str, Any]]:
    """Check the content of a file of COCO results.

    Args:
        records (Any): The content; it is not changed.
        num_keypoints (int): K.
        fields (Mapping[str, int]): Lists that hold the keypoints; empty for
            ``keypoints``.
        source (str): Name of the file, for messages.

    Returns:
        list[dict]: the records, with all K keypoints in ``keypoints``.

    Raises:
        ValueError: If these are no COCO results, or do not fit the data set.
    """
    if isinstance(records, (str, Mapping)) or not isinstance(
        records, Sequence
    ):
        raise ValueError(
            f'{source} is not a list of COCO results, but a '
            f'{type(records).__name__}'
        )
    try:
        joined = join_lists(records, fields)
        for i, record in enumerate(joined):
            _check_record(record, num_keypoints, f'{source}, record {i}')
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f'{source}: a record is not a COCO result, with image_id, '
            f'category_id, keypoints and score: {error!r}'
        ) from error
    return joined


def match_category(
    records: Sequence[Mapping[str, Any]], category: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Bring predictions to the category that is evaluated.

    Args:
        records (Sequence[Mapping]): The predictions.
        category (Mapping): That of the repaired annotation file.

    Returns:
        tuple: those of the category, or all of them with its id if none has
        it, as the model knows one category; and a line for what was done.
    """
    number = category['id']
    others = [r for r in records if r['category_id'] != number]
    if not others:
        return [dict(r) for r in records], []
    listed = ', '.join(sorted({repr(r['category_id']) for r in others}))
    named = f'category {number} {category.get("name")!r}'
    if len(others) < len(records):
        left = [dict(r) for r in records if r['category_id'] == number]
        return left, [
            f'dropped: {len(others)} of {len(records)} predictions are of the '
            f'category {listed}; {named} is evaluated'
        ]
    return [{**r, 'category_id': number} for r in records], [
        f'repaired: all {len(records)} predictions are of the category '
        f'{listed}, taken as {named} of the annotation file'
    ]


def match_images(
    records: Sequence[Mapping[str, Any]], images: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Find images of predictions by their number, if ids are text.

    Args:
        records (Sequence[Mapping]): The predictions.
        images (Sequence[Mapping]): Those of the repaired annotation file.

    Returns:
        tuple: the predictions, and a line if ids were changed. Ids that are
        not found stay as they are.

    Raises:
        ValueError: If an id is neither a whole number nor text.
    """
    known = {image['id'] for image in images}
    matched, changed = [], []
    for record in records:
        value = record['image_id']
        number = key_number(id_key(value, 'the image of a prediction'))
        if type(value) is not int and number in known:
            changed.append(value)
            value = number
        matched.append({**record, 'image_id': value})
    if not changed:
        return matched, []
    return matched, [
        f'repaired: {len(changed)} predictions whose `image_id` is no '
        f'integer, found by its number ({changed[0]!r})'
    ]


def join_lists(
    records: Sequence[Mapping[str, Any]], fields: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Join the lists of keypoints to one.

    Args:
        records (Sequence[Mapping]): Annotations or predictions.
        fields (Mapping[str, int]): Lists that hold the keypoints; empty for
            ``keypoints``.

    Returns:
        list[dict]: copies with all K keypoints in ``keypoints``.
    """
    if len(fields) <= 1:
        return [{**record} for record in records]
    return [
        {**record, 'keypoints': [v for name in fields for v in record[name]]}
        for record in records
    ]


def _check_record(
    record: Mapping[str, Any], num_keypoints: int, where: str
) -> None:
    """Refuse a prediction that cannot be evaluated."""
    values = record['keypoints']
    if len(values) != 3 * num_keypoints:
        raise ValueError(
            f'{where} has {len(values) / 3:g} keypoints, the data set has '
            f'{num_keypoints}'
        )
    if not all(map(math.isfinite, values)) or not math.isfinite(
        record['score']
    ):
        raise ValueError(f'{where} has a value that is not a finite number')
    _ = record['image_id'], record['category_id']
