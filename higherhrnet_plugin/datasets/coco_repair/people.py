"""The annotations of a file: which of them count, and their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .annotations import repair_annotation
from .habits import find_habits
from .ids import MAX_ID, by_number, id_key, key_number
from .marks import is_deleted
from .names import reorder_keypoints
from .nobody import (
    DELETED,
    LEFT_OUT,
    NOT_LISTED,
    OTHER_CATEGORY,
    UNSIZED,
)
from .numbers import read_numbers
from .repeats import SeenPeople
from .report import RepairReport

_NUMBERS = (
    'area',
    'bbox',
    'iscrowd',
    'num_keypoints',
    'score',
    'segmentation',
)


def repair_people(
    annotations: Sequence[dict[str, Any]],
    images: Mapping[str, Optional[dict[str, Any]]],
    numbers: Mapping[str, int],
    keypoints: tuple[Mapping[str, int], Mapping[str, list[int]]],
    report: RepairReport,
) -> list[dict[str, Any]]:
    """Repair all annotations that belong to an image and are learned.

    Args:
        annotations (Sequence[dict]): ``annotations`` of the file.
        images (Mapping): From :func:`.images.repair_images`.
        numbers (Mapping[str, int]): From :func:`.categories.choose_category`.
        keypoints (tuple): Lists that hold the keypoints, and how many each;
            and for ids of categories, as text, the order of the first list
            from :func:`.names.arrange_keypoints`.
        report (RepairReport): Takes notes.

    Returns:
        list[dict]: new records, in the order of the file, with integer ids.

    Raises:
        ValueError: If a record cannot be repaired.
    """
    fields, orders = keypoints
    ids, owners = _AnnotationIds(annotations), _name_owners(annotations)
    annotations = _with_numbers(annotations, images, fields, owners, report)
    first = next(iter(fields))
    seen = SeenPeople(first)
    sized = {k: i for k, i in images.items() if i and i['width'] is not None}
    habits = find_habits(annotations, sized, fields, report)
    kept = []
    for annotation, owner in zip(annotations, owners):
        category = _category_key(annotation, numbers, owner, report)
        if numbers[category] < 0:
            report.add_drop(OTHER_CATEGORY, owner)
            continue
        if is_deleted(annotation, owner):
            report.add_drop(DELETED, owner)
            continue
        key = _image_key(annotation, owner)
        image = images.get(key)
        if image is None or key not in sized:
            report.add_drop(_unusable(key, images), owner)
            continue
        number = ids.number(annotation, owner, report)
        if number is None:
            continue
        record = repair_annotation(
            {**annotation, 'id': number}, image, fields, owner, report, habits
        )
        if record is None:
            continue
        record.update(image_id=image['id'], category_id=numbers[category])
        if category in orders:
            record[first] = reorder_keypoints(record[first], orders[category])
        if not seen.is_repeat(record, owner, report):
            kept.append(record)
    return kept


def _with_numbers(
    annotations: Sequence[dict[str, Any]],
    images: Mapping[str, Any],
    fields: Mapping[str, int],
    owners: Sequence[str],
    report: RepairReport,
) -> list[dict[str, Any]]:
    """Read numbers in text, and find images by padded ids and by names."""
    padded = by_number(images)
    named = {image['file_name']: k for k, image in images.items() if image}
    names = (*fields, *_NUMBERS)
    records = []
    for annotation, owner in zip(annotations, owners):
        record = read_numbers(annotation, names, owner, report)
        value = record.get('image_id')
        # other values are judged where they are used
        if isinstance(value, (int, str)) and str(value) not in images:
            same = padded.get(key_number(str(value)))
            way = 'number'
            if same is None:
                same, way = named.get(str(value)), 'file name'
            if same is not None:
                record = {**record, 'image_id': same}
                report.add_repair(f'`image_id` found by its {way}', owner)
        records.append(record)
    return records


def _name_owners(annotations: Sequence[dict[str, Any]]) -> list[str]:
    """Name annotations in messages, as they are found in the file."""
    # as text, as messages show 7 and '7' alike
    ids = [str(annotation.get('id')) for annotation in annotations]
    uses = Counter(ids)
    owners = []
    for i, annotation in enumerate(annotations):
        name, place = f'annotation {ids[i]}', f'`annotations[{i}]`'
        if annotation.get('id') is None:
            name = place
        elif uses[ids[i]] > 1:
            name += f' ({place})'
        owners.append(name)
    return owners


def _image_key(annotation: dict[str, Any], owner: str) -> str:
    """Read which image an annotation belongs to."""
    if annotation.get('image_id') is None:
        raise ValueError(
            f"it is not in COCO format: 'image_id' is missing in {owner}"
        )
    return id_key(annotation['image_id'], f'`image_id` of {owner}')


def _unusable(key: str, images: Mapping[str, Any]) -> str:
    """Say why the annotations of an image are left out."""
    if key not in images:
        return NOT_LISTED
    return LEFT_OUT if images[key] is None else UNSIZED


def _category_key(
    annotation: dict[str, Any],
    numbers: Mapping[str, int],
    owner: str,
    report: RepairReport,
) -> str:
    """Find the category of an annotation."""
    value = annotation.get('category_id')
    if value is None and len(numbers) == 1:
        report.add_repair('`category_id` filled in', owner)
        return next(iter(numbers))
    key = id_key(value, f'`category_id` of {owner}')
    if key not in numbers:
        raise ValueError(
            f'{owner} has the category {value!r}, but `categories` lists '
            f'only {list(numbers)}'
        )
    return key


class _AnnotationIds:
    """Give every annotation an integer of its own."""

    def __init__(self, annotations: Sequence[dict[str, Any]]) -> None:
        values = [
            a['id'] for a in annotations if _can_be_evaluated(a.get('id'))
        ]
        self._free = max([0, *values]) + 1
        self._seen: dict[int, dict[str, Any]] = {}

    def number(
        self, annotation: dict[str, Any], owner: str, report: RepairReport
    ) -> Optional[int]:
        """Return the id of an annotation, or None if it is a repeat."""
        value = annotation.get('id')
        if type(value) is not int:
            report.add_repair('annotation ids that are no integers', owner)
        elif not _can_be_evaluated(value):
            report.add_repair(
                'annotation ids below 0 or above 2^53, which no evaluation '
                'holds, renumbered',
                owner,
            )
        elif value not in self._seen:
            self._seen[value] = annotation
            return value
        elif self._seen[value] == annotation:
            report.add_drop('annotations listed twice', owner)
            return None
        else:
            report.add_repair('annotation ids that are used twice', owner)
        self._free += 1
        return self._free - 1


def _can_be_evaluated(value: Any) -> bool:
    """Tell whether COCO's evaluation holds an id; its -1 is "nobody"."""
    return type(value) is int and 0 <= value <= MAX_ID
