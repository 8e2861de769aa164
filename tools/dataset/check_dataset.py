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
from typing import Any, Optional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import import_alone
from _exit import run_tool


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    choices = import_alone('datasets.coco_repair.annotated_on')
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('json', type=Path, help='COCO keypoint file')
    parser.add_argument('images', type=Path, help='folder of the images')
    parser.add_argument(
        '--config',
        type=Path,
        help='config whose training data set tells the keypoints, their '
        'flips, the category and the input size',
    )
    parser.add_argument(
        '--num-keypoints',
        type=int,
        help='number of keypoints (default: of the config, else of the file)',
    )
    parser.add_argument(
        '--flip-pairs',
        nargs='*',
        metavar='LEFT,RIGHT',
        help='mirrored keypoints, counted from 0, e.g. 1,2 3,4 (default: of '
        'the config, else from the names in the file)',
    )
    parser.add_argument(
        '--category',
        help="id or name of the category, or 'all' (default: of the config, "
        'else the only one that fits)',
    )
    parser.add_argument(
        '--annotated-on',
        choices=choices.ANNOTATED_ON,
        help='images that the annotations were made on: as they are read, the '
        'same but with wrong sizes in the file, of another size, or as stored '
        'before EXIF turns them (default: of the config, else image)',
    )
    parser.add_argument(
        '--input-size',
        type=int,
        help="shorter side of the network's input in pixels (default: of the "
        'config, else 512)',
    )
    parser.add_argument(
        '--samples', type=int, default=12, help='pictures on the sheet'
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

import cv2

from higherhrnet_plugin.analysis.checking.findings import Findings, judge
from higherhrnet_plugin.analysis.checking.pictures import check_pictures
from higherhrnet_plugin.analysis.checking.settings import (
    Settings,
    read_settings,
)
from higherhrnet_plugin.analysis.checking.sheet import make_sheet
from higherhrnet_plugin.datasets.coco_repair import RepairReport, load_coco


def load_file(
    file: Path, settings: Settings, findings: Findings
) -> tuple[Optional[dict[str, Any]], Optional[RepairReport]]:
    """Load a file; go on without the missing pictures.

    Args:
        file: The annotation file.
        settings: How it is read.
        findings: Takes what speaks against training.

    Returns:
        The repaired content and the report; None if it cannot be read.
    """
    try:
        return load_coco(str(file), settings.options())
    except FileNotFoundError as error:
        findings.failures.append(str(error))
    except ValueError as error:
        findings.failures.append(str(error))
        return None, None
    try:
        return load_coco(str(file), settings.options(missing_images='drop'))
    except ValueError:
        return None, None


def check(args: argparse.Namespace, settings: Settings) -> Findings:
    """Run all checks.

    Args:
        args: Parsed arguments.
        settings: What is known about the keypoints.

    Returns:
        What was found.
    """
    findings = Findings()
    content, report = load_file(args.json, settings, findings)
    if content is None or report is None:
        return findings
    findings.details['repairs'] = report.to_dict()
    findings.lines += report.lines()
    check_pictures(content, settings, findings)
    judge(content, report, settings, findings)
    if args.out is not None:
        sheet = make_sheet(content, args.images, settings, args.samples)
        if sheet is not None:
            path = args.out / 'sheet.png'
            if not cv2.imwrite(str(path), sheet):
                raise SystemExit(f'error: cannot write {path}')
            findings.details['sheet'] = path.name
    return findings


def main() -> None:
    """Run the tool."""
    parser = make_parser()
    args = parse_args(parser)
    try:
        settings = read_settings(args)
        if args.out is not None:
            args.out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    findings = check(args, settings)
    print('\n'.join(findings.text()))
    if args.out is not None:
        path = args.out / 'report.json'
        path.write_text(json.dumps(findings.to_dict(), indent=2) + '\n')
        print(f'written: {path}')
    raise SystemExit(1 if findings.failures else 0)


if __name__ == '__main__':
    run_tool(main)
