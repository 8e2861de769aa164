"""Arguments that the tools for synthetic data sets share."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path


def add_data_set_arguments(
    parser: argparse.ArgumentParser,
    counts: Mapping[str, int],
    image_size: tuple[int, int],
    seed: int = 0,
) -> None:
    """Add what determines a data set, and where it goes.

    Args:
        parser: Parser of the tool.
        counts: Default number of images of every split.
        image_size: Default (w, h) in pixels.
        seed: Default seed.
    """
    parser.add_argument('out', type=Path, help='folder of the data set')
    for split, number in counts.items():
        parser.add_argument(
            f'--num-{split}',
            type=int,
            default=number,
            help=f'number of {split} images',
        )
    parser.add_argument(
        '--image-size',
        type=int,
        nargs=2,
        metavar=('W', 'H'),
        default=image_size,
        help='width and height of the images in pixels',
    )
    parser.add_argument('--seed', type=int, default=seed, help='random seed')
