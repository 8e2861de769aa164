"""The sections about keypoints and kinds of errors."""

from __future__ import annotations

from ...structures.coco import MAX_PEOPLE
from ..error_analysis import (
    GOOD,
    KEYPOINT_KINDS,
    MATCH_OKS,
    NEAR,
)
from ..headroom import headroom
from ..summaries import PCK_THRESHOLDS, keypoint_table, person_counts
from .page import (
    DASH,
    Section,
    definitions,
    figure,
    number,
    pair,
    paragraph,
    table,
    unknown,
)
from .plots import MOST_BARS, headroom_plot, kinds_plot, similarity_plot
from .sections import Report


def keypoints_section(report: Report) -> Section:
    """Show how well every keypoint is located.

    Args:
        report: What to write from.

    Returns:
        The section.
    """
    rows = keypoint_table(report.results, report.inputs.names)
    report.numbers['keypoints'] = rows
    pcks = [f'PCK@{thr:g}' for thr in PCK_THRESHOLDS]
    lines = [
        [row['keypoint'], row['labelled'], number(row['similarity'])]
        + [number(row[name]) for name in pcks]
        for row in rows
    ]
    html = paragraph(
        'Over labelled keypoints of people who were found (OKS of at least '
        f'{MATCH_OKS:g}). Similarity is the part of the keypoint in OKS, with '
        'the tolerance of its kind. PCK@0.1 is the share that is off by at '
        "most 0.1 of the longer side of the person's box.",
        lead=True,
    ) + pair(
        figure(
            similarity_plot(rows),
            _bars_caption(rows, 'One row a keypoint; right is better.'),
        ),
        table(
            ['keypoint', 'labels', 'similarity', *pcks],
            lines,
            'The same in numbers; the weakest is marked.',
            _weakest(rows, 'similarity', 2),
        ),
    )
    return Section('keypoints', 'Keypoints', html)


def errors_section(report: Report) -> Section:
    """Show the kinds of errors of keypoints and people.

    Args:
        report: What to write from, after :func:`keypoints_section`.

    Returns:
        The section.
    """
    rows = report.numbers['keypoints']
    counts = person_counts(report.results, report.score_thr)
    gains = headroom(report.inputs, report.results, report.coco.scores().ap())
    report.numbers.update(people=counts, headroom=gains)
    lines = [
        [row['keypoint']]
        + [
            DASH if unknown(row[kind]) else f'{100 * row[kind]:.1f}'
            for kind in KEYPOINT_KINDS
        ]
        for row in rows
    ]
    html = paragraph(
        'Kinds of errors after Ruggero Ronchi and Perona, Benchmarking and '
        'Error Diagnosis in Multi-Instance Pose Estimation, ICCV 2017. Every '
        'labelled keypoint of a found person is one of:',
        lead=True,
    )
    html += definitions(_kind_words()) + pair(
        figure(
            kinds_plot(rows),
            _bars_caption(rows, 'Green is right; the rest is wrong, by kind.'),
        ),
        table(
            ['keypoint', *KEYPOINT_KINDS],
            lines,
            'Percent of the labelled keypoints; the weakest is marked.',
            _weakest(rows, 'good', 1),
        ),
    )
    html += '<h3>People</h3>' + pair(
        _headroom_figure(gains),
        _people_table(counts, report.score_thr) + _headroom_table(gains),
    )
    return Section('errors', 'Kinds of errors', html)


def _people_table(counts: dict, score_thr: float) -> str:
    """Show who was found, missed and made up."""
    words = {
        'people': 'labelled people',
        'match': 'found',
        'missed': 'missed',
        'duplicate': 'duplicates: again a person who is found',
        'background': 'background: nobody there',
        'ignored': 'on crowds or unlabelled people',
    }
    return table(
        ['people', 'all predictions', f'score from {score_thr:g}'],
        [
            [text, counts['all'][key], counts['confident'][key]]
            for key, text in words.items()
        ],
        f'A person is found by a prediction with an OKS of at least '
        f'{MATCH_OKS:g}. Of each image the {MAX_PEOPLE} best predictions '
        'count, as in COCO.',
    )


def _headroom_figure(gains: dict[str, float]) -> str:
    """Draw what AP would gain."""
    if not gains:
        return paragraph('There is nobody to find, so AP cannot gain.')
    return figure(
        headroom_plot(gains),
        'AP that would be gained if all errors of one kind were corrected and '
        'the rest stayed: keypoints put where they are labelled, duplicates '
        'and background people removed, missed people not asked for. Long '
        'bars are where work pays.',
    )


def _headroom_table(gains: dict[str, float]) -> str:
    """Show what AP would gain."""
    if not gains:
        return ''
    return table(
        ['without', 'gain in AP'],
        [[kind, f'{gain:+.3f}'] for kind, gain in gains.items()],
        'One kind at a time; gains do not add up.',
    )


def _kind_words() -> list[tuple[str, str, str]]:
    """Explain the kinds of errors."""
    texts = {
        'good': f'near its own label, similarity of at least {GOOD:g}',
        'jitter': f'near its own label, but below {GOOD:g}',
        'inversion': 'near the mirrored keypoint of the same person, as left '
        'and right exchanged',
        'swap': 'near a keypoint of another person',
        'miss': f'near nothing: all similarities are below {NEAR:g}',
    }
    return [(kind, text, f'--{kind}') for kind, text in texts.items()]


def _bars_caption(rows: list[dict], text: str) -> str:
    """Explain a plot with one row a keypoint."""
    shown = sum(row['labelled'] > 0 for row in rows)
    if shown > MOST_BARS:
        return f'{text} Shown are the {MOST_BARS} weakest of {shown}.'
    if shown < len(rows):
        return f'{text} Keypoints without labels are left out.'
    return text


def _weakest(rows: list[dict], key: str, column: int) -> list:
    """Find the cell with the least value."""
    known = [i for i, row in enumerate(rows) if row['labelled']]
    if not known:
        return []
    return [(min(known, key=lambda i: rows[i][key]), column)]
