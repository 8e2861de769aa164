"""Mermaid diagrams as pictures, so that the site needs no script for them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

# letters of 10 px, as wide diagrams are moved sideways
_SCALE = 0.72
_DIAGRAM = re.compile(r'^```mermaid\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def diagrams_of(text: str, page: str) -> dict[str, str]:
    """List the diagrams of a page.

    Args:
        text (str): Markdown.
        page (str): Path of the page on the site.

    Returns:
        dict[str, str]: source of each, by the path of its picture.
    """
    stem = PurePosixPath(page).stem
    return {
        f'assets/diagrams/{stem}-{i}.svg': source
        for i, source in enumerate(_DIAGRAM.findall(text))
    }


def show_diagrams(text: str, page: str) -> str:
    """Put pictures where a page has diagrams.

    Args:
        text (str): Markdown.
        page (str): Path of the page on the site, at its top.

    Returns:
        str: Markdown.
    """
    names = iter(diagrams_of(text, page))
    return _DIAGRAM.sub(
        lambda _: (
            '<div class="diagram" markdown>\n\n'
            f'![Diagram of what the text around it says]({next(names)})\n\n'
            '</div>'
        ),
        text,
    )


def draw_diagram(source: str) -> str:
    """Draw a diagram.

    Args:
        source (str): Mermaid.

    Returns:
        str: SVG.

    Raises:
        ValueError: If it cannot be drawn.
    """
    # only the site needs it
    import mmdr

    svg = mmdr.Diagram(source).svg()
    box = re.search(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)
    if box is None:
        raise ValueError(f'no size in the picture of {source!r}')
    width, height = (_SCALE * float(side) for side in box.groups())
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return svg.replace('width="100%"', size, 1)
