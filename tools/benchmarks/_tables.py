"""Rows with any titles as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

# too long for a table
HIDDEN = ('losses', 'output')


def to_table(rows: Sequence[dict[str, Any]]) -> str:
    """Write rows as a Markdown table.

    Args:
        rows (Sequence[dict]): Cells by title; what a row lacks is left empty.

    Returns:
        str: the table.
    """
    titles = list(dict.fromkeys(t for row in rows for t in row))
    titles = [title for title in titles if title not in HIDDEN]
    lines = [titles, ['---'] * len(titles)]
    lines += [[show(row.get(title)) for title in titles] for row in rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def show(value: Any) -> str:
    """Write one cell."""
    if isinstance(value, bool):
        return 'yes' if value else '**no**'
    if isinstance(value, float):
        return f'{value:.4g}'
    return '' if value is None else str(value)
