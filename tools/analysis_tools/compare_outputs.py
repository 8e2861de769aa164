"""Store what a model puts out for an image, or compare two such files.

``run`` writes the network inputs, the outputs of every scale, flip and level,
the aggregated maps and the people to one .npz file, together with the versions
of all libraries. ``diff`` says how far two files are apart, and which stage is
the first to differ: between machines, library versions, weights or configs.
Exit code: 0 equal, 1 different, 2 bad input.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from pathlib import Path

import numpy as np
from comparing.differences import compare, read_file


def parse_args() -> argparse.Namespace:
    """Parse the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest='command', required=True)
    run = commands.add_parser('run', help='store the outputs for one image')
    run.add_argument('config', help='config file')
    run.add_argument('weights', help='checkpoint, of any origin')
    run.add_argument('image', help='image file')
    run.add_argument('--out', required=True, help='.npz file to write')
    run.add_argument(
        '--scales',
        type=float,
        nargs='+',
        help='test scales, 1 among them (default: those of the config)',
    )
    run.add_argument('--no-flip', action='store_true', help='no flip test')
    run.add_argument('--device', default='cpu', help='default: cpu')
    run.add_argument('--draw', help='folder for pictures of the outputs')
    diff = commands.add_parser('diff', help='compare two stored files')
    diff.add_argument('first', help='.npz file')
    diff.add_argument('second', help='.npz file')
    diff.add_argument(
        '--tolerance',
        type=float,
        default=1e-5,
        help='largest difference allowed, as a part of the largest value of '
        'an array (default: 1e-5)',
    )
    return parser.parse_args()


def run(args: argparse.Namespace) -> int:
    """Store the outputs for one image."""
    # late, as it takes seconds, which the comparison need not wait for
    from comparing.record import describe, draw, load_model, run_image

    from higherhrnet_plugin.files import write_whole

    model = load_model(args)
    arrays, sample = run_image(model, args.image)
    about = np.array(json.dumps(describe(args, model)))
    out = Path(args.out)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, about=about, **arrays)
    write_whole(out, buffer.getbuffer())
    if args.draw:
        draw(arrays, sample, Path(args.draw))
    people = len(arrays['people.keypoints'])
    print(f'{len(arrays)} arrays and {people} people in {out}')
    return 0


def diff(args: argparse.Namespace) -> int:
    """Compare two stored files; people are matched in their order."""
    if not args.tolerance >= 0:
        raise SystemExit(
            f'error: --tolerance must not be negative, got {args.tolerance}'
        )
    about_first, first = read_file(args.first)
    about_second, second = read_file(args.second)
    for key in sorted({*about_first, *about_second}):
        a, b = about_first.get(key, 'none'), about_second.get(key, 'none')
        if a != b:
            print(f'{key}: {a} and {b}')
    differ = compare(first, second, args.tolerance)
    if not differ:
        print(f'equal within {args.tolerance:g}')
        return 0
    print(f'first stage that differs: {differ[0].split(".")[0]} ({differ[0]})')
    return 1


def main() -> int:
    """Run the tool; 1 is kept for files that differ."""
    args = parse_args()
    return run(args) if args.command == 'run' else diff(args)


if __name__ == '__main__':
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from _exit import run_tool

    run_tool(main)
