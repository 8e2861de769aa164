"""The arguments of the command that cut large images into tiles."""

from __future__ import annotations

import argparse
from typing import Any, Callable

from .argument_types import finite_number


def add_tile_arguments(add: Callable[..., Any]) -> None:
    """Add how large images are cut."""
    add(
        '--tiles',
        type=finite_number,
        metavar='P',
        help='test images that are larger than the input in tiles, with P '
        'image pixels for one input pixel, as in --tiles 1',
    )
    add(
        '--tile-overlap',
        type=finite_number,
        metavar='F',
        help='least share of a tile that its neighbour shows, too (default: '
        '0.25)',
    )
    add(
        '--tile-whole',
        action='store_true',
        help='look at the whole of an image in tiles, too, for people who are '
        'too large for a tile',
    )


def tile_changes(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the arguments say of tiles.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.

    Returns:
        dict[str, Any]: fields of :class:`.TileOptions` that were given.
    """
    given = {
        'pixels': args.tiles,
        'overlap': args.tile_overlap,
        'whole': args.tile_whole or None,
    }
    return {key: value for key, value in given.items() if value is not None}
