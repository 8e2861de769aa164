"""Numbers that a file holds as text, such as "12.5"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Optional, Union

from .report import RepairReport

_NUMBER = re.compile(
    r'[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?', re.ASCII | re.IGNORECASE
)
_WHOLE = re.compile(r'[+-]?\d+', re.ASCII)


def parse_number(text: str) -> Optional[Union[int, float]]:
    """Read a number.

    Args:
        text (str): Decimal digits with a point, as in JSON; blanks around
            them do no harm.

    Returns:
        int | float | None: None if it is anything else, such as '12,5'.
    """
    text = text.strip()
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else None


def read_numbers(
    record: dict[str, Any],
    names: Iterable[str],
    owner: str,
    report: RepairReport,
) -> dict[str, Any]:
    """Read the numbers of a record that are text.

    Text that is no number stays, so that the checks of its field refuse it.

    Args:
        record (dict): Image or annotation; it is not changed.
        names (Iterable[str]): Its fields that hold a number or, nested or
            not, lists of numbers.
        owner (str): The record, for messages.
        report (RepairReport): Takes notes.

    Returns:
        dict: the record, a copy if anything was text.
    """
    changed = {}
    for name in names:
        value = record.get(name)
        if value is None or type(value) in (int, float):
            continue
        number = _read(value)
        if number is not value:
            changed[name] = number
            report.add_repair(f'`{name}` in text, read as numbers', owner)
    return {**record, **changed} if changed else record


def as_float(value: Any) -> float:
    """Take a number as it was read; text is none.

    Args:
        value (Any): A number, or None.

    Returns:
        float: NaN for None.

    Raises:
        ValueError: If it is of another type or too large.
    """
    if value is None:
        return float('nan')
    if not isinstance(value, (int, float)):
        raise ValueError(f'{value!r} is no number')
    try:
        return float(value)
    except OverflowError as error:
        raise ValueError(f'{value!r} is too large') from error


def as_floats(values: Any, owner: str) -> list[float]:
    """Take numbers as they were read; None becomes NaN.

    Args:
        values (Any): Numbers or None.
        owner (str): What holds them, for the message.

    Returns:
        list[float]: likewise.

    Raises:
        ValueError: If one is of another type or too large.
    """
    try:
        return [as_float(value) for value in values]
    except ValueError as error:
        raise ValueError(f'{owner} holds {values!r}, no numbers') from error


def _read(value: Any) -> Any:
    """Read text as a number; lists without text come back themselves."""
    if isinstance(value, str):
        number = parse_number(value)
        return value if number is None else number
    if not isinstance(value, list):
        return value
    try:
        # by far the fastest way to find that there is no text
        sum(value)
    except OverflowError:
        return value
    except TypeError:
        numbers = [_read(item) for item in value]
        if any(new is not old for new, old in zip(numbers, value)):
            return numbers
    return value


def count_numbers(values: Any) -> int:
    """Count the numbers of a list.

    Args:
        values (Any): Flat as COCO's, or nested as [[x, y, v], ...].

    Returns:
        int: how many values there are, without None; 1 for what is no list.
    """
    if isinstance(values, list):
        return sum(map(count_numbers, values))
    return int(values is not None)
