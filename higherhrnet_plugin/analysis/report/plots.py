"""The plots of the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ..error_types import KEYPOINT_TYPES
from ..formatting import DASH
from ..operating_points import OperatingPoints
from .svg import COLORS, RAMP, legend, new_plot, plain_text, to_svg

# bars that are readable below one another
MOST_BARS = 34
_STEPS = (0.5, 0.6, 0.7, 0.75, 0.8, 0.9)


def group_plot(groups: Mapping[str, Mapping[str, float]]) -> str:
    """Draw AP of groups of images or people as bars.

    Args:
        groups (Mapping): AP by name of the group, and by name of the bar;
            below 0 if unknown.

    Returns:
        str: SVG.
    """
    figure, axes = new_plot()
    place, ticks, names = 0.0, [], []
    for color, (group, bars) in zip(('s1', 's2', 's3'), groups.items()):
        for i, (text, value) in enumerate(bars.items()):
            axes.bar(
                place,
                max(value, 0),
                0.72,
                color=COLORS[color],
                label=None if i else group,
            )
            axes.annotate(
                DASH if value < 0 else f'{value:.2f}',
                (place, max(value, 0)),
                (0, 3),
                textcoords='offset points',
                ha='center',
                fontsize=8.5,
                color=COLORS['ink'],
            )
            ticks.append(place)
            short = text.replace('medium', 'mid').replace(' or more', '+')
            names.append(short.replace(' ', '\n', 1))
            place += 1
        place += 0.6
    axes.set_xticks(ticks, names, fontsize=7.5)
    axes.set(ylim=(0, 1.12), ylabel='AP')
    axes.grid(False, axis='x')
    legend(axes, ncols=3, loc='upper center', bbox_to_anchor=(0.5, 1.16))
    return to_svg(figure, 'groups', 'AP of groups')


def curve_plot(
    recalls: np.ndarray, precision: np.ndarray, thresholds: np.ndarray
) -> str:
    """Draw precision over recall.

    Args:
        recalls (np.ndarray): (R,).
        precision (np.ndarray): (T, R).
        thresholds (np.ndarray): (T,), of OKS.

    Returns:
        str: SVG.
    """
    figure, axes = new_plot(3.5)
    for color, step in zip(RAMP, _STEPS):
        row = precision[int(np.argmin(np.abs(thresholds - step)))]
        axes.plot(recalls, row, color=color, label=f'OKS {step:g}')
    axes.set(xlim=(0, 1), ylim=(0, 1.02), xlabel='recall', ylabel='precision')
    _legend_above(axes, 3)
    return to_svg(figure, 'curves', 'precision over recall')


def threshold_plot(
    points: OperatingPoints,
) -> str:
    """Draw precision, recall and F1 over the lowest score.

    Args:
        points (OperatingPoints): What to draw.

    Returns:
        str: SVG.
    """
    figure, axes = new_plot(3.5)
    scores = points.scores
    for color, text, values in (
        ('s1', 'precision', points.precision),
        ('s2', 'recall', points.recall),
        ('s3', 'F1', points.f1),
    ):
        # a few hundred points are enough for the eye
        kept = np.unique(np.linspace(0, len(scores) - 1, 300).astype(int))
        axes.plot(scores[kept], values[kept], color=COLORS[color], label=text)
    axes.set(ylim=(0, 1.02), xlabel='lowest score of a person')
    legend(axes, ncols=3, loc='upper center', bbox_to_anchor=(0.5, 1.14))
    return to_svg(figure, 'thresholds', 'precision and recall by threshold')


def _weakest(rows: Sequence[Mapping], key: str) -> list[Mapping]:
    """Take the labelled keypoints, of too many those of the lowest value."""
    shown = [row for row in rows if row['labelled']]
    if len(shown) > MOST_BARS:
        shown = sorted(shown, key=lambda row: row[key])[:MOST_BARS]
    return shown


def _keypoint_plot(rows: Sequence[Mapping]) -> tuple[Figure, Axes]:
    """Begin a plot with room for a line of every row."""
    return new_plot(1.0 + 0.235 * max(len(rows), 3))


def _name_keypoints(axes: Axes, rows: Sequence[Mapping]) -> None:
    """Write the names of the keypoints, the first on top."""
    names = [plain_text(row['keypoint']) for row in rows]
    axes.set_yticks(np.arange(len(rows)), names, fontsize=8.5)
    axes.invert_yaxis()


def error_type_plot(rows: Sequence[Mapping]) -> str:
    """Draw the shares of error types of every keypoint.

    Args:
        rows (Sequence[Mapping]): From ``keypoint_table``.

    Returns:
        str: SVG.
    """
    rows = _weakest(rows, 'good')
    figure, axes = _keypoint_plot(rows)
    left = np.zeros(len(rows))
    places = np.arange(len(rows))
    for name in KEYPOINT_TYPES:
        values = np.array([row[name] for row in rows])
        axes.barh(places, values, 0.72, left, color=COLORS[name], label=name)
        left += values
    _name_keypoints(axes, rows)
    axes.set(xlim=(0, 1), xlabel='share of labelled keypoints')
    axes.grid(False, axis='y')
    _legend_above(axes, len(KEYPOINT_TYPES))
    return to_svg(figure, 'error-types', 'error types by keypoint')


def similarity_plot(rows: Sequence[Mapping]) -> str:
    """Draw similarity and PCK of every keypoint as dots.

    Args:
        rows (Sequence[Mapping]): From ``keypoint_table``.

    Returns:
        str: SVG.
    """
    rows = _weakest(rows, 'similarity')
    figure, axes = _keypoint_plot(rows)
    places = np.arange(len(rows))
    for color, key, text in (
        ('s1', 'similarity', 'similarity'),
        ('s2', 'PCK@0.05', 'PCK@0.05'),
        ('s3', 'PCK@0.1', 'PCK@0.1'),
    ):
        values = [row[key] for row in rows]
        axes.plot(values, places, 'o', color=COLORS[color], label=text, ms=5)
    _name_keypoints(axes, rows)
    axes.set(xlim=(0, 1.02))
    _legend_above(axes, 3)
    return to_svg(figure, 'similarity', 'similarity and PCK by keypoint')


def headroom_plot(gains: Mapping[str, float]) -> str:
    """Draw what AP would gain without each type of error.

    Args:
        gains (Mapping[str, float]): From ``headroom``.

    Returns:
        str: SVG.
    """
    figure, axes = new_plot(0.8 + 0.33 * len(gains))
    places = np.arange(len(gains))
    colors = [COLORS[name if name in COLORS else 's1'] for name in gains]
    axes.barh(places, list(gains.values()), 0.66, color=colors)
    for place, gain in zip(places, gains.values()):
        axes.annotate(
            f'{gain:+.3f}',
            (max(gain, 0), place),
            (4, 0),
            textcoords='offset points',
            va='center',
            fontsize=8.5,
            color=COLORS['ink'],
        )
    axes.set_yticks(places, list(gains))
    axes.invert_yaxis()
    axes.set(xlabel='gain in AP', xlim=(0, 1.2 * max(*gains.values(), 0.01)))
    axes.grid(False, axis='y')
    return to_svg(figure, 'headroom', 'gain in AP without each error')


def _legend_above(axes: Axes, columns: int) -> None:
    """Put a legend above a plot that grows with its rows."""
    legend(
        axes,
        ncols=columns,
        loc='lower center',
        bbox_to_anchor=(0.42, 1.0),
        columnspacing=1.0,
        handlelength=1.0,
        handletextpad=0.4,
    )
