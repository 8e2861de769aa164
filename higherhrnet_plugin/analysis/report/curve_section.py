"""The section about precision and recall."""

from __future__ import annotations

import numpy as np

from .page import Section, figure, number, pair, paragraph, table
from .plots import curve_plot, threshold_plot
from .sections import Report


def curves_section(report: Report) -> Section:
    """Show precision over recall, and over the score threshold.

    Args:
        report: What to write from.

    Returns:
        The section.
    """
    scores, coco = report.coco.scores(), report.coco
    rows = [
        [f'{t:.2f}', number(scores.ap(t)), number(scores.ar(t))]
        for t in coco.thresholds
    ]
    report.numbers['by_threshold'] = {
        f'{t:.2f}': scores.ap(t) for t in coco.thresholds
    }
    left = figure(
        curve_plot(coco.recalls, scores.precision[:, :, 0], coco.thresholds),
        'One curve for each least similarity (OKS) of a correct person. The '
        'area below a curve is its AP. Where curves lie far apart, people are '
        'found but not located exactly.',
    ) + table(['OKS', 'AP', 'greatest recall'], rows, 'By OKS threshold.')
    return Section(
        'curves', 'Precision and recall', pair(left, _operating_point(report))
    )


def _operating_point(report: Report) -> str:
    """Show which score threshold is best in use."""
    values, right, people = report.coco.decisions(0.5)
    if not len(values) or not people:
        return paragraph('Nobody was predicted, or there is nobody to find.')
    precision = right.cumsum() / np.arange(1, len(right) + 1)
    recall = right.cumsum() / people
    f1 = 2 * precision * recall / np.maximum(precision + recall, 1e-12)
    # equal scores fall together
    ends = np.flatnonzero(np.append(values[1:] != values[:-1], True))
    best = int(ends[f1[ends].argmax()])
    rows = [(f'{values[best]:.3f} (best F1)', best)]
    for thr in (0.1, 0.2, 0.3, 0.5, 0.7):
        count = int((values >= thr).sum())
        if count:
            rows.append((f'{thr:g}', count - 1))
    lines = [
        [name, i + 1] + [number(x[i]) for x in (precision, recall, f1)]
        for name, i in rows
    ]
    report.numbers['best_f1'] = {
        'threshold': float(values[best]),
        'f1': float(f1[best]),
    }
    return figure(
        threshold_plot(values, precision, recall),
        'What remains when people below a score are dropped, at OKS .5: the '
        f'threshold to use outside of benchmarks. F1 is best at '
        f'{values[best]:.3f}.',
    ) + table(
        ['threshold', 'people', 'precision', 'recall', 'F1'],
        lines,
        'Predictions from the threshold on; thresholds that leave nobody are '
        'not listed.',
    )
