"""The picture of the study of accuracy."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use('Agg')
import matplotlib.pyplot as plt
import numpy as np
from _accuracy_arms import Arm
from _accuracy_tables import Runs, shown_difference, shown_parts
from matplotlib.axes import Axes

from higherhrnet_plugin.files import write_whole

# together the arms of a part take so much of the room of a part
WIDTH = 0.8


def draw(runs: Runs, arms: Mapping[str, Arm], path: Path) -> None:
    """Draw AP and paired differences, every seed a dot.

    Args:
        runs (Mapping): Records by arm and seed.
        arms (Mapping): What to draw, in this order.
        path (Path): PNG file.
    """
    shown = [name for name in arms if runs.get(name)]
    palette = plt.get_cmap('tab10' if len(shown) <= 10 else 'tab20')
    colours = {name: palette(i)[:3] for i, name in enumerate(shown)}
    figure, (top, below) = plt.subplots(
        2, 1, figsize=(12, 8.5), sharex=True, layout='constrained'
    )
    parts, step = shown_parts(runs), WIDTH / max(len(shown), 1)
    for place, name in enumerate(shown):
        shift = (place - (len(shown) - 1) / 2) * step
        places = {part: x + shift for x, part in enumerate(parts)}
        top.plot([], [], 's', color=colours[name], label=arms[name].title)
        _draw_ap(top, runs[name], places, step, colours[name])
        _draw_differences(below, runs, name, arms, places, colours[name])
    top.set_ylabel('AP, percent')
    top.legend(fontsize='small', ncols=3, loc='upper left')
    top.set_ylim(0, 1.25 * top.get_ylim()[1])
    below.axhline(0, color='black', linewidth=0.8)
    below.set_ylabel('AP minus that of the arm before\n(line: 95 %)')
    below.set_xticks(range(len(parts)), parts)
    for axes in (top, below):
        axes.grid(axis='y', alpha=0.3)
        for edge in range(1, len(parts)):
            axes.axvline(edge - 0.5, color='grey', linewidth=0.5)
    buffer = io.BytesIO()
    figure.savefig(buffer, format='png', dpi=90)
    plt.close(figure)
    write_whole(path, buffer.getvalue())


def _draw_ap(
    axes: Axes,
    records: Mapping[int, Mapping[str, Any]],
    places: Mapping[str, float],
    width: float,
    colour: tuple[float, float, float],
) -> None:
    """Draw the AP of an arm: the mean as a bar, every seed as a dot."""
    for part, x in places.items():
        aps = [100 * r['scores'][part]['ap'] for r in records.values()]
        axes.bar(x, np.mean(aps), width, color=colour, alpha=0.4)
        axes.plot([x] * len(aps), aps, '.', color=colour)


def _draw_differences(
    axes: Axes,
    runs: Runs,
    name: str,
    arms: Mapping[str, Arm],
    places: Mapping[str, float],
    colour: tuple[float, float, float],
) -> None:
    """Draw the differences of an arm: interval, mean, every seed."""
    for part, where in places.items():
        found = shown_difference(runs, name, arms, part)
        if not found:
            continue
        axes.plot([where] * 2, found.interval, color=colour, linewidth=2)
        axes.plot(where, found.values.mean(), '_', color=colour, markersize=10)
        axes.plot(
            [where] * len(found.values),
            found.values,
            'o',
            color=colour,
            markersize=3,
        )
