"""Run mmpose's own tests without and with this package, and compare.

The tests of a source tree of mmpose run three times: with nothing but what
mmpose needs to be imported; after ``import higherhrnet_plugin``; and with our
data sets, transforms, metric and estimator in place of mmpose's. Tests whose
result differs are printed. Exit code: 0 if there are none but those that are
known, 1 otherwise.

    git clone --depth 1 --branch v1.3.2 https://github.com/open-mmlab/mmpose
    python tools/dev/compare_with_mmpose_tests.py mmpose
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

SCRIPT = Path(__file__).with_name('_mmpose_tests.py')
WAYS = {
    'host': 'mmpose alone',
    'import': 'import higherhrnet_plugin',
    'replace': 'our classes',
}
# Tests that our classes are meant to fail, and why.
KNOWN = {
    'TestBottomupGetHeatmapMask::test_transform': 'our mask has the sizes of '
    'the levels, so it follows the encoder of our targets',
    'TestRandomFlip::test_repr': 'the name of the class',
    'TestPackPoseInputs::test_repr': 'the name of the class',
    'TestCocoMetric::test_format_only': 'a file without annotations is '
    'refused at the same place, by a ValueError instead of an AssertionError',
    'TestCocoMetric::test_get_ann_file_from_dataset': 'the test names no '
    'folder of images; ours looks for them',
    'TestCocoMetric::test_topdown_evaluate': 'several species and no data set '
    "of ours that says whether they are one: category='all' of the metric",
}

Outcomes = dict[str, tuple[str, str]]


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument('mmpose', type=Path, help='source tree of mmpose')
    parser.add_argument(
        'tests',
        nargs='*',
        default=['tests'],
        help='tests to run, by path in the source tree (default: tests)',
    )
    parser.add_argument(
        '--timeout', type=int, default=120, help='seconds a test may take'
    )
    parser.add_argument('--out', type=Path, help='folder for the results')
    args = parser.parse_args()
    for test in args.tests:
        if not (args.mmpose / test.partition('::')[0]).exists():
            parser.error(f'no {test} in {args.mmpose}')
    return args


def run(way: str, args: argparse.Namespace, folder: Path) -> Outcomes:
    """Run the tests in one way.

    Args:
        way: One of ``WAYS``.
        args: Parsed arguments.
        folder: Folder for the log and the results.

    Returns:
        Outcome and message by test.

    Raises:
        SystemExit: If the tests could not be run.
    """
    result = (folder / f'{way}.json').resolve()
    log = folder / f'{way}.log'
    command = [
        *(sys.executable, str(SCRIPT), way, str(result)),
        # mmpose's own settings ask for plugins of pytest
        *('-c', os.devnull, '--rootdir', '.', '-p', 'no:cacheprovider'),
        *('--timeout', str(args.timeout), '-q', *args.tests),
        # as in files that need packages which are not there
        '--continue-on-collection-errors',
    ]
    with log.open('w') as file:
        subprocess.run(
            command, cwd=args.mmpose, stdout=file, stderr=subprocess.STDOUT
        )
    if not result.is_file():
        raise SystemExit(f'error: the tests did not run:\n{log.read_text()}')
    return {
        test: (outcome, message)
        for test, (outcome, message) in json.loads(result.read_text()).items()
    }


def find_reason(test: str) -> str | None:
    """Return why a test is known to differ with our classes."""
    return next((KNOWN[name] for name in KNOWN if test.endswith(name)), None)


def print_differences(way: str, base: Outcomes, found: Outcomes) -> int:
    """Print the tests whose outcome differs; return how many are new."""
    nothing = ('not run', '')
    new = 0
    for test in sorted({*base, *found}):
        before, after = base.get(test, nothing), found.get(test, nothing)
        if before[0] == after[0]:
            continue
        reason = find_reason(test) if way == 'replace' else None
        new += reason is None
        text = reason or f'DIFFERENT\n    {after[1] or before[1]}'
        print(f'  {test}: {before[0]} -> {after[0]}: {text}')
    return new


def main() -> int:
    """Run the tests three times, and compare."""
    args = parse_args()
    new = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = args.out or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        base: Outcomes = {}
        for way, title in WAYS.items():
            found = run(way, args, folder)
            counts = Counter(outcome for outcome, _ in found.values())
            numbers = ', '.join(f'{n} {k}' for k, n in sorted(counts.items()))
            print(f'{title}: {numbers}', flush=True)
            base = base or found
            new += print_differences(way, base, found)
    print(f'{new} differences that are not known')
    return 1 if new else 0


if __name__ == '__main__':
    sys.exit(main())
