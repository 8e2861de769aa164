"""The page, filled from its templates."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from ..formatting import format_percent, format_score, plain_numbers

_FOLDER = Path(__file__).parent / 'templates'
_FILTERS: dict[str, Callable[..., str]] = {
    'score': format_score,
    'percent': format_percent,
}


class Section(NamedTuple):
    """A part of the page with a heading.

    Attributes:
        anchor (str): Id of the section, and name of its template.
        title (str): Heading.
        values (dict): What the template shows.
    """

    anchor: str
    title: str
    values: dict[str, Any]


def render_page(
    title: str,
    facts: str,
    sections: Sequence[Section],
    footer: str,
    numbers: dict[str, Any],
) -> str:
    """Fill the templates.

    Args:
        title (str): Heading.
        facts (str): What was compared.
        sections (Sequence[Section]): In their order.
        footer (str): Who wrote it.
        numbers (dict): All numbers of the page, for programs.

    Returns:
        str: HTML that needs no other file.
    """
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(_FILTERS)
    # the order tells what comes first
    environment.policies['json.dumps_kwargs'] = {'allow_nan': False}
    return environment.get_template('page.html').render(
        title=title,
        facts=facts,
        sections=sections,
        footer=footer,
        numbers=plain_numbers(numbers),
    )
