"""What the study of accuracy writes: tables on a page, and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from _accuracy_arms import Arm
from _accuracy_plot import draw
from _accuracy_tables import (
    Runs,
    ap_table,
    cost_table,
    difference_table,
    part_table,
    parts_line,
)

from higherhrnet_plugin.files import write_whole

# around the tables of a page
START = '<!-- {}: tools/benchmarks/accuracy.py -->'
END = '<!-- end -->'


def report(
    runs: Runs, arms: Mapping[str, Arm], page: Path | None, protocol: str
) -> str:
    """Write tables and plot.

    Args:
        runs (Mapping): Records by arm and seed.
        arms (Mapping): What to show.
        page (Path, optional): Markdown file to write into.
        protocol (str): Its name, which the place has, too.

    Returns:
        str: the tables.

    Raises:
        SystemExit: If the page has no place for them.
    """
    tables = '\n\n'.join(
        [
            'AP in percent, means over the seeds:',
            ap_table(runs, arms),
            f'({parts_line(runs)}.)',
            'Paired differences of AP, in points:',
            difference_table(runs, arms),
            'The same by size and crowding, with 95 % of the bootstrap; bold '
            'where the rule holds:',
            part_table(runs, arms),
            'What it cost:',
            cost_table(runs),
        ]
    )
    if page is None:
        return tables
    text = page.read_text()
    start = START.format(protocol)
    before, mark, rest = text.partition(start)
    _, end, after = rest.partition(END)
    if not mark or not end:
        raise SystemExit(
            f'error: {page} has no place between "{start}" and "{END}"'
        )
    draw(runs, arms, page.with_name(f'{page.stem}_{protocol}.png'))
    write_whole(page, f'{before}{start}\n\n{tables}\n\n{END}{after}')
    return tables
