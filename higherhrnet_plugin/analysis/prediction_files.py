"""COCO results, read and checked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..datasets.coco_repair.ids import by_number, id_key, key_number


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
    joined = []
    for i, record in enumerate(records):
        where = f'{source}, record {i}'
        try:
            joined += join_lists([record], fields)
            _check_record(joined[-1], num_keypoints, where)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(
                f'{where} is not a COCO result, with image_id, category_id, '
                f'keypoints and score: {error!r}'
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
    records: Sequence[Mapping[str, Any]], image_ids: Mapping[str, int]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Find images of predictions whose ids were repaired.

    Args:
        records (Sequence[Mapping]): The predictions. Whole numbers are ids of
            the repaired file, as a test writes them; text is an id of the
            file as it was, or differs from it in zeros in front.
        image_ids (Mapping[str, int]): Ids of the file, as text, and those of
            the repaired file, from :class:`.RepairReport`.

    Returns:
        tuple: the predictions, and a line if ids were changed. Ids that are
        not found stay as they are.

    Raises:
        ValueError: If an id is neither a whole number nor text.
    """
    known = set(image_ids.values())
    padded = by_number(image_ids)
    matched, changed = [], []
    for i, record in enumerate(records):
        value = record['image_id']
        key = id_key(value, f'the image of prediction {i}')
        if isinstance(value, str) or int(value) not in known:
            number = image_ids.get(key)
            if number is None:
                number = image_ids.get(padded.get(key_number(key), key), value)
        else:
            number = int(value)
        if number in known and (type(value) is not int or number != value):
            changed.append(value)
        matched.append({**record, 'image_id': number})
    if not changed:
        return matched, []
    return matched, [
        f'repaired: `image_id` of {len(changed)} predictions, found by the '
        f'ids of the annotation file ({changed[0]!r})'
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
