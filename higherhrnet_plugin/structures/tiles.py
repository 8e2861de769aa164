"""How a large image is cut into tiles that overlap.

Note:
    - T: tiles
    - sizes are (w, h), boxes (x1, y1, x2, y2), both in image pixels
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Optional, Union

import numpy as np

# share of a tile's side beside a border that cuts the image, where keypoints
# lack the picture around them
BORDER = 1 / 16


@dataclass(frozen=True)
class TileOptions:
    """How images that are larger than a tile are tested.

    Attributes:
        pixels (float): Image pixels for one input pixel, along each side; a
            tile shows ``pixels`` times the input size. Defaults to 1.
        overlap (float): Least share of a tile's side that its neighbour
            shows, too. People up to this size are whole in some tile.
            Defaults to 0.25.
        whole (bool): Whether the whole image is tested as well, for people
            who are too large for a tile. Defaults to False.

    Raises:
        ValueError: If a number is out of its range.
    """

    pixels: float = 1
    overlap: float = 0.25
    whole: bool = False

    def __post_init__(self) -> None:
        """Check the numbers."""
        for key in ('pixels', 'overlap'):
            value = getattr(self, key)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise ValueError(
                    f'`tiles.{key}` must be a number, got {value!r}'
                )
        if not (math.isfinite(self.pixels) and self.pixels > 0):
            raise ValueError(
                '`tiles.pixels` must be positive, as it is the number of '
                f'image pixels for one input pixel; got {self.pixels}'
            )
        if not 2 * BORDER < self.overlap < 1:
            raise ValueError(
                f'`tiles.overlap` must be above {2 * BORDER} and below 1, as '
                f'{BORDER} of a tile beside each of its borders is not '
                f'trusted; got {self.overlap}'
            )
        if not isinstance(self.whole, bool):
            raise ValueError(
                f'`tiles.whole` must be True or False, got {self.whole!r}'
            )


def parse_tiles(
    value: Union[float, Mapping[str, Any], TileOptions, None],
) -> Optional[TileOptions]:
    """Read the option ``tiles``.

    Args:
        value (float | Mapping | TileOptions | None): ``pixels`` alone, all
            fields by name, or None for no tiles.

    Returns:
        TileOptions | None: the same, checked.

    Raises:
        ValueError: If a name is unknown or a number out of its range.
    """
    if value is None or isinstance(value, TileOptions):
        return value
    if not isinstance(value, Mapping):
        return TileOptions(value)
    names = [field.name for field in fields(TileOptions)]
    unknown = [key for key in value if key not in names]
    if unknown:
        raise ValueError(f'`tiles` has {unknown}; it may have {names}')
    return TileOptions(**value)


def change_tiles(
    value: Union[float, Mapping[str, Any], TileOptions, None],
    changes: Mapping[str, Any],
) -> TileOptions:
    """Change how images are tested in tiles, or begin to.

    Args:
        value (float | Mapping | TileOptions | None): As in
            :func:`parse_tiles`.
        changes (Mapping[str, Any]): Fields with other values.

    Returns:
        TileOptions: the result.

    Raises:
        ValueError: If there are no tiles yet and ``pixels`` is not among the
            changes, or a number is out of its range.
    """
    options = parse_tiles(value)
    if options is None and 'pixels' not in changes:
        raise ValueError(
            f'{dict(changes)} is for tiles, and nothing asks for them: give '
            '--tiles as well'
        )
    return replace(options or TileOptions(), **changes)


def place_tiles(
    image_size: tuple[int, int],
    tile_size: tuple[int, int],
    overlap: float,
    unit: float = 1,
) -> np.ndarray:
    """Cover an image with tiles of one size, evenly spread.

    Args:
        image_size (tuple[int, int]): (w, h) of the image.
        tile_size (tuple[int, int]): (w, h) of a tile.
        overlap (float): Least share of a side that neighbours have in common.
        unit (float): Tiles begin at multiples of it, rounded to whole pixels.
            Defaults to 1.

    Returns:
        np.ndarray: int64 (T, 4), boxes in reading order. The last tiles may
        reach beyond the image to the right and below.

    Raises:
        ValueError: If tiles that overlap so much cannot begin at multiples of
            the unit.
    """
    starts = [
        _spread(length, side, overlap, unit)
        for length, side in zip(image_size, tile_size)
    ]
    y, x = (axis.ravel() for axis in np.meshgrid(*starts[::-1], indexing='ij'))
    return np.stack((x, y, x + tile_size[0], y + tile_size[1]), axis=1)


def _spread(length: int, side: int, overlap: float, unit: float) -> np.ndarray:
    """Return where the tiles along one side of an image begin."""
    # in units, a fraction of a pixel aside
    step = int(side * (1 - overlap) / unit + 1e-6)
    if step < 1:
        raise ValueError(
            f'`tiles.overlap` {overlap} leaves no step of {unit:g} pixels '
            f'between tiles of {side} pixels'
        )
    last = max(0, math.ceil((length - side) / unit))
    number = 1 + math.ceil(last / step)
    starts = np.linspace(0, last, number).round() * unit
    return starts.round().astype(np.int64)


def trusted_boxes(
    boxes: np.ndarray, image_size: tuple[int, int]
) -> np.ndarray:
    """Leave out what lies beside borders that cut the image.

    Args:
        boxes (np.ndarray): (T, 4), of tiles.
        image_size (tuple[int, int]): (w, h) of the image.

    Returns:
        np.ndarray: float64 (T, 4), boxes that end ``BORDER`` of a side before
        a cut, and nowhere where the image ends by itself.
    """
    sides = boxes[:, 2:] - boxes[:, :2]
    low = np.where(boxes[:, :2] > 0, boxes[:, :2] + BORDER * sides, -np.inf)
    ends = boxes[:, 2:] < np.array(image_size)
    high = np.where(ends, boxes[:, 2:] - BORDER * sides, np.inf)
    return np.hstack((low, high))
