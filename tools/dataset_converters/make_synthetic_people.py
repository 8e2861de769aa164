"""Make a small synthetic data set for multi-person pose estimation.

The images show articulated cartoon people; the annotations have the format
of COCO person key points.  Use it to try out training and evaluation without
a large download.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from synthetic_people.arguments import add_data_set_arguments
from synthetic_people.options import KINDS, SPLITS, Options


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """Parse the command line."""
    defaults = Options()
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add_data_set_arguments(
        parser,
        {split: defaults.count(split) for split in SPLITS},
        defaults.image_size,
        defaults.seed,
    )
    parser.add_argument(
        '--people',
        choices=KINDS,
        default=defaults.people,
        help='who is in the images: mostly one to four of medium size, or '
        '6 to 15 from a sixteenth of the height of the image to four '
        'fifths, many of them close together',
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
    return parser.parse_args(argv)


if __name__ == '__main__':
    # before the imports that take seconds
    parse_args()

from synthetic_people.coco_writer import write_data_set
from synthetic_people.dataset_dir import (
    marked_while_written,
    needs_writing,
    summarise,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the tool.

    Args:
        argv: Arguments without the program name, None for those of the
            process.

    Returns:
        Exit status.
    """
    args = parse_args(argv)
    try:
        if args.workers < 1:
            raise ValueError(f'workers must be positive, got {args.workers}')
        options = Options(
            num_train=args.num_train,
            num_val=args.num_val,
            image_size=tuple(args.image_size),
            seed=args.seed,
            people=args.people,
        )
        if not needs_writing(args.out, options, args.overwrite):
            print(f'{args.out} already holds this data set, nothing to do')
            return 0
        with marked_while_written(args.out, options):
            documents = write_data_set(args.out, options, args.workers)
    except (ValueError, OSError) as error:
        print(f'error: {error}', file=sys.stderr)
        return 2
    print(summarise(documents))
    return 0


if __name__ == '__main__':
    sys.exit(main())
