"""Write a config for an annotation file and its images, ready to train.

Looks at the data as `check` does, chooses keypoints, network, input size,
batch and schedule, and prints every choice with its reason. Without --val it
also writes two annotation files beside the config, with the images to train
on and those held out. The annotation file itself is never changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import add_data_arguments
from _exit import run_tool


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_data_arguments(parser)
    parser.add_argument(
        '--val',
        type=Path,
        metavar='JSON',
        help='annotation file of the images to measure by, in the same '
        'folder (default: some of JSON are held out)',
    )
    parser.add_argument(
        '--out',
        type=Path,
        default=Path('config.py'),
        metavar='CONFIG',
        help='config to write (default: config.py)',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='replace the files that an earlier call has written',
    )
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; what it names must be there."""
    args = parser.parse_args()
    for file in filter(None, (args.json, args.val)):
        if not file.is_file():
            parser.error(f'annotation file not found: {file}')
    if not args.images.is_dir():
        parser.error(f'image folder not found: {args.images}')
    if args.out.suffix != '.py':
        parser.error(f'--out must end in .py: {args.out}')
    if args.out.exists() and not args.overwrite:
        parser.error(f'{args.out} exists; give --overwrite to replace it')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args(make_parser())

from higherhrnet_plugin.analysis.checking import Findings, check_dataset
from higherhrnet_plugin.setup import (
    Choice,
    Plan,
    Sources,
    find_machine,
    make_plan,
    split_files,
    write_config,
    write_split,
)


def keep_files(
    parser: argparse.ArgumentParser, args: argparse.Namespace
) -> None:
    """Refuse to replace files that are not ours.

    Args:
        parser: Of the command line.
        args: Parsed arguments.

    Raises:
        SystemExit: With 2 if one is there that would be replaced.
    """
    if args.val is not None:
        return
    for file in filter(Path.exists, split_files(args.out)):
        if file.samefile(args.json):
            parser.error(
                f'{file} would be replaced by a part of itself; choose '
                'another name for --out'
            )
        if not args.overwrite:
            parser.error(f'{file} exists; give --overwrite to replace it')


def look(file: Path, args: argparse.Namespace) -> Findings:
    """Check a file and its images, and stop if they cannot be used.

    Args:
        file: Annotation file.
        args: Parsed arguments.

    Returns:
        What was found.

    Raises:
        SystemExit: With 1 if something speaks against training, which is
            printed.
    """
    findings = check_dataset(
        file,
        args.images,
        num_keypoints=args.num_keypoints,
        flip_pairs=args.flip_pairs,
        category=args.category,
        annotated_on=args.annotated_on,
        progress=True,
    )
    for text in findings.warnings:
        print(f'warning: {text}')
    if not findings.passed:
        for text in findings.failures:
            print(f'FAIL: {text}')
        print(f'nothing is written: higherhrnet check {file} {args.images}')
        raise SystemExit(1)
    return findings


def write(
    plan: Plan, findings: Findings, args: argparse.Namespace
) -> list[Path]:
    """Write all files.

    Args:
        plan: All choices.
        findings: Of the checks.
        args: Parsed arguments.

    Returns:
        The files that were written, the config first.

    Raises:
        OSError: If one cannot be written.
    """
    args.out.parent.mkdir(parents=True, exist_ok=True)
    written = [args.out]
    if args.val is None:
        content = findings.content or {}
        sources = write_split(content, plan, args.out, args.images)
        written += [sources.train, sources.val]
    else:
        options = tuple(
            (name, value)
            for name in ('category', 'annotated_on')
            if (value := getattr(args, name)) is not None
        )
        sources = Sources(args.images, args.json, args.val, options)
    write_config(plan, sources, args.out)
    return written


def show(plan: Plan) -> None:
    """Print every choice with its reason.

    Args:
        plan: All choices.
    """
    choices = [plan.network, *plan.keypoints, *plan.training]
    if plan.split is not None:
        shares = f'{len(plan.split.train)} + {len(plan.split.val)}'
        choices.insert(0, Choice('images', shares, plan.split.reason))
    for choice in choices:
        print(f'{choice.name + ":":<14}{choice.value}')
        print(f'{"":<14}({choice.reason})')


def main() -> None:
    """Run the tool."""
    parser = make_parser()
    args = parse_args(parser)
    keep_files(parser, args)
    try:
        findings = look(args.json, args)
        if args.val is not None:
            look(args.val, args)
        plan = make_plan(
            findings,
            find_machine(),
            has_val=args.val is not None,
            pairs_are_told=args.flip_pairs is not None,
        )
        show(plan)
        written = write(plan, findings, args)
    except ValueError as error:
        raise SystemExit(f'error: {error}') from error
    print(f'written: {", ".join(map(str, written))}')
    print(f'next: higherhrnet train {args.out}')


if __name__ == '__main__':
    run_tool(main)
