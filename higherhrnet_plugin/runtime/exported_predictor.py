"""From images to people, by an exported file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from ..codecs.decoding.decoder import Decoder
from ..codecs.decoding.resizing import map_shape
from ..images.inputs import check_resizing
from ..images.tiles import Inputs
from ..structures.people import People
from ..structures.tiles import TileOptions, parse_tiles
from .batches import KEPT_LEVELS, predict_in_batches
from .description import Description
from .preparing import Image, Prepared, prepare_image, stack_inputs
from .sessions import Session, open_session

# heatmaps and tags of the levels of one pass
Levels = list[tuple[np.ndarray, Optional[np.ndarray]]]


class ExportedPredictor:
    """Run an exported file, as :class:`.Predictor` runs a checkpoint.

    Args:
        session (Session): From :func:`open_session`; see :meth:`from_file`.
        description (Description, optional): Other settings than those of the
            file, from :meth:`.Description.changed`.
        stretch (bool): Show 16-bit images in the range of their values.
            Defaults to False.
        keep_levels (bool): Return the outputs of all levels, at scale 1 and
            not mirrored. Defaults to False.
        tiles (float | Mapping | TileOptions, optional): Also test larger
            images in parts, see :class:`.TileOptions`; a number is its
            ``pixels``. Defaults to None.

    Raises:
        ValueError: If the settings do not fit the file, or each other.

    Examples:
        >>> from higherhrnet_plugin.runtime import ExportedPredictor
        >>> predictor = ExportedPredictor.from_file('people.onnx')
        >>> people = predictor('photo.png')
        >>> people.keypoints.shape == (len(people.scores), 17, 2)
        True
    """

    # images of several shapes never share a batch of the network
    exact_batches = True

    def __init__(
        self,
        session: Session,
        description: Optional[Description] = None,
        stretch: bool = False,
        keep_levels: bool = False,
        tiles: Union[float, Mapping[str, Any], TileOptions, None] = None,
    ) -> None:
        self.session = session
        self.description = description or session.description
        check_resizing(self.description.scales, self.description.resize_mode)
        if keep_levels and self.description.aggregated:
            raise ValueError(
                'the file gives aggregated maps, so that there are no levels '
                'to show; export levels of maps'
            )
        self.decoder = Decoder(**self.description.decoder)
        if self.decoder.scorer is not None:
            self.decoder.scorer.check_keypoints(self.dataset_meta)
        self.stretch = stretch
        self.keep_levels = keep_levels
        self.tiles = parse_tiles(tiles)
        if keep_levels and self.tiles is not None:
            raise ValueError(KEPT_LEVELS)

    @classmethod
    def from_file(
        cls,
        path: Union[str, Path],
        device: Optional[str] = None,
        threads: Optional[int] = None,
        **options: Any,
    ) -> ExportedPredictor:
        """Open an exported file.

        Args:
            path (str | Path): The file.
            device (str, optional): See :func:`open_session`.
            threads (int, optional): See there.
            options (Any): Arguments of the class.

        Returns:
            ExportedPredictor: ready to predict.

        Raises:
            FileNotFoundError: If there is no such file.
            ImportError: If the library that runs it is not installed.
            ValueError: If it cannot be used.
        """
        return cls(open_session(path, device, threads), **options)

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: keypoints and skeleton, as mmpose has them."""
        return self.description.dataset_meta

    def __call__(
        self,
        images: Union[Image, Sequence[Image]],
        batch_size: int = 1,
    ) -> Union[People, list[People]]:
        """Find the people of images.

        Args:
            images (str | Path | np.ndarray | PIL.Image.Image | Sequence):
                One image, or a list or tuple of images, see :meth:`load`.
            batch_size (int): Images that run together. Defaults to 1.

        Returns:
            People | list[People]: of the image, or of each image of a list.

        Raises:
            TypeError: If something is no image.
            ValueError: If an image cannot be opened, read or resized, with
                the name of its file, or ``batch_size`` is below 1.
        """
        if not isinstance(images, (list, tuple)):
            return predict_in_batches(self, [images], batch_size)[0]
        return predict_in_batches(self, images, batch_size)

    def load(self, image: Image) -> Prepared:
        """Read and prepare an image; may run in several threads at once.

        Args:
            image (str | Path | np.ndarray | PIL.Image.Image): File, or an
                image in memory, see :func:`higherhrnet_plugin.images.to_bgr`.

        Returns:
            Prepared: for :meth:`predict`.

        Raises:
            TypeError: If it is no image, or an array of other numbers.
            ValueError: If it cannot be opened, read or resized; without its
                name, for who reports names beside errors.
        """
        return prepare_image(image, self.description, self.stretch, self.tiles)

    def predict(self, batch: Sequence[Prepared]) -> list[People]:
        """Find the people of images.

        Args:
            batch (Sequence[Prepared]): Of any shapes; those of one shape run
                together, and as many tiles as there are images.

        Returns:
            list[People]: of each image.
        """
        groups: dict[Any, list[int]] = defaultdict(list)
        for i, prepared in enumerate(batch):
            sizes = tuple(place.size for place, _ in prepared.data.values())
            if prepared.tiles is None or prepared.tiles.whole:
                groups[sizes].append(i)
        found: dict[int, People] = {}
        for members in groups.values():
            people = self._predict_group([batch[i].data for i in members])
            found.update(zip(members, people))
        for i, prepared in enumerate(batch):
            if prepared.tiles is not None:
                merged = prepared.tiles.find_people(
                    self._predict_group, len(batch), found.get(i)
                )
                found[i] = self.decoder.select(merged)
        return [found[i] for i in range(len(batch))]

    def _predict_group(self, batch: Sequence[Inputs]) -> list[People]:
        """Find the people of images whose inputs have the same shapes."""
        about = self.description
        placements = [inputs[1][0] for inputs in batch]
        size = placements[0].size
        if about.aggregated:
            heatmaps, tags = self.session.run(stack_inputs(batch, 1, about))
            people = self.decoder.find_people(heatmaps, tags)
            ratio = self.decoder.pixels_per_cell(map_shape(heatmaps), size)
            people = [
                p._replace(keypoints=p.keypoints * ratio) for p in people
            ]
            levels: Levels = []
        else:
            # scale 1 comes first, as the estimator has it
            scales = sorted(about.scales, key=lambda scale: scale != 1)
            outputs = [
                self._run_levels(stack_inputs(batch, scale, about))
                for scale in scales
            ]
            levels = outputs[0][0]
            people = self.decoder.predict(
                outputs,
                scales,
                size,
                about.flip_indices,
                about.project_to_image,
            )
        kept = levels if self.keep_levels else []
        return [
            p._replace(
                keypoints=place.to_image(p.keypoints),
                levels=[(h[i], None if t is None else t[i]) for h, t in kept],
            )
            for i, (p, place) in enumerate(zip(people, placements))
        ]

    def _run_levels(self, images: np.ndarray) -> list[Levels]:
        """Run the network on images and, with a flip test, their mirrors."""
        about = self.description
        maps = dict(zip(about.outputs, self.session.run(images)))
        passes = [_collect_levels(maps, '')]
        if about.flip and about.flips_inside:
            passes.append(_collect_levels(maps, 'mirrored_'))
        elif about.flip:
            mirrored = np.ascontiguousarray(images[..., ::-1])
            maps = dict(zip(about.outputs, self.session.run(mirrored)))
            passes.append(_collect_levels(maps, ''))
        return passes


def _collect_levels(maps: dict[str, np.ndarray], prefix: str) -> Levels:
    """Bring the outputs of one pass into the order of the levels."""
    names = [n for n in maps if n.startswith(f'{prefix}heatmaps_')]
    numbers = sorted(int(name.rpartition('_')[2]) for name in names)
    return [
        (maps[f'{prefix}heatmaps_{i}'], maps.get(f'{prefix}tags_{i}'))
        for i in numbers
    ]
