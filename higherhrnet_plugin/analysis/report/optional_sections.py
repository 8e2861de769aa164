"""The sections that need more than predictions: tags, log, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..tag_separation import TagSeparation
from .more_plots import log_plots, tag_plot
from .page import Section, figure, number, pair, paragraph, percent, table
from .pictures import choose_images, picture_cards
from .sections import Report


def tags_section(
    separation: TagSeparation, tag_thr: float, report: Report
) -> Section:
    """Show how well tags tell people apart.

    Args:
        separation: Distances of tags.
        tag_thr: Threshold of the grouping.
        report: Takes the numbers.

    Returns:
        The section.
    """
    rows, values = [], {}
    for name, distances, wrong in (
        ('within a person', separation.within, separation.within >= tag_thr),
        ('between people', separation.between, separation.between < tag_thr),
    ):
        known = len(distances) > 0
        values[name] = {
            'number': len(distances),
            'median': float(np.median(distances)) if known else float('nan'),
            'wrong': float(wrong.mean()) if known else float('nan'),
        }
        spread = np.quantile(distances, 0.9) if known else float('nan')
        rows.append(
            [name, len(distances), number(values[name]['median'])]
            + [number(float(spread)), percent(values[name]['wrong'])]
        )
    report.numbers['tags'] = {'threshold': tag_thr, **values}
    html = paragraph(
        'The network gives every keypoint a tag; keypoints with near tags '
        'become one person. Read at the labelled keypoints: distances within '
        'a person (of a keypoint from the mean of its person) should stay '
        'left of the threshold, those between two people of an image right '
        'of it.',
        lead=True,
    ) + pair(
        figure(
            tag_plot(separation, tag_thr),
            'Shares of distances. Where the two overlap, people are mixed up '
            'or split. What is beyond the axis is in the last bin.',
        ),
        table(
            ['distances', 'number', 'median', '90 %', 'wrong side'],
            rows,
            f'The threshold is {tag_thr:g}.',
        ),
    )
    return Section('tags', 'Tags', html)


def training_section(records: Sequence[dict[str, Any]]) -> Section:
    """Show the curves of the training.

    Args:
        records: Scalars of the log.

    Returns:
        The section.
    """
    tests = [r for r in records if any(k.endswith('/AP') for k in r)]
    keys = sorted({k for r in tests for k in r if '/A' in k})
    rows = [
        [r['step']] + [number(float(r.get(key, -1))) for key in keys]
        for r in tests
    ]
    plots = [
        figure(svg, 'As logged by the training.') for svg in log_plots(records)
    ]
    html = pair(*plots) if plots else paragraph('The log has no curves.')
    if rows:
        names = [key.split('/', 1)[1] for key in keys]
        html += table(['epoch', *names], rows, 'Scores of every validation.')
    return Section('training', 'Training', html)


def pictures_section(report: Report, count: int) -> Section:
    """Show the worst and the best images.

    Args:
        report: What to write from.
        count: How many of each.

    Returns:
        The section.
    """
    thr = report.score_thr
    worst, best = choose_images(report.results, count, thr)
    report.numbers['images'] = {
        name: [
            {'id': r.info['id'], 'quality': r.quality(thr)} for r in results
        ]
        for name, results in (('worst', worst), ('best', best))
    }
    html = paragraph(
        'The number of an image is twice the summed OKS of the people found, '
        'divided by the number of labelled plus predicted people; 1 is '
        'perfect. A labelled person and its prediction have one colour; '
        f'predictions of nobody are drawn from a score of {thr:g} on.',
        lead=True,
    )
    lost = 0
    for name, results in (('worst', worst), ('best', best)):
        if results:
            part, missing = picture_cards(results, report.inputs, thr, name)
            html += f'<h3>The {name}</h3>{part}'
            lost += missing
    if not worst:
        html += paragraph('No image shows labelled people.')
    if lost:
        html += paragraph(
            f'{lost} pictures are not in {report.inputs.image_dir}, cannot '
            'be read or have another size than the annotation file says, and '
            'were drawn in grey; --img-dir names another folder.'
        )
    return Section('images', 'Images', html)
