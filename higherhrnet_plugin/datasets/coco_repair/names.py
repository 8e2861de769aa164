"""The names of keypoints in a file, against those of the metainfo.

Note:
    - K: keypoints
    - an order is a list of K indices: which keypoint of the file is each
      keypoint of the metainfo
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from .report import RepairReport

# the other names of a keypoint, or that the place alone counts
Renaming = Union[None, str, Mapping[str, str]]
BY_INDEX = 'by_index'
_SIDES = {'l': 'left', 'r': 'right'}


def name_words(name: str) -> tuple[str, ...]:
    """Split the name of a keypoint.

    Args:
        name (str): Such as 'left_eye', 'eye-left' or 'L_Eye'.

    Returns:
        tuple[str, ...]: its words in small letters, sides written out.
    """
    text = ''.join(c if c.isalnum() else ' ' for c in name.lower())
    for side in _SIDES.values():
        text = text.replace(side, f' {side} ')
    return tuple(_SIDES.get(word, word) for word in text.split())


def arrange_keypoints(
    category: Mapping[str, Any],
    names: Sequence[str],
    renaming: Renaming,
    report: RepairReport,
) -> Optional[list[int]]:
    """Find the order of a category's keypoints.

    Args:
        category (Mapping): Record of the file, which may have ``keypoints``.
        names (Sequence[str]): K names of the metainfo; empty if there is
            none.
        renaming (str | Mapping | None): 'by_index' takes the keypoints of the
            file as those of the metainfo, however they are called; a mapping
            gives names of the metainfo to names of the file.
        report (RepairReport): Takes notes.

    Returns:
        list[int] | None: None if it is that of the metainfo.

    Raises:
        ValueError: If the names do not fit together; the message has both
            lists and the ways out.
    """
    found = [str(name) for name in category.get('keypoints') or ()]
    # a single keypoint has one place alone
    if len(names) < 2 or not found or renaming == BY_INDEX:
        return None
    owner = f'category {category.get("id")} {category.get("name")!r}'
    if len(found) != len(names):
        report.add_note(
            'categories that name more or fewer keypoints than the metainfo, '
            'taken by their places',
            f'{owner}: {len(found)}, not {len(names)}',
        )
        return None
    known = _renamed(found, names, renaming, owner)
    if len(set(known)) < len(known):
        report.add_note(
            'categories that give several keypoints one name, taken by their '
            'places',
            f'{owner}: {", ".join(found)}',
        )
        return None
    order = _match(known, names)
    if order is None:
        _accept_places(known, names, owner, report)
    elif order != list(range(len(names))):
        report.add_repair(
            'categories whose keypoints have another order than the '
            'metainfo; all keypoints are brought into that of the metainfo',
            f'{owner}: {", ".join(found)}',
        )
        return order
    return None


def reorder_category(
    category: dict[str, Any], names: Sequence[str], order: Sequence[int]
) -> dict[str, Any]:
    """Describe a category by the keypoints of the metainfo.

    Args:
        category (dict): Record of the file.
        names (Sequence[str]): K names of the metainfo.
        order (Sequence[int]): From :func:`arrange_keypoints`.

    Returns:
        dict: a new record with ``keypoints`` and, if it is sound, the
        ``skeleton`` in that order.
    """
    record = {**category, 'keypoints': list(names)}
    places = {old + 1: new + 1 for new, old in enumerate(order)}
    try:
        record['skeleton'] = [
            [places[end] for end in link]
            for link in category.get('skeleton') or ()
        ]
    except (KeyError, TypeError):
        record['skeleton'] = []
    return record


def reorder_keypoints(
    values: Sequence[float], order: Sequence[int]
) -> list[float]:
    """Bring keypoints of the file into the order of the metainfo.

    Args:
        values (Sequence[float]): x, y, visibility of K keypoints, flat.
        order (Sequence[int]): From :func:`arrange_keypoints`.

    Returns:
        list[float]: likewise.
    """
    return [v for i in order for v in values[3 * i : 3 * i + 3]]


def _renamed(
    found: Sequence[str],
    names: Sequence[str],
    renaming: Renaming,
    owner: str,
) -> list[str]:
    """Rename keypoints as the data set says."""
    if renaming is None:
        return list(found)
    if not isinstance(renaming, Mapping):
        raise ValueError(
            f'`rename_keypoints` is {renaming!r}; it is {BY_INDEX!r} or a '
            'dict from names of the file to names of the metainfo'
        )
    wrong = [old for old in renaming if old not in found]
    wrong += [new for new in renaming.values() if new not in names]
    if wrong:
        raise ValueError(
            f'`rename_keypoints` has {wrong}, which {owner} with '
            f'{list(found)} or the metainfo with {list(names)} lacks'
        )
    return [renaming.get(name, name) for name in found]


def _match(found: Sequence[str], names: Sequence[str]) -> Optional[list[int]]:
    """Find every name of the metainfo in the file, None if one is missing."""
    for key in (str, _loosely):
        index = {key(name): i for i, name in enumerate(found)}
        wanted = [key(name) for name in names]
        distinct = len(index) == len(set(wanted)) == len(names)
        if distinct and index.keys() == set(wanted):
            return [index[name] for name in wanted]
    return None


def _accept_places(
    found: Sequence[str],
    names: Sequence[str],
    owner: str,
    report: RepairReport,
) -> None:
    """Take a few other names for the same keypoints, else refuse them.

    CrowdPose's 'head' is 'top_head' in mmpose, and AP-10K's
    'left_front_paw' 'L_F_Paw'; all others stand in their places.
    """
    wanted = [_loosely(name) for name in names]
    keys = [_loosely(name) for name in found]
    same = [a == b for a, b in zip(keys, wanted)]
    moved = [k for k, equal in zip(keys, same) if not equal and k in wanted]
    if moved or 2 * sum(same) < len(names):
        raise ValueError(
            f'{owner} names the keypoints {list(found)}, but the metainfo '
            f'{list(names)}; correct `metainfo`, or map names of the file to '
            'those of the metainfo by `rename_keypoints` of the data set, a '
            f'dict, or {BY_INDEX!r} if they mean the same in this order'
        )
    for name, other, equal in zip(found, names, same):
        if not equal:
            report.add_note(
                'keypoints with another name in the file than in the '
                'metainfo, taken by their places',
                f'{name!r} as {other!r}',
            )


def _loosely(name: str) -> str:
    """Write a name as its words in alphabetical order."""
    return ' '.join(sorted(name_words(name)))
