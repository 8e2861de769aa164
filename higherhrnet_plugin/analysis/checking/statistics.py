"""What statistics tell about a data set."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...datasets.coco_repair import RepairReport
from ...datasets.coco_repair.statistics import (
    SMALL_SIDE,
    compare_flips,
    count_people,
    count_visibility,
    measure_sizes,
    stack_people,
)
from .findings import Findings

_MANY_SMALL = 0.5
_MANY_OUTSIDE = 0.05
_BAR = 40


def judge_statistics(
    content: dict[str, Any], report: RepairReport, findings: Findings
) -> None:
    """Add all statistics and what they mean.

    Args:
        content (dict): Repaired content of the annotation file.
        report (RepairReport): What was repaired.
        findings (Findings): Takes them.
    """
    fields = findings.settings.fields or ('keypoints',)
    people = stack_people(content, fields)
    if not report.totals['labelled people']:
        findings.failures.append(
            f'nobody has labelled keypoints: {report.nobody}'
        )
        return
    _judge_people(content, findings)
    _judge_visibility(people, findings)
    _judge_sizes(content, findings)
    _judge_flips(people, findings)
    _judge_notes(report, findings)


def _judge_people(content: dict[str, Any], findings: Findings) -> None:
    """Draw the histogram of people per image."""
    counts = count_people(content)
    findings.details['people_per_image'] = counts
    findings.lines.append('people per image (labelled):')
    most = max(counts.values())
    for number, images in counts.items():
        bar = '#' * max(1, round(_BAR * images / most))
        findings.lines.append(f'{number:4d}: {images:7d} {bar}')
    if set(counts) <= {0, 1}:
        findings.warnings.append(
            'no image shows two people: the push loss will be 0 and nothing '
            'teaches the tags to tell people apart'
        )


def _judge_visibility(people: np.ndarray, findings: Findings) -> None:
    """List how often every keypoint is labelled."""
    counts = count_visibility(people)
    rows = []
    findings.lines.append('keypoint: not labelled, hidden, visible')
    for i, (missing, hidden, visible) in enumerate(counts.tolist()):
        name = findings.settings.name(i)
        rows.append(
            {
                'keypoint': name,
                'not_labelled': missing,
                'hidden': hidden,
                'visible': visible,
            }
        )
        findings.lines.append(f'  {name}: {missing}, {hidden}, {visible}')
        if not hidden + visible:
            findings.warnings.append(f'keypoint {name} is never labelled')
    findings.details['visibility'] = rows


def _judge_sizes(content: dict[str, Any], findings: Findings) -> None:
    """Tell how many people are too small for the input size."""
    input_size = findings.settings.input_size
    sizes = measure_sizes(content, input_size)
    findings.details['sizes'] = {'input_size': input_size, **sizes}
    side = f'{SMALL_SIDE:g}'
    findings.lines.append(
        f'people at input size {input_size} (shorter side): median '
        f'height {sizes["median_height"]:.0f} px, '
        f'{100 * sizes["small_share"]:.1f} % with an area below {side}^2 px, '
        f'{100 * sizes["low_share"]:.1f} % lower than {side} px'
    )
    if sizes['small_share'] > _MANY_SMALL:
        findings.warnings.append(
            f'{100 * sizes["small_share"]:.0f} % of the people are small at '
            f'input size {input_size}; a larger one helps'
        )


def _judge_flips(people: np.ndarray, findings: Findings) -> None:
    """Look for pairs that lie against the others."""
    rows = compare_flips(people, findings.settings.flip_pairs)
    findings.details['flips'] = rows
    if not rows:
        findings.warnings.append(
            'no flip pairs are known; name left and right keypoints in the '
            'file, or give --flip-pairs'
        )
        return
    findings.lines.append(
        'flip pair: first one lies left of the second, agrees with the other '
        'pairs of the person'
    )
    for row in rows:
        a, b = (findings.settings.name(i) for i in row['pair'])
        row['names'] = [a, b]
        findings.lines.append(
            f'  {a} - {b}: {_percent(row["left_share"])}, '
            f'{_percent(row["agreement"])} of {row["people"]}'
        )
        if row['suspicious']:
            findings.failures.append(
                f'flip pair {a} - {b} lies against the other pairs on '
                f'{_percent(1 - row["agreement"])} of {row["people"]} people: '
                'are left and right swapped, or is it no pair?'
            )


def _percent(share: Any) -> str:
    """Write a share."""
    return 'unknown' if share is None else f'{100 * share:.0f} %'


def _judge_notes(report: RepairReport, findings: Findings) -> None:
    """Decide which oddities of the file are too many."""
    findings.warnings += report.warnings
    number = report.totals['labelled people']
    for what, entry in report.noted.items():
        text = f'{entry["count"]} {what} ({", ".join(entry["examples"])})'
        outside = (
            'outside of the image' in what
            and entry['count'] > _MANY_OUTSIDE * number
        )
        if outside:
            findings.failures.append(text)
        else:
            findings.warnings.append(text)
