"""What the sections show that need more than predictions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..image_results import ImageResult
from ..model_tags import ModelTags
from ..results import Analysis
from .more_plots import log_plots, tag_plot
from .page import Section
from .pictures import draw_pictures


def tags_section(tags: ModelTags) -> Section:
    """Show how well tags tell people apart.

    Args:
        tags (ModelTags): Distances of tags.

    Returns:
        Section: the section.
    """
    values = {
        'rows': summarise_tags(tags),
        'threshold': tags.threshold,
        'plot': tag_plot(tags),
    }
    return Section('tags', 'Tags', values)


def summarise_tags(tags: ModelTags) -> dict[str, dict[str, float]]:
    """Sum up the distances of tags.

    Args:
        tags (ModelTags): Distances of tags.

    Returns:
        dict: ``number``, ``median``, ``spread`` (90 % are nearer) and
        ``wrong``, the share on the wrong side of the threshold, of the
        distances 'within a person' and 'between people'.
    """
    rows = {}
    within, between = tags.separation
    for name, distances, wrong in (
        ('within a person', within, within >= tags.threshold),
        ('between people', between, between < tags.threshold),
    ):
        known = len(distances) > 0
        rows[name] = {
            'number': len(distances),
            'median': float(np.median(distances)) if known else float('nan'),
            'spread': float(np.quantile(distances, 0.9))
            if known
            else float('nan'),
            'wrong': float(wrong.mean()) if known else float('nan'),
        }
    return rows


def training_section(records: Sequence[dict[str, Any]]) -> Section:
    """Show the curves of the training.

    Args:
        records (Sequence[dict]): Scalars of the log.

    Returns:
        Section: the section.
    """
    tests = [r for r in records if any(k.endswith('/AP') for k in r)]
    keys = sorted({k for r in tests for k in r if '/A' in k})
    values = {
        'tests': tests,
        'columns': {key: key.split('/', 1)[1] for key in keys},
        'plots': log_plots(records),
    }
    return Section('training', 'Training', values)


def images_section(
    analysis: Analysis,
    chosen: dict[str, list[ImageResult]],
    progress: bool = False,
) -> Section:
    """Show the worst and the best images.

    Args:
        analysis (Analysis): The numbers.
        chosen (dict[str, list[ImageResult]]): Images to show by heading.
        progress (bool): Whether to show progress bars. Defaults to False.

    Returns:
        Section: the section.
    """
    groups = {
        name: draw_pictures(images, analysis, name, progress)
        for name, images in chosen.items()
        if images
    }
    values = {
        'groups': groups,
        'score_thr': analysis.score_thr,
        'image_dir': analysis.inputs.image_dir,
        'lost': sum(p.is_lost for group in groups.values() for p in group),
    }
    return Section('images', 'Images', values)
