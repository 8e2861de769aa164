"""Ids of any type as integers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Optional

# what JSON readers in other languages keep exactly, and numpy takes
MAX_ID = 2**53 - 1
# longer ones are above it; Python refuses to read thousands of digits
_DIGITS = re.compile(r'-?\d{1,60}', re.ASCII)


def id_key(value: Any, owner: str) -> str:
    """Bring an id to the form in which ids are compared.

    7, 7.0 and '7' are the same id: tools differ in how they write it.

    Args:
        value (Any): The id of a file.
        owner (str): What has the id, for the message.

    Returns:
        str: the id as text.

    Raises:
        ValueError: If it is neither text nor a whole number.
    """
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError(
            f'{owner} has the id {value!r}; ids are whole numbers or text'
        )
    return str(value)


def number_ids(keys: Iterable[str], least: int = -MAX_ID) -> dict[str, int]:
    """Choose an integer for every id.

    Args:
        keys (Iterable[str]): Ids from :func:`id_key`, each once.
        least (int): The least number that is kept. Defaults to -MAX_ID.

    Returns:
        dict[str, int]: their own numbers if all of them are different numbers
        from ``least`` to ``MAX_ID``, else 1, 2, ... in the given order.
    """
    keys = list(keys)
    values = {key: key_number(key) for key in keys}
    numbers = {k: n for k, n in values.items() if n is not None}
    distinct = len(set(numbers.values())) == len(keys)
    if distinct and all(least <= n <= MAX_ID for n in numbers.values()):
        return numbers
    return {key: number for number, key in enumerate(keys, start=1)}


def by_number(keys: Iterable[str]) -> dict[Optional[int], str]:
    """Find ids by their number, for files that pad only some with zeros.

    Args:
        keys (Iterable[str]): Ids from :func:`id_key`, each once.

    Returns:
        dict[int | None, str]: the ids that are the only one with their number.
    """
    found: dict[Optional[int], list[str]] = {}
    for key in keys:
        number = key_number(key)
        if number is not None:
            found.setdefault(number, []).append(key)
    return {n: same[0] for n, same in found.items() if len(same) == 1}


def key_number(key: str) -> Optional[int]:
    """Read the number of an id.

    Args:
        key (str): From :func:`id_key`.

    Returns:
        int | None: None if it is none.
    """
    return int(key) if _DIGITS.fullmatch(key) else None
