"""What the study of accuracy shows: paired differences, tables, costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from _accuracy_arms import Arm
from _accuracy_scores import CROWDING, SIDES, unpack

from higherhrnet_plugin.analysis.resampling import INTERVAL, Difference

Runs = Mapping[str, Mapping[int, Mapping[str, Any]]]
PARTS = ('all', *SIDES, *CROWDING)
# AP of fewer jumps with each of them
MIN_PEOPLE = 100


def shown_parts(runs: Runs) -> list[str]:
    """Choose the parts that have enough people; 'all' is the first."""
    scores = _any_scores(runs)
    return [
        part
        for part in PARTS
        if part == 'all' or scores[part]['people'] >= MIN_PEOPLE
    ]


def difference(
    runs: Runs, arm: str, base: str, part: str = 'all'
) -> Difference | None:
    """Compare an arm with its base.

    Args:
        runs (Mapping): Records by arm and seed.
        arm (str): The arm.
        base (str): What it is compared with.
        part (str): One of ``PARTS``. Defaults to 'all'.

    Returns:
        Difference | None: None without a common seed.
    """
    pairs = {
        seed: (runs[arm][seed], runs[base][seed])
        for seed in sorted(
            runs.get(arm, {}).keys() & runs.get(base, {}).keys()
        )
    }
    if not pairs:
        return None
    values = [
        100 * (a['scores'][part]['ap'] - b['scores'][part]['ap'])
        for a, b in pairs.values()
    ]
    resampled = [
        unpack(a['scores'][part]['resampled'])
        - unpack(b['scores'][part]['resampled'])
        for a, b in pairs.values()
    ]
    low, high = np.quantile(100 * np.mean(resampled, axis=0), INTERVAL)
    return Difference(list(pairs), np.array(values), (low, high))


def shown_difference(
    runs: Runs, name: str, arms: Mapping[str, Arm], part: str = 'all'
) -> Difference | None:
    """Compare an arm with its base, unless it is shown as a base alone."""
    base = arms[name].base
    if not base or base not in arms:
        return None
    return difference(runs, name, base, part)


_PAPER = ["Paper's AP", "Paper's AP(M)"]


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a Markdown table, the first column to the left."""
    lines = [titles, ['---', *['---:'] * (len(titles) - 1)], *rows]
    return '\n'.join(f'| {" | ".join(line)} |' for line in lines)


def _has_paper(runs: Runs, arms: Mapping[str, Arm]) -> bool:
    """Tell whether the paper compares some of the arms that were run."""
    told = [name for name, arm in arms.items() if arm.paper and runs.get(name)]
    return len(told) > 1


def ap_table(runs: Runs, arms: Mapping[str, Arm]) -> str:
    """Write the mean AP of each arm, by size and crowding."""
    compared = _has_paper(runs, arms)
    parts = shown_parts(runs)
    titles = ['Arm', 'Seeds', 'AP', *parts[1:], *_PAPER * compared]
    rows = []
    for name, arm in arms.items():
        found = runs.get(name)
        if not found:
            continue
        cells = []
        for part in parts:
            aps = [100 * r['scores'][part]['ap'] for r in found.values()]
            text = f'{np.mean(aps):.1f}'
            if part == 'all':
                text += f' ({min(aps):.1f} to {max(aps):.1f})'
            cells.append(text)
        paper = [f'{x:.1f}' for x in arm.paper or ()] or ['', '']
        cells += paper * compared
        rows.append([arm.title, str(len(found)), *cells])
    return table(titles, rows)


def difference_table(runs: Runs, arms: Mapping[str, Arm]) -> str:
    """Write how each arm differs from its base."""
    titles = ['Arm', 'Against', 'AP', '95 %', 'Each seed', 'By the rule']
    compared = _has_paper(runs, arms)
    titles += _PAPER * compared
    rows = []
    for name, arm in arms.items():
        found = shown_difference(runs, name, arms)
        if not found:
            continue
        low, high = found.interval
        paper = ['', '']
        base = arms[str(arm.base)]
        before = base.paper
        if arm.paper and before:
            paper = [f'{a - b:+.1f}' for a, b in zip(arm.paper, before)]
        rows.append(
            [
                arm.title,
                base.title,
                f'{found.values.mean():+.2f}',
                f'{low:+.2f} to {high:+.2f}',
                ', '.join(f'{v:+.2f}' for v in found.values),
                found.verdict,
                *paper * compared,
            ]
        )
    return table(titles, rows)


def part_table(runs: Runs, arms: Mapping[str, Arm]) -> str:
    """Write the differences by size and crowding; bold where shown."""
    parts, rows = shown_parts(runs)[1:], []
    for name, arm in arms.items():
        if not shown_difference(runs, name, arms):
            continue
        cells = []
        for part in parts:
            found = shown_difference(runs, name, arms, part)
            assert found is not None
            low, high = found.interval
            mean = f'{found.values.mean():+.1f}'
            if found.verdict != 'not shown':
                mean = f'**{mean}**'
            cells.append(f'{mean} ({low:+.1f} to {high:+.1f})')
        rows.append([arm.title, *cells])
    return table(['Arm', *parts], rows)


def cost_table(runs: Runs) -> str:
    """Write what the runs cost, by the machine that they ran on."""
    numbers: Counter[str] = Counter()
    seconds: Counter[str] = Counter()
    for found in runs.values():
        for record in found.values():
            machine, many = record['machine'], record['side_by_side']
            name = machine['gpu']
            name = machine['processor'] if name == 'none' else name
            name = f'{name}, {many} side by side, torch {machine["torch"]}'
            seconds[name] += record['test_s']
            if record['trained']:
                numbers[name] += 1
                seconds[name] += record['train_s']
    rows = [
        [
            name,
            str(numbers[name]),
            f'{seconds[name] / 3600:.1f}',
            # of tests alone there is nothing to divide by
            f'{seconds[name] / numbers[name] / 60:.1f}'
            if numbers[name]
            else '',
        ]
        for name in sorted(seconds)
    ]
    return table(
        ['Machine', 'Trainings', 'Hours of processes', 'Minutes each'], rows
    )


def parts_line(runs: Runs) -> str:
    """Say how many people and images each part has."""
    scores = _any_scores(runs)
    texts = [
        f'{name}: {part["people"]} people'
        + (f' on {part["images"]} images' if name in CROWDING else '')
        for name, part in scores.items()
    ]
    parts = shown_parts(runs)
    text = '; '.join(texts)
    if len(parts) < len(scores):
        text += f'; parts of less than {MIN_PEOPLE} people are not shown'
    return text


def _any_scores(runs: Runs) -> Mapping[str, Any]:
    """Read the scores of one run; people are the same in all."""
    return next(iter(next(iter(runs.values())).values()))['scores']
