"""Plots as SVG that takes its colours from the page."""

from __future__ import annotations

import io
import re
from typing import Any

import matplotlib as mpl

mpl.use('Agg')
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Colours that nothing else has stand for variables of the style sheet, which
# differ between the light and the dark page.
VARIABLES = (
    *('ink', 'muted', 'grid', 'card'),
    *('good', 'jitter', 'inversion', 'swap', 'miss'),
    *('s1', 's2', 's3', 's4'),
    *('r1', 'r2', 'r3', 'r4', 'r5', 'r6'),
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
        height: In inches.
        width: In inches.

    Returns:
        Figure and axes.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(figsize=(width, height))
    return figure, axes


def legend(axes: Axes, **options: object) -> None:
    """Add a legend in the style of the page.

    Args:
        axes: The axes.
        options: Of ``Axes.legend``.
    """
    with mpl.rc_context(_STYLE):
        axes.legend(**options)


def to_svg(figure: Figure, name: str, label: str) -> str:
    """Write a plot as an element of the page, and close it.

    Args:
        figure: The plot.
        name: Prefix of its ids, which are unique in a page.
        label: What it shows, for those who cannot see it.

    Returns:
        The SVG element.
    """
    stream = io.StringIO()
    with mpl.rc_context({**_STYLE, 'svg.hashsalt': name}):
        figure.tight_layout()
        figure.savefig(
            stream, format='svg', transparent=True, metadata={'Date': None}
        )
    plt.close(figure)
    text = stream.getvalue()
    text = text[text.index('<svg') :]
    text = re.sub(r'<metadata>.*?</metadata>', '', text, flags=re.DOTALL)
    text = re.sub(r' width="[^"]*pt"| height="[^"]*pt"', '', text)
    text = re.sub(r'\bid="', f'id="{name}-', text)
    text = re.sub(r'href="#', f'href="#{name}-', text)
    text = text.replace('url(#', f'url(#{name}-')
    for variable, color in COLORS.items():
        text = text.replace(color, f'var(--{variable})')
    return text.replace('<svg', f'<svg role="img" aria-label="{label}"', 1)
