"""A large image as the inputs of its tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional

import cv2
import numpy as np

from ..structures.geometry import Placement, input_base
from ..structures.people import People
from ..structures.tile_merging import fits_a_tile, merge_tiles
from ..structures.tiles import TileOptions, place_tiles
from .inputs import make_inputs

# Input pixels, of which tiles begin at multiples: the coarsest cells of an
# HRNet, so that the same person looks the same in two tiles.
STRIDE = 32

Inputs = dict[float, tuple[Placement, np.ndarray]]
Predict = Callable[[Sequence[Inputs]], Sequence[People]]


class TiledImage:
    """An image that is larger than a tile, on its way to the network.

    Tiles are cut out when their turn comes, so that memory does not grow with
    their number.

    Args:
        image (np.ndarray): uint8 (H, W, 3); not copied, and not changed.
        options (TileOptions): How to cut it.
        sigmas (Sequence[float]): (K,), tolerances of the keypoints.
        input_size (tuple[int, int]): (w, h) at scale 1.
        scales (Sequence[float]): Test scales.
        size_factor (int): See :func:`.place_image`.
        resize_mode (str): See there.
        use_udp (bool): See there.

    Attributes:
        whole (bool): Whether the whole image is to be tested as well.
        boxes (np.ndarray): int64 (T, 4), (x1, y1, x2, y2) of the tiles.
    """

    def __init__(
        self,
        image: np.ndarray,
        options: TileOptions,
        sigmas: Sequence[float],
        input_size: tuple[int, int],
        scales: Sequence[float],
        size_factor: int,
        resize_mode: str,
        use_udp: bool,
    ) -> None:
        self.image = image
        self.whole = options.whole
        self.sigmas = np.asarray(sigmas, np.float64)
        self._resizing = input_size, scales, size_factor, resize_mode, use_udp
        base = input_base(input_size, min(scales), size_factor)
        width, height = (
            max(1, round(side * options.pixels / min(scales))) for side in base
        )
        unit = STRIDE * options.pixels
        self.boxes = place_tiles(
            self.size, (width, height), options.overlap, unit
        )

    def __deepcopy__(self, memo: Any) -> TiledImage:
        """Return itself, as samples copy what they hold, and it is large."""
        return self

    def __len__(self) -> int:
        """Return the number of tiles."""
        return len(self.boxes)

    @property
    def size(self) -> tuple[int, int]:
        """tuple[int, int]: (w, h) of the image."""
        return self.image.shape[1], self.image.shape[0]

    def inputs(self, i: int) -> Inputs:
        """Cut a tile out, and resize it for every test scale.

        Args:
            i (int): Which tile.

        Returns:
            dict[float, tuple[Placement, np.ndarray]]: as :func:`make_inputs`
            has them, within the tile. Beyond the image it is black.
        """
        x1, y1, x2, y2 = self.boxes[i].tolist()
        tile = self.image[y1:y2, x1:x2]
        below, right = y2 - y1 - tile.shape[0], x2 - x1 - tile.shape[1]
        if below or right:
            tile = cv2.copyMakeBorder(
                tile, 0, below, 0, right, cv2.BORDER_CONSTANT
            )
        return make_inputs(tile, *self._resizing)

    def find_people(
        self, predict: Predict, batch_size: int, whole: Optional[People]
    ) -> People:
        """Find the people of all tiles, and merge them.

        Args:
            predict (Callable): Finds the people of a list of inputs, of one
                shape, in pixels of the tile.
            batch_size (int): Tiles that run together.
            whole (People, optional): Those of the whole image; of them count
                who is too large for a tile.

        Returns:
            People: each once, in pixels of the image.
        """
        found: list[People] = []
        for start in range(0, len(self), batch_size):
            numbers = range(start, min(start + batch_size, len(self)))
            people = predict([self.inputs(i) for i in numbers])
            found += [
                p._replace(
                    keypoints=p.keypoints
                    + self.boxes[i, :2].astype(p.keypoints.dtype)
                )
                for i, p in zip(numbers, people)
            ]
        boxes = self.boxes
        if whole is not None:
            x1, y1, x2, y2 = boxes[0].tolist()
            fit = fits_a_tile(whole, (x2 - x1, y2 - y1))
            found.append(whole.choose(np.flatnonzero(~fit)))
            boxes = np.vstack((boxes, (0, 0, *self.size)))
        return merge_tiles(found, boxes, self.size, self.sigmas)


def tile_image(
    image: np.ndarray, options: Optional[TileOptions], *settings: Any
) -> Optional[TiledImage]:
    """Cut an image into tiles, if it is larger than one.

    Args:
        image (np.ndarray): uint8 (H, W, 3).
        options (TileOptions, optional): None for no tiles.
        settings (Any): Further arguments of :class:`TiledImage`.

    Returns:
        TiledImage | None: None if it fits into one tile.
    """
    if options is None:
        return None
    tiled = TiledImage(image, options, *settings)
    return tiled if len(tiled) > 1 else None
