"""The plots of what is not always there: tags and training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..model_tags import ModelTags
from .svg import COLORS, legend, new_plot, plain_text, to_svg

_SERIES = ('s1', 's2', 's3', 's4', 'miss', 'jitter')
# of curves that have the colour of another
_DASHES = ('-', '--', ':', '-.')


def tag_plot(tags: ModelTags) -> str:
    """Draw how far tags are apart within and between people.

    Args:
        tags (ModelTags): The distances.

    Returns:
        str: SVG.
    """
    separation, tag_thr = tags
    figure, axes = new_plot()
    values = np.concatenate(separation)
    edges = np.linspace(0, max(float(np.quantile(values, 0.99)), tag_thr), 41)
    for color, text, distances in (
        ('s1', 'within a person', separation.within),
        ('s2', 'between people', separation.between),
    ):
        if len(distances):
            counts, _ = np.histogram(np.minimum(distances, edges[-1]), edges)
            axes.stairs(
                counts / len(distances),
                edges,
                color=COLORS[color],
                fill=True,
                alpha=0.55,
                label=text,
            )
    axes.axvline(
        tag_thr, color=COLORS['ink'], lw=1.2, ls='--', label='threshold'
    )
    axes.set(xlabel='distance of tags', ylabel='share')
    legend(axes)
    return to_svg(figure, 'tags', 'distances of tags')


def log_plots(records: Sequence[Mapping[str, Any]]) -> list[str]:
    """Draw losses and validation scores of a training run.

    Args:
        records (Sequence[Mapping]): Scalars, oldest first.

    Returns:
        list[str]: SVG of each, where it is in the log.
    """
    train = [r for r in records if 'loss' in r]
    losses = sorted({k for r in train for k in r if k.startswith('loss')})
    tests = [r for r in records if any('/A' in k for k in r)]
    wanted = ('/AP', '/AP .5', '/AP .75', '/AR')
    scores = sorted({k for r in tests for k in r if k.endswith(wanted)})
    plots = []
    if losses:
        plots.append(_lines(train, losses, 'iteration', 'loss', True))
    if scores:
        plots.append(_lines(tests, scores, 'epoch', 'validation', False))
    return plots


def _lines(
    records: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    unit: str,
    name: str,
    log: bool,
) -> str:
    """Draw values over steps."""
    figure, axes = new_plot()
    for i, key in enumerate(keys):
        turn, color = divmod(i, len(_SERIES))
        kept = [r for r in records if r.get(key, -1) >= 0]
        axes.plot(
            [r['step'] for r in kept],
            [r[key] for r in kept],
            color=COLORS[_SERIES[color]],
            ls=_DASHES[turn % len(_DASHES)],
            label=plain_text(key),
            marker='' if log else 'o',
            ms=3.5,
            lw=1.4,
        )
    if log:
        axes.set_yscale('log')
    else:
        axes.set_ylim(0, 1)
    axes.set(xlabel=unit, ylabel=name)
    legend(
        axes,
        ncols=3,
        loc='lower center',
        bbox_to_anchor=(0.45, 1.0),
        columnspacing=1.0,
    )
    return to_svg(figure, f'log-{name}', f'{name} over {unit}s')
