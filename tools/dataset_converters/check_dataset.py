"""Check a COCO keypoint file and its pictures before training.

Writes report.json and sheet.png, a sheet of sample pictures with everything
that is annotated. Ends with 0 if nothing speaks against training, 1 if
something does (the reasons are printed), 2 if it is called wrongly.
"""

from __future__ import annotations

import argparse
import json
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
        '--config',
        type=Path,
        help='config whose training data set tells the keypoints, their '
        'flips, the category and the input size',
    )
    parser.add_argument(
        '--input-size',
        type=int,
        help="shorter side of the network's input in pixels (default: of the "
        'config, else 512)',
    )
    parser.add_argument(
        '--num', type=int, default=12, help='pictures on the sheet'
    )
    parser.add_argument(
        '--out',
        type=Path,
        help='folder for report.json and sheet.png (default: nothing is '
        'written)',
    )
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; what it names must be there."""
    args = parser.parse_args()
    if not args.json.is_file():
        parser.error(f'annotation file not found: {args.json}')
    if not args.images.is_dir():
        parser.error(f'image folder not found: {args.images}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args(make_parser())

from higherhrnet_plugin.analysis.checking import (
    Findings,
    check_dataset,
    make_sheet,
)
from higherhrnet_plugin.files import write_picture, write_whole


def write_files(out: Path, findings: Findings, samples: int) -> None:
    """Write report.json, and sheet.png if there is something to show.

    Args:
        out: Folder.
        findings: What was found.
        samples: Images on the sheet.

    Raises:
        OSError: If they cannot be written.
    """
    sheet = make_sheet(findings, samples)
    if sheet is not None:
        path = out / 'sheet.png'
        write_picture(path, sheet)
        findings.details['sheet'] = path.name
    path = out / 'report.json'
    write_whole(path, json.dumps(findings.to_dict(), indent=2) + '\n')


def main() -> None:
    """Run the tool."""
    parser = make_parser()
    args = parse_args(parser)
    try:
        if args.out is not None:
            args.out.mkdir(parents=True, exist_ok=True)
        findings = check_dataset(
            args.json,
            args.images,
            args.config,
            num_keypoints=args.num_keypoints,
            flip_pairs=args.flip_pairs,
            category=args.category,
            annotated_on=args.annotated_on,
            input_size=args.input_size,
            progress=True,
        )
    except (OSError, ValueError) as error:
        parser.error(str(error))
    if args.out is not None:
        write_files(args.out, findings, args.num)
    print('\n'.join(findings.text()))
    if args.out is not None:
        print(f'written: {args.out / "report.json"}')
    raise SystemExit(0 if findings.passed else 1)


if __name__ == '__main__':
    run_tool(main)
