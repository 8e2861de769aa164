"""Install, import, test and train on every combination of versions.

For each cell of ``matrix_cells.py`` this makes an empty environment, installs
torch, the built wheel and what ``higherhrnet_plugin.doctor`` says is missing,
and then runs, from the installed wheel: an import, a subset of the tests, a
training on 32 images, and the test of a trained model, whose figures must be
those of the other cells. Results are stored after each cell, and the table of
the documentation is made from them.

    python tools/dev/matrix.py --demo work_dirs/demo --data data \
        --work /tmp/matrix py312-newest py313-newest
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from matrix_cells import CELLS, Cell
from matrix_context import Context, StepError, find_python
from matrix_steps import STEPS
from matrix_table import write_table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / 'docs' / 'compatibility.json'
TABLE = ROOT / 'docs' / 'compatibility.md'


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    names = [cell.name for cell in CELLS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        'cells', nargs='*', help=f'cells to run, default: all of {names}'
    )
    parser.add_argument(
        '--demo',
        type=Path,
        help='folder with config.py and model.pth, as `make demo` leaves it',
    )
    parser.add_argument(
        '--data', type=Path, help='folder that holds synthetic_people'
    )
    parser.add_argument(
        '--work',
        type=Path,
        default=Path(tempfile.gettempdir()) / 'higherhrnet_matrix',
        help='folder for environments and logs',
    )
    parser.add_argument(
        '--wheels',
        type=Path,
        help='folder with wheels that are built from source once',
    )
    parser.add_argument(
        '--keep', action='store_true', help='keep the environments'
    )
    parser.add_argument(
        '--without-tests',
        action='store_true',
        help='leave the tests out, which take most of the time',
    )
    parser.add_argument(
        '--table-only',
        action='store_true',
        help='run nothing, write the table from the stored results',
    )
    args = parser.parse_args()
    unknown = sorted(set(args.cells) - set(names))
    if unknown:
        parser.error(f'no cell is named {", ".join(unknown)}')
    if not args.table_only and not (args.demo and args.data):
        parser.error('--demo and --data are needed to run cells')
    return args


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this tree.

    Args:
        folder: Folder for the wheel, emptied first.

    Returns:
        The wheel.
    """
    shutil.rmtree(folder, ignore_errors=True)
    command = [sys.executable, '-m', 'hatchling', 'build', '--target', 'wheel']
    subprocess.run(
        [*command, '--directory', str(folder)], cwd=ROOT, check=True
    )
    (wheel,) = folder.glob('*.whl')
    return wheel


def run_cell(cell: Cell, args: argparse.Namespace, wheel: Path) -> dict:
    """Run all steps of a cell, up to the first that fails.

    Args:
        cell: The cell.
        args: Parsed arguments.
        wheel: The built wheel.

    Returns:
        What was measured, by step; ``failed`` holds the step that failed and
        ``why`` the end of its log.
    """
    python = find_python(cell.python)
    result: dict = {'cell': dataclasses.asdict(cell)}
    if python is None:
        return {**result, 'not_run': f'no Python {cell.python} here'}
    folder = args.work.resolve() / cell.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    context = Context(
        cell=cell,
        interpreter=python,
        folder=folder,
        wheel=wheel,
        root=ROOT,
        demo=args.demo.resolve(),
        data=args.data.resolve(),
        wheels=args.wheels and args.wheels.resolve(),
    )
    for name, step in STEPS.items():
        if name == 'tests' and args.without_tests:
            continue
        print(f'  {cell.name}: {name} ...', flush=True)
        try:
            result[name] = step(context)
        except StepError as error:
            result.update(failed=name, why=str(error))
            print(f'  {cell.name}: {name} failed: {error}', flush=True)
            break
        print(f'  {cell.name}: {name}: {result[name]}', flush=True)
    if not args.keep:
        shutil.rmtree(folder / 'env', ignore_errors=True)
    return result


def read_results() -> dict[str, dict]:
    """Read the stored results, by name of the cell."""
    return json.loads(RESULTS.read_text()) if RESULTS.exists() else {}


def main() -> int:
    """Run the tool.

    Returns:
        0 if every cell that ran passed, otherwise 1.
    """
    args = parse_args()
    ran = []
    if not args.table_only:
        wheel = build_wheel(args.work / 'wheel')
        for cell in CELLS:
            if args.cells and cell.name not in args.cells:
                continue
            result = run_cell(cell, args, wheel)
            ran.append(result)
            results = {**read_results(), cell.name: result}
            RESULTS.write_text(json.dumps(results, indent=1) + '\n')
    write_table(TABLE, read_results())
    return int(any(_has_failed(result) for result in ran))


def _has_failed(result: dict) -> bool:
    """Tell whether a step of a cell, or a test in it, failed."""
    return 'failed' in result or bool(result.get('tests', {}).get('failed'))


if __name__ == '__main__':
    sys.exit(main())
