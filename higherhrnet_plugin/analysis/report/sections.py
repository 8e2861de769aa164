"""What the sections show that every report has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...evaluation.matching import MATCH_OKS
from ...structures.coco import EASY_BELOW, HARD_FROM, MAX_PEOPLE
from ..error_types import GOOD, KEYPOINT_TYPES, NEAR
from ..results import Analysis
from ..summaries import PCK_THRESHOLDS
from .page import Section
from .plots import (
    MOST_BARS,
    curve_plot,
    error_type_plot,
    group_plot,
    headroom_plot,
    similarity_plot,
    threshold_plot,
)

_THRESHOLDS = (0.1, 0.2, 0.3, 0.5, 0.7)


def summary_section(analysis: Analysis) -> Section:
    """Show the headline scores and what stands out.

    Args:
        analysis (Analysis): The numbers.

    Returns:
        Section: the first.
    """
    crowds = analysis.inputs.iou_type == 'keypoints_crowd'
    last = ('AP(E)', 'AP(M)', 'AP(H)')
    if not crowds:
        last = ('AP (M)', 'AP (L)', 'AR')
    values = {
        'scores': analysis.scores,
        'large': ('AP', 'AP .5', 'AP .75', *last),
        'crowds': crowds,
        'findings': analysis.findings,
    }
    return Section('summary', 'Summary', values)


def groups_section(analysis: Analysis) -> Section:
    """Show AP by size, by number of people and by crowding.

    Args:
        analysis (Analysis): The numbers.

    Returns:
        Section: the second.
    """
    groups = analysis.groups
    bars = {
        'size of a person': {n: s.ap for n, s in analysis.sizes.items()},
        'people in the image': {n: g.ap for n, g in groups['people'].items()},
        'crowding': {n: g.ap for n, g in groups['crowding'].items()},
    }
    values = {
        'sizes': analysis.sizes,
        'groups': groups,
        'easy_below': EASY_BELOW,
        'hard_from': HARD_FROM,
        'from_file': all('crowdIndex' in r.info for r in analysis.images),
        'plot': group_plot(bars),
    }
    return Section('groups', 'Size and crowding', values)


def curves_section(analysis: Analysis) -> Section:
    """Show precision over recall, and over the score threshold.

    Args:
        analysis (Analysis): The numbers.

    Returns:
        Section: the third.
    """
    coco, points = analysis.coco, analysis.operating_points
    scores = coco.scores()
    values: dict[str, Any] = {
        'rows': [(t, scores.ap(t), scores.ar(t)) for t in coco.thresholds],
        'curves': curve_plot(
            coco.recalls, scores.precision[:, :, 0], coco.thresholds
        ),
        'points': points,
    }
    if points is not None:
        chosen = {f'{points.scores[points.best]:.3f} (best F1)': points.best}
        for threshold in _THRESHOLDS:
            last = points.at(threshold)
            if last is not None:
                chosen[f'{threshold:g}'] = last
        values.update(chosen=chosen, thresholds=threshold_plot(points))
    return Section('curves', 'Precision and recall', values)


def keypoints_section(analysis: Analysis) -> Section:
    """Show how well every keypoint is located.

    Args:
        analysis (Analysis): The numbers.

    Returns:
        Section: the fourth.
    """
    rows = analysis.keypoints
    values = {
        'rows': rows,
        'pcks': [f'PCK@{threshold:g}' for threshold in PCK_THRESHOLDS],
        'match_oks': MATCH_OKS,
        'weakest': _weakest(rows, 'similarity'),
        'note': _rows_note(rows),
        'plot': similarity_plot(rows),
    }
    return Section('keypoints', 'Keypoints', values)


def errors_section(analysis: Analysis) -> Section:
    """Show the error types of keypoints and people.

    Args:
        analysis (Analysis): The numbers.

    Returns:
        Section: the fifth.
    """
    rows, gains = analysis.keypoints, analysis.headroom
    values = {
        'rows': rows,
        'types': KEYPOINT_TYPES,
        'good': GOOD,
        'near': NEAR,
        'match_oks': MATCH_OKS,
        'most_people': MAX_PEOPLE,
        'weakest': _weakest(rows, 'good'),
        'note': _rows_note(rows),
        'plot': error_type_plot(rows),
        'people': analysis.people,
        'score_thr': analysis.score_thr,
        'gains': gains,
        'headroom': headroom_plot(gains) if gains else '',
    }
    return Section('errors', 'Error types', values)


def _rows_note(rows: Sequence[Mapping[str, Any]]) -> str:
    """Tell which keypoints a plot leaves out."""
    shown = sum(row['labelled'] > 0 for row in rows)
    if shown > MOST_BARS:
        return f' Shown are the {MOST_BARS} weakest of {shown}.'
    if shown < len(rows):
        return ' Keypoints without labels are left out.'
    return ''


def _weakest(rows: Sequence[Mapping[str, Any]], key: str) -> int:
    """Find the row with the lowest value, -1 without labels."""
    known = [i for i, row in enumerate(rows) if row['labelled']]
    return min(known, key=lambda i: rows[i][key], default=-1)
