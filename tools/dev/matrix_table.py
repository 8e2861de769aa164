"""The table of the documentation, from the stored results of the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from matrix_cells import CELLS

BEGIN = '<!-- matrix: begin, written by tools/dev/matrix.py -->'
END = '<!-- matrix: end -->'
REFERENCE = 'py311-numpy1'
VERSIONS = ('torch', 'numpy', 'opencv', 'mmengine', 'mmcv', 'xtcocotools')
HEADER = (
    'Python',
    *VERSIONS,
    'install, s',
    'import, s',
    'tests',
    'training',
    'AP of the demo',
)


def write_table(path: Path, results: Mapping[str, dict]) -> None:
    """Replace the table between the two marks of a page.

    Args:
        path: Page, in Markdown.
        results: Results by name of the cell; cells without are `not run`.

    Raises:
        ValueError: If the page lacks the marks.
    """
    text = path.read_text()
    if BEGIN not in text or END not in text:
        raise ValueError(f'{path} lacks {BEGIN!r} or {END!r}')
    rows = [_row(cell.name, results.get(cell.name), results) for cell in CELLS]
    lines = [
        f'| {" | ".join(HEADER)} |',
        '| ' + ' | '.join(['---'] * len(HEADER)) + ' |',
        *(f'| {" | ".join(row)} |' for row in rows),
    ]
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    path.write_text('\n'.join([before + BEGIN, *lines, END + after]))


def _row(
    name: str, result: dict | None, results: Mapping[str, dict]
) -> list[str]:
    """Write one row; steps that were not reached stay empty."""
    cell = next(cell for cell in CELLS if cell.name == name)
    if result is None or 'not_run' in result:
        reason = result['not_run'] if result else 'not run'
        return [cell.python, cell.torch, reason, *[''] * (len(HEADER) - 3)]
    versions = result.get('import', {}).get('versions', {})
    row = [
        cell.python,
        *(versions.get(key, '-') for key in VERSIONS),
        *(
            str(result.get(step, {}).get('seconds', ''))
            for step in ('install', 'import')
        ),
        _tests(result),
        'passed' if 'train' in result else '',
        _demo(result, results),
    ]
    if 'failed' in result:
        place = {'tests': -3, 'train': -2, 'demo': -1}
        row[place.get(result['failed'], -5)] = f'**{result["failed"]} failed**'
    return row


def _tests(result: dict) -> str:
    """Say how many tests passed."""
    tests = result.get('tests')
    if tests is None:
        return '' if 'failed' in result else 'not run'
    failed = f', **{len(tests["failed"])} failed**' if tests['failed'] else ''
    return f'{tests["passed"]} passed, {tests["skipped"]} skipped{failed}'


def _demo(result: dict, results: Mapping[str, dict]) -> str:
    """Give the AP, and the largest difference from the reference cell."""
    demo = result.get('demo')
    if demo is None:
        return ''
    text = f'{demo["coco/AP"]:.6f}'
    reference = results.get(REFERENCE, {}).get('demo')
    if reference is None or result['cell']['name'] == REFERENCE:
        return text
    worst = max(abs(demo[key] - reference[key]) for key in reference)
    return f'{text}, {"equal" if worst == 0 else f"off by {worst:.1g}"}'
