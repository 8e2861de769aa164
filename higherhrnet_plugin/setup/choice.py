"""A choice for a config, and why."""

from __future__ import annotations

from typing import Any, NamedTuple


class Choice(NamedTuple):
    """One line of a config.

    Attributes:
        name: Variable of the config.
        value: What it is set to, of plain types.
        reason: Why, in one line.
    """

    name: str
    value: Any
    reason: str
