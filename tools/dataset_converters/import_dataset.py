"""Import the labels of another tool: a COCO keypoint file and its images.

DIR gets images/, with links to the images and frames of the videos, and
annotations.json; data sets that are split get a file for each, as train.json.
The labels and images that are read are not changed. docs/import.md says what
is read of each format, and what is lost.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _arguments import import_alone
from _exit import run_tool


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    formats = import_alone('interchange.formats').FORMATS
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('labels', type=Path, help='; '.join(formats.values()))
    add(
        '--out',
        type=Path,
        required=True,
        metavar='DIR',
        help='new folder of the result',
    )
    add(
        '--format',
        choices=sorted(formats),
        help='what the labels are (default: found out)',
    )
    add(
        '--images',
        type=Path,
        nargs='+',
        default=[],
        metavar='PATH',
        help='folders to search for images and videos that are not where the '
        'labels say; or the video of labels that name none',
    )
    add(
        '--skeleton',
        default='',
        metavar='NAME',
        help="which skeleton, class or category, or 'all' for several of the "
        'same keypoints (default: the only one)',
    )
    add(
        '--predicted',
        action='store_true',
        help='take people that a network drew, too',
    )
    add(
        '--keep-empty',
        action='store_true',
        help='keep images with nobody also if the tool does not say that '
        'somebody has looked at them',
    )
    add(
        '--copy',
        action='store_true',
        help='copy images in place of linking them',
    )
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; what it names must be there."""
    args = parser.parse_args()
    if not args.labels.exists():
        parser.error(f'labels not found: {args.labels}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args(make_parser())

from higherhrnet_plugin.interchange import ImportOptions, import_labels


def main() -> None:
    """Run the tool."""
    parser = make_parser()
    args = parse_args(parser)
    options = ImportOptions(
        kind=args.format or '',
        places=tuple(args.images),
        skeleton=args.skeleton,
        predicted=args.predicted,
        keep_empty=args.keep_empty,
        copy=args.copy,
    )
    try:
        lines = import_labels(args.labels, args.out, options)
    except (ImportError, OSError, ValueError) as error:
        parser.error(str(error))
    print('\n'.join(lines))


if __name__ == '__main__':
    run_tool(main)
