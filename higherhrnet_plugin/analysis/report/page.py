"""The pieces of the page as HTML text."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from html import escape
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

DASH = '\u2013'
_FOLDER = Path(__file__).parent


class Section(NamedTuple):
    """A part of the page with a heading.

    Attributes:
        anchor: Id of the section.
        title: Heading.
        html: What follows the heading.
    """

    anchor: str
    title: str
    html: str


def number(value: float) -> str:
    """Write a score.

    Args:
        value: In [0, 1]; -1 or nan for unknown.

    Returns:
        Three decimals, or a dash.
    """
    return DASH if unknown(value) else f'{value:.3f}'


def percent(value: float) -> str:
    """Write a share.

    Args:
        value: In [0, 1]; -1 or nan for unknown.

    Returns:
        Percent with one decimal, or a dash.
    """
    return DASH if unknown(value) else f'{100 * value:.1f}\u00a0%'


def unknown(value: float) -> bool:
    """Tell whether a score has nothing to measure.

    Args:
        value: A score.

    Returns:
        True for nan, and for -1 as COCO has it.
    """
    return math.isnan(value) or value == -1


def paragraph(text: str, lead: bool = False) -> str:
    """Write a paragraph.

    Args:
        text: Plain text.
        lead: Whether in the colour of explanations.

    Returns:
        HTML.
    """
    return f'<p{" class=lead" * lead}>{escape(text)}</p>'


def figure(svg: str, caption: str) -> str:
    """Show a plot with its explanation.

    Args:
        svg: From :func:`plots.to_svg`.
        caption: Plain text.

    Returns:
        HTML.
    """
    return f'<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>'


def table(
    heads: Sequence[str],
    rows: Sequence[Sequence[Any]],
    caption: str,
    weak: Sequence[tuple[int, int]] = (),
) -> str:
    """Write a table, whose first column names the rows.

    Args:
        heads: Names of the columns.
        rows: Plain texts, or integers.
        caption: Plain text.
        weak: Cells to mark, as (row, column).

    Returns:
        HTML.
    """
    head = ''.join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    lines = []
    for i, row in enumerate(rows):
        cells = [f'<th scope="row">{escape(str(row[0]))}</th>']
        for j, value in enumerate(row[1:], 1):
            mark = ' class="weak"' if (i, j) in weak else ''
            cells.append(f'<td{mark}>{escape(str(value))}</td>')
        lines.append(f'<tr>{"".join(cells)}</tr>')
    tall = ' tall' if len(rows) > 20 else ''
    return (
        f'<p class="caption">{escape(caption)}</p>'
        f'<div class="scroll{tall}" tabindex="0"><table>'
        f'<thead><tr>{head}</tr></thead>'
        f'<tbody>{"".join(lines)}</tbody></table></div>'
    )


def cards(values: Sequence[tuple[str, str]]) -> str:
    """Show a few values large.

    Args:
        values: Text and name of each.

    Returns:
        HTML.
    """
    items = ''.join(
        f'<div class="card"><b>{escape(value)}</b>'
        f'<span>{escape(name)}</span></div>'
        for value, name in values
    )
    return f'<div class="cards">{items}</div>'


def bullets(lines: Sequence[str]) -> str:
    """Write a list.

    Args:
        lines: Plain texts.

    Returns:
        HTML.
    """
    items = ''.join(f'<li>{escape(line)}</li>' for line in lines)
    return f'<ul class="findings">{items}</ul>'


def definitions(entries: Sequence[tuple[str, str, str]]) -> str:
    """Explain words.

    Args:
        entries: Word, explanation, and CSS variable of its colour or ''.

    Returns:
        HTML.
    """
    lines = []
    for word, text, color in entries:
        dot = f'<span class="dot" style="background:var({color})"></span>'
        lines.append(
            f'<dt>{dot if color else ""}{escape(word)}</dt>'
            f'<dd>{escape(text)}</dd>'
        )
    return f'<dl>{"".join(lines)}</dl>'


def pair(*parts: str) -> str:
    """Put parts side by side where there is room.

    Args:
        parts: HTML.

    Returns:
        HTML.
    """
    inner = ''.join(f'<div>{part}</div>' for part in parts)
    return f'<div class="pair">{inner}</div>'


def build_page(
    title: str,
    facts: str,
    sections: Sequence[Section],
    footer: str,
    numbers: dict[str, Any],
) -> str:
    """Fill the template.

    Args:
        title: Plain text.
        facts: Plain text, what was compared.
        sections: In their order.
        footer: Plain text.
        numbers: All numbers of the page, for programs.

    Returns:
        The page.
    """
    nav = ''.join(
        f'<a href="#{s.anchor}">{escape(s.title)}</a>' for s in sections
    )
    body = '\n'.join(
        f'<section id="{s.anchor}"><h2>{escape(s.title)}</h2>{s.html}'
        '</section>'
        for s in sections
    )
    text = json.dumps(_plain(numbers), indent=1, allow_nan=False)
    template = Template((_FOLDER / 'template.html').read_text('utf-8'))
    return template.substitute(
        title=escape(title),
        style=(_FOLDER / 'style.css').read_text('utf-8'),
        facts=escape(facts),
        nav=nav,
        body=body,
        footer=escape(footer),
        # nothing in it may end the element
        numbers=text.replace('<', '\\u003c'),
    )


def _plain(value: Any) -> Any:
    """Replace what JSON cannot hold."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
