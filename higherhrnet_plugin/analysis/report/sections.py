"""The sections that every report has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...evaluation.diagnosis import diagnose
from ..coco_scores import CocoEvaluation
from ..error_analysis import KEYPOINT_KINDS
from ..image_results import ImageResult
from ..inputs import Inputs
from ..summaries import (
    count_people,
    headline,
    image_groups,
)
from .page import (
    Section,
    bullets,
    cards,
    figure,
    number,
    pair,
    paragraph,
    percent,
    table,
)
from .plots import bar_plot

_SIZE_WORDS = {
    'small': 'small, area below 32²',
    'medium': 'medium, 32² to 96²',
    'large': 'large, above 96²',
}


@dataclass
class Report:
    """What the sections are written from.

    Attributes:
        inputs: What was read.
        results: All images.
        coco: COCO's evaluation.
        score_thr: People below it are left out of drawings and of the
            "confident" counts.
        numbers: Takes every number of the page.
    """

    inputs: Inputs
    results: list[ImageResult]
    coco: CocoEvaluation
    score_thr: float
    numbers: dict


def summary_section(report: Report) -> Section:
    """Show the headline numbers and what stands out.

    Args:
        report: What to write from; the numbers of the errors are in it.

    Returns:
        The section.
    """
    inputs = report.inputs
    scores = headline(report.coco, inputs.iou_type, report.results)
    report.numbers['scores'] = scores
    crowds = inputs.iou_type == 'keypoints_crowd'
    last = ('AP(E)', 'AP(M)', 'AP(H)')
    if not crowds:
        last = ('AP (M)', 'AP (L)', 'AR')
    lines = _findings(report)
    lines += diagnose(
        inputs.content, inputs.predictions, inputs.repaired, inputs.use_area
    )
    html = (
        cards(
            [
                (number(scores[name]), name)
                for name in ('AP', 'AP .5', 'AP .75', *last)
            ]
        )
        + table(
            list(scores),
            [[number(value) for value in scores.values()]],
            'AP averages the precision over OKS thresholds .50 to .95, AR the '
            'recall. '
            + (
                'E, M and H are easy, medium and hard images by crowd index.'
                if crowds
                else 'M and L are people of medium and large size.'
            ),
        )
        + '<h3>What stands out</h3>'
        + bullets(lines)
    )
    return Section('summary', 'Summary', html)


def _findings(report: Report) -> list[str]:
    """Say in words what the tables show."""
    counts = report.numbers['people']['all']
    lines = []
    if counts['people']:
        lines.append(
            f'{counts["match"]} of {counts["people"]} labelled people were '
            f'found ({percent(counts["match"] / counts["people"])}); '
            f'{counts["missed"]} were missed.'
        )
    rows = [r for r in report.numbers['keypoints'] if r['labelled']]
    if rows:
        weights = [row['labelled'] for row in rows]
        shares = {
            kind: float(np.average([r[kind] for r in rows], weights=weights))
            for kind in KEYPOINT_KINDS
        }
        worst = min(rows, key=lambda row: row['good'])
        lines.append(
            'Keypoints of found people: '
            + ', '.join(f'{percent(v)} {k}' for k, v in shares.items())
            + f'. Weakest: {worst["keypoint"]}, {percent(worst["good"])} good.'
        )
    gains = report.numbers['headroom']
    if gains and max(gains.values()) > 0:
        kind, gain = next(iter(gains.items()))
        lines.append(
            f'The costliest kind of error is {kind}: without it AP would be '
            f'{gain:.3f} higher.'
        )
    return lines


def groups_section(report: Report) -> Section:
    """Show AP by size, by number of people and by crowding.

    Args:
        report: What to write from.

    Returns:
        The section.
    """
    scores, results = report.coco.scores(), report.results
    sizes = {name: scores.ap(size=name) for name in _SIZE_WORDS}
    by_size = [
        [text, number(sizes[name]), number(scores.ar(size=name))]
        for name, text in _SIZE_WORDS.items()
    ]
    bars = {'size of a person': sizes}
    tables = [
        table(
            ['size of a person', 'AP', 'AR'],
            by_size,
            'In square pixels of the image; a dash: nobody of this size.',
        )
    ]
    given = all('crowdIndex' in r.info for r in results)
    report.numbers.update(sizes=sizes)
    for name, words, note in (
        (
            'people',
            'people in the image',
            'Counted are people with labelled keypoints.',
        ),
        (
            'crowding',
            'crowding',
            'Easy: crowd index below 0.2; hard: from 0.8. '
            + ('From the file.' if given else 'From boxes and keypoints.'),
        ),
    ):
        rows, bars[words] = [], {}
        for group, images in image_groups(results)[name].items():
            part = report.coco.scores(images)
            bars[words][group] = part.ap()
            people = count_people(results, images)
            rows.append(
                [group, len(images), people]
                + [number(part.ap()), number(part.ar())]
            )
        report.numbers[name + '_groups'] = bars[words]
        heads = [words, 'images', 'labelled', 'AP', 'AR']
        tables.append(table(heads, rows, note))
    html = paragraph(
        'Small people, many people and people who cover each other are '
        'usually harder to find. The crowd index of an image is 0 where '
        "nobody stands in another person's box, and grows with the keypoints "
        'of others there.',
        lead=True,
    ) + pair(
        figure(
            bar_plot(bars, 'groups', 'AP of groups'),
            'AP of each group alone; a dash where it has no labelled people.',
        )
        + tables[0],
        tables[1] + tables[2],
    )
    return Section('groups', 'Size and crowding', html)
