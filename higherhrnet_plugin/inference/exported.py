"""Exported files in place of a config and weights."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Optional, Union

import numpy as np

from ..runtime import ExportedPredictor, open_session
from ..runtime.preparing import Image, Prepared
from ..structures.people import People
from ..structures.tiles import change_tiles
from .loaded import Loaded
from .tile_arguments import tile_changes

# of the arguments of the command, what a file does not hold inside
_DECODER = ('instance_thr', 'min_keypoints', 'nms_thr', 'max_instances')


class FilePredictor:
    """A :class:`.Predictor` whose network is an exported file; no torch.

    Args:
        exported (ExportedPredictor): What runs the file.
    """

    def __init__(self, exported: ExportedPredictor) -> None:
        self.exported = exported

    def __call__(
        self,
        images: Union[Image, Sequence[Image]],
        batch_size: int = 1,
    ) -> Union[People, list[People]]:
        """Find the people of images; see :meth:`.Predictor.__call__`."""
        return self.exported(images, batch_size)

    @property
    def exact_batches(self) -> bool:
        """bool: whether images of several shapes may share a batch."""
        return True

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: keypoints and skeleton, as mmpose has them."""
        return self.exported.dataset_meta

    def load(self, image: Image) -> Loaded:
        """Read and prepare an image; see :meth:`.Predictor.load`."""
        prepared = self.exported.load(image)
        planes = np.moveaxis(prepared.data[1][1], -1, 0)
        data = {'inputs': planes, 'prepared': prepared}
        return Loaded(prepared.image, data, prepared.hint)

    def predict(self, batch: Sequence[Loaded]) -> list[People]:
        """Find the people of images; see :meth:`.Predictor.predict`."""
        found: list[Prepared] = [loaded.data['prepared'] for loaded in batch]
        return self.exported.predict(found)


def open_exported(
    args: argparse.Namespace, device: Optional[str]
) -> FilePredictor:
    """Open the exported file that the command was given as CONFIG.

    Args:
        args (argparse.Namespace): From :func:`parse_args`.
        device (str, optional): See :func:`.open_session`. Defaults to the
            CPU, whatever torch sees.

    Returns:
        FilePredictor: with the arguments in place of what the file says.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If the library that runs it is not installed.
        ValueError: If an argument does not fit it.
    """
    session = open_session(args.config, device)
    wanted = {key: getattr(args, key) for key in _DECODER}
    wanted['fill_missing'] = False if args.no_fill else None
    options = {k: value for k, value in wanted.items() if value is not None}
    about = session.description.changed(args.scales, args.flip, **options)
    changes = tile_changes(args)
    tiles = change_tiles(None, changes) if changes else None
    return FilePredictor(
        ExportedPredictor(session, about, args.stretch, args.draw_maps, tiles)
    )
