"""What speaks for and against training on a data set."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...datasets.coco_repair import RepairReport
from ...datasets.coco_repair.statistics import (
    SMALL_SIDE,
    compare_flips,
    count_people,
    count_visibility,
    measure_sizes,
    stack_people,
)
from .settings import Settings

_MANY_SMALL = 0.5
_MANY_OUTSIDE = 0.05
_BAR = 40


@dataclass
class Findings:
    """Result of the checks.

    Attributes:
        failures: Reasons not to train.
        warnings: What to look at.
        lines: Statistics in words.
        details: The same as plain data, for report.json.
    """

    failures: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    def text(self) -> list[str]:
        """Put everything into words.

        Returns:
            Lines, the verdict last.
        """
        lines = list(self.lines)
        lines += [f'warning: {text}' for text in self.warnings]
        lines += [f'FAIL: {text}' for text in self.failures]
        lines.append('failed' if self.failures else 'passed')
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data.

        Returns:
            Content of report.json.
        """
        return {
            'passed': not self.failures,
            'failures': self.failures,
            'warnings': self.warnings,
            **self.details,
        }


def judge(
    content: dict[str, Any],
    report: RepairReport,
    settings: Settings,
    findings: Findings,
) -> None:
    """Add all statistics and what they mean.

    Args:
        content: Repaired content of the annotation file.
        report: What was repaired.
        settings: Keypoints and flips.
        findings: Takes what was found.
    """
    people = stack_people(content, settings.fields or ('keypoints',))
    if not report.totals['labelled people']:
        findings.failures.append(
            f'nobody has labelled keypoints: {report.nobody}'
        )
        return
    _judge_people(content, findings)
    _judge_visibility(people, settings, findings)
    _judge_sizes(content, settings, findings)
    _judge_flips(people, settings, findings)
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


def _judge_visibility(
    people: Any, settings: Settings, findings: Findings
) -> None:
    """List how often every keypoint is labelled."""
    counts = count_visibility(people)
    rows = []
    findings.lines.append('keypoint: not labelled, hidden, visible')
    for i, (missing, hidden, visible) in enumerate(counts.tolist()):
        name = settings.name(i)
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


def _judge_sizes(
    content: dict[str, Any], settings: Settings, findings: Findings
) -> None:
    """Tell how many people are too small for the input size."""
    sizes = measure_sizes(content, settings.input_size)
    findings.details['sizes'] = {'input_size': settings.input_size, **sizes}
    side = f'{SMALL_SIDE:g}'
    findings.lines.append(
        f'people at input size {settings.input_size} (shorter side): median '
        f'height {sizes["median_height"]:.0f} px, '
        f'{100 * sizes["small_share"]:.1f} % with an area below {side}^2 px, '
        f'{100 * sizes["low_share"]:.1f} % lower than {side} px'
    )
    if sizes['small_share'] > _MANY_SMALL:
        findings.warnings.append(
            f'{100 * sizes["small_share"]:.0f} % of the people are small at '
            f'input size {settings.input_size}; a larger one helps'
        )


def _judge_flips(people: Any, settings: Settings, findings: Findings) -> None:
    """Look for pairs that lie against the others."""
    rows = compare_flips(people, settings.flip_pairs)
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
        a, b = (settings.name(i) for i in row['pair'])
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
