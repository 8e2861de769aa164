"""Ids of any type as integers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


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


def number_ids(keys: Iterable[str]) -> dict[str, int]:
    """Choose an integer for every id.

    Args:
        keys (Iterable[str]): Ids from :func:`id_key`, each once.

    Returns:
        dict[str, int]: their own numbers if all of them are numbers, else 1,
        2, ... in the given order.
    """
    keys = list(keys)
    if all(_is_number(key) for key in keys):
        return {key: int(key) for key in keys}
    return {key: number for number, key in enumerate(keys, start=1)}


def _is_number(key: str) -> bool:
    """Tell whether an id is an integer in its usual spelling."""
    try:
        return str(int(key)) == key
    except ValueError:
        return False
