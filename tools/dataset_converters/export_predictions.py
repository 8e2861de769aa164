"""Write found people for another tool: SLEAP, NWB or a table.

PREDICTIONS is predictions.json of inference, with images.json beside it. The
suffix of the new file decides: .slp is a project of SLEAP, .nwb (Neurodata
Without Borders) holds the tracks of one video, .csv has a row for each
person. docs/import.md says what each of them keeps.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from _exit import run_tool


def make_parser() -> argparse.ArgumentParser:
    """Build the parser of the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    add = parser.add_argument
    add('predictions', type=Path, help='predictions.json of inference')
    add(
        '--out',
        type=Path,
        required=True,
        metavar='FILE',
        help='new file: .slp, .nwb or .csv',
    )
    add(
        '--images',
        type=Path,
        nargs='+',
        default=[],
        metavar='FOLDER',
        help='folders of the images and videos, so that the file names them '
        'as they are found there (default: as inference does)',
    )
    add(
        '--video',
        default='',
        metavar='NAME',
        help='take this one alone, as images.json names it',
    )
    return parser


def parse_args(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """Parse the command line; what it names must be there."""
    args = parser.parse_args()
    if not args.predictions.is_file():
        parser.error(f'predictions not found: {args.predictions}')
    return args


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args(make_parser())

from higherhrnet_plugin.interchange import export_people


def main() -> None:
    """Run the tool."""
    parser = make_parser()
    args = parse_args(parser)
    try:
        lines = export_people(
            args.predictions, args.out, args.images, args.video
        )
    except (ImportError, OSError, ValueError) as error:
        parser.error(str(error))
    print('\n'.join(lines))


if __name__ == '__main__':
    run_tool(main)
