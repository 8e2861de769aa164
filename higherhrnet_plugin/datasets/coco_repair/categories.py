"""The one category whose keypoints are learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional, Union

from .ids import id_key, number_ids
from .report import RepairReport

Category = Union[None, int, str, Sequence[Union[int, str]]]


class ChosenCategory(NamedTuple):
    """What is learned.

    Attributes:
        numbers (dict[str, int]): The ids (as text) of all categories of the
            file, each with the integer of the chosen one, or -1 if it is not
            chosen.
        record (dict): The chosen category.
        sources (dict[str, dict]): The records of the file that it is made
            from, by id.
    """

    numbers: dict[str, int]
    record: dict[str, Any]
    sources: dict[str, dict[str, Any]]


def choose_category(
    categories: Sequence[dict[str, Any]],
    annotations: Sequence[dict[str, Any]],
    num_keypoints: int,
    wanted: Category,
    report: RepairReport,
) -> ChosenCategory:
    """Choose what is learned among the categories of a file.

    Without a wish it is the only category that names as many keypoints as the
    model has, or the only one with annotated keypoints among these; if none
    has as many, the only one with annotated keypoints; if there is none
    either, the only one of the file. In a file without annotations it may
    also be the one named 'person'.

    Args:
        categories (Sequence[dict]): ``categories`` of the file; may be empty.
        annotations (Sequence[dict]): ``annotations`` of the file.
        num_keypoints (int): K.
        wanted (int | str | Sequence | None): Id or name of a category,
            several of them, or 'all'. Several are merged into one.
        report (RepairReport): Takes notes.

    Returns:
        ChosenCategory: what is learned.

    Raises:
        ValueError: If the choice is not clear; the message lists them all.
    """
    used = _count_uses(annotations)
    listed = list_categories(categories)
    if not listed:
        listed = {key: dict(id=key, name=f'category {key}') for key in used}
        listed = listed or {'1': dict(id=1, name='person')}
        report.add_repair(
            '`categories` filled in', ', '.join(f'id {key}' for key in listed)
        )
    chosen = _candidates(listed, used, num_keypoints, wanted)
    if len(chosen) != 1 and wanted is None and not annotations:
        # lists of test images have the categories of all tasks
        chosen = [k for k, c in listed.items() if c.get('name') == 'person']
    if len(chosen) != 1 and wanted is None:
        raise ValueError(
            'it is not clear which category holds the '
            f'{num_keypoints} keypoints: {_describe(listed, used)}; set '
            "`category` to an id, a name, a list of them or 'all'"
        )
    # -1 stands for a category that is not learned
    number = number_ids(listed, least=0)[chosen[0]]
    numbers = {key: number if key in chosen else -1 for key in listed}
    record = dict(listed[chosen[0]], id=number)
    if len(chosen) > 1:
        names = [str(listed[key].get('name', key)) for key in chosen]
        record['name'] = '+'.join(names)
        for name in names:
            report.add_note('categories merged into one', repr(name))
    return ChosenCategory(numbers, record, {k: listed[k] for k in chosen})


def name_keypoints(
    categories: Sequence[dict[str, Any]],
    annotations: Sequence[dict[str, Any]],
    num_keypoints: Optional[int],
    wanted: Category,
) -> Optional[dict[str, Any]]:
    """Find the category that names the keypoints, before K is known.

    Args:
        categories (Sequence[dict]): ``categories`` of the file; may be empty.
        annotations (Sequence[dict]): ``annotations`` of the file.
        num_keypoints (int, optional): K, if it is known.
        wanted (int | str | Sequence | None): As for the data sets.

    Returns:
        dict | None: the first that :func:`choose_category` may choose and
        that has names, None if there is none.

    Raises:
        ValueError: If a record cannot be read, or the wish is not there.
    """
    listed = list_categories(categories)
    used = _count_uses(annotations)
    for key in _candidates(listed, used, num_keypoints, wanted):
        names = listed[key].get('keypoints')
        if names and num_keypoints in (None, len(names)):
            return listed[key]
    return None


def list_categories(
    categories: Sequence[dict[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Check the records and order them by id, as text.

    Args:
        categories (Sequence[dict]): ``categories`` of a file.

    Returns:
        dict: the records, each once.

    Raises:
        ValueError: If one has no id, or that of another one, or if its
            keypoints are no names.
    """
    listed: dict[str, dict[str, Any]] = {}
    for i, category in enumerate(categories):
        key = id_key(category.get('id'), f'`categories[{i}]`')
        if listed.setdefault(key, category) != category:
            raise ValueError(
                f'two categories have the id {key}: '
                f'{listed[key].get("name")!r} and {category.get("name")!r}'
            )
        names = category.get('keypoints') or []
        if not isinstance(names, list) or not all(
            isinstance(name, (str, int)) for name in names
        ):
            raise ValueError(
                f'category {key} has the `keypoints` {names!r}; they are a '
                'list of names'
            )
    return listed


def _count_uses(annotations: Sequence[dict[str, Any]]) -> Counter[str]:
    """Count the annotations with keypoints of every category."""
    used: Counter[str] = Counter()
    for annotation in annotations:
        if annotation.get('category_id') is not None:
            key = id_key(annotation['category_id'], 'a category')
            used[key] += bool(annotation.get('keypoints'))
    return used


def _candidates(
    listed: dict[str, dict[str, Any]],
    used: Counter[str],
    num_keypoints: Optional[int],
    wanted: Category,
) -> list[str]:
    """Find the categories that may be meant."""
    if wanted is not None:
        return _wanted(listed, wanted)
    fitting = [
        key
        for key, category in listed.items()
        if len(names := category.get('keypoints') or ()) == num_keypoints
        or (num_keypoints is None and names)
    ]
    candidates = fitting or list(listed)
    return [key for key in candidates if used[key]] or candidates


def _wanted(
    listed: dict[str, dict[str, Any]],
    wanted: Union[int, str, Sequence[Union[int, str]]],
) -> list[str]:
    """Find the categories that are asked for."""
    names: dict[str, list[str]] = {}
    for key, category in listed.items():
        names.setdefault(str(category.get('name')), []).append(key)
    if wanted == 'all' and 'all' not in names:
        return list(listed)
    chosen = []
    for item in [wanted] if isinstance(wanted, (int, str)) else wanted:
        keys = [str(item)] if str(item) in listed else []
        if isinstance(item, str):
            keys = names.get(item, keys)
        if len(keys) != 1:
            problem = 'but the file has'
            if keys:
                problem = f'a name of {len(keys)}; set an id of'
            raise ValueError(
                f'`category` is {item!r}, {problem} {_describe(listed, None)}'
            )
        chosen += [key for key in keys if key not in chosen]
    if not chosen:
        raise ValueError('`category` is an empty list')
    return chosen


def _describe(
    listed: dict[str, dict[str, Any]], used: Optional[Counter[str]]
) -> str:
    """List categories for a message, the used ones if there are any."""
    shown = {k: c for k, c in listed.items() if used and used[k]} or listed
    texts = []
    for key, category in shown.items():
        text = f'{key} {category.get("name")!r} ('
        text += f'{len(category.get("keypoints") or ())} keypoints'
        if used is not None:
            text += f', {used[key]} annotations'
        texts.append(text + ')')
    unused = len(listed) - len(shown)
    rest = f' and {unused} without annotations' if unused else ''
    return ', '.join(texts) + rest
