"""Make a small synthetic data set for multi-person pose estimation.

The images show articulated cartoon people; the annotations have the format
of COCO person key points.  Use it to try out training and evaluation without
a large download.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from synthetic_people.coco_writer import SPLITS, Options
from synthetic_people.dataset_dir import (
    create_data_set,
    needs_writing,
    summarise,
)


def build_parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    defaults = Options()
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument('out', type=Path, help='folder of the data set')
    for split in SPLITS:
        parser.add_argument(
            f'--num-{split}',
            type=int,
            default=defaults.count(split),
            help=f'number of {split} images',
        )
    parser.add_argument(
        '--image-size',
        type=int,
        nargs=2,
        metavar=('W', 'H'),
        default=defaults.image_size,
        help='width and height of the images in pixels',
    )
    parser.add_argument(
        '--seed', type=int, default=defaults.seed, help='random seed'
    )
    parser.add_argument(
        '--workers',
        type=int,
        default=2,
        help='number of processes; the result does not depend on it',
    )
    parser.add_argument(
        '--overwrite',
        action='store_true',
        help='replace a data set made with other options',
    )
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tool.

    Args:
        argv: Arguments without the program name, None for those of the
            process.

    Returns:
        Exit status.
    """
    parser = build_parser()
    args = parser.parse_args(argv)
    try:
        if args.workers < 1:
            raise ValueError(f'workers must be positive, got {args.workers}')
        options = Options(
            num_train=args.num_train,
            num_val=args.num_val,
            image_size=tuple(args.image_size),
            seed=args.seed,
        )
        if not needs_writing(args.out, options, args.overwrite):
            print(f'{args.out} already holds this data set, nothing to do')
            return 0
        documents = create_data_set(args.out, options, args.workers)
    except (ValueError, OSError) as error:
        print(f'{parser.prog}: error: {error}', file=sys.stderr)
        return 2
    print(summarise(documents))
    return 0


if __name__ == '__main__':
    sys.exit(main())
