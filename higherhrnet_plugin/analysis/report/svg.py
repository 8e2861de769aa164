"""Plots as SVG that takes its colours from the page."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Each variable of the style sheet has a colour that is used for nothing else
# and is replaced by it, since the values differ between light and dark.
VARIABLES = (
    'ink',
    'muted',
    'grid',
    'card',
    'good',
    'jitter',
    'inversion',
    'swap',
    'miss',
    's1',
    's2',
    's3',
    's4',
    'r1',
    'r2',
    'r3',
    'r4',
    'r5',
    'r6',
)
COLORS = {name: f'#0101{i + 1:02x}' for i, name in enumerate(VARIABLES)}
RAMP = [COLORS[f'r{i}'] for i in range(1, 7)]

_STYLE: dict[Any, Any] = {
    'svg.fonttype': 'none',
    'font.size': 9.5,
    'text.color': COLORS['ink'],
    'axes.labelcolor': COLORS['muted'],
    'axes.edgecolor': COLORS['grid'],
    'axes.spines.top': False,
    'axes.spines.right': False,
    'axes.axisbelow': True,
    'axes.titlesize': 10,
    'xtick.color': COLORS['grid'],
    'ytick.color': COLORS['grid'],
    'xtick.labelcolor': COLORS['muted'],
    'ytick.labelcolor': COLORS['muted'],
    'grid.color': COLORS['grid'],
    'grid.linewidth': 0.8,
    'legend.frameon': False,
    'legend.fontsize': 9,
    'lines.linewidth': 1.8,
    'axes.grid': True,
}


def new_plot(height: float = 3.2, width: float = 5.0) -> tuple[Figure, Axes]:
    """Begin a plot in the style of the page.

    Args:
        height (float): In inches. Defaults to 3.2.
        width (float): In inches. Defaults to 5.

    Returns:
        tuple: figure and axes.
    """
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height))
        return figure, figure.subplots()


def legend(axes: Axes, **options: object) -> None:
    """Add a legend in the style of the page.

    Args:
        axes (Axes): The axes.
        options (object): Of ``Axes.legend``.
    """
    with mpl.rc_context(_STYLE):
        axes.legend(**options)


def to_svg(figure: Figure, name: str, label: str) -> str:
    """Write a plot as an element of the page.

    Args:
        figure (Figure): The plot.
        name (str): Prefix of its ids, which are unique in a page.
        label (str): What it shows, for those who cannot see it.

    Returns:
        str: the SVG element.
    """
    stream = io.StringIO()
    with mpl.rc_context({**_STYLE, 'svg.hashsalt': name}):
        figure.tight_layout()
        figure.savefig(
            stream, format='svg', transparent=True, metadata={'Date': None}
        )
    text = stream.getvalue()
    text = text[text.index('<svg') :]
    text = re.sub(r'<metadata>.*?</metadata>', '', text, flags=re.DOTALL)
    text = re.sub(r' width="[^"]*pt"| height="[^"]*pt"', '', text)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = text.replace('url(#', f'url(#{name}-')
    for variable, color in COLORS.items():
        text = text.replace(color, f'var(--{variable})')
    label = html.escape(label)
    return text.replace('<svg', f'<svg role="img" aria-label="{label}"', 1)


def plain_text(text: str) -> str:
    """Mark a text that is not written for matplotlib.

    Args:
        text (str): A name of the user's.

    Returns:
        str: the same for a plot, where no pair of $ begins a formula.
    """
    return text.replace('$', r'\$')
