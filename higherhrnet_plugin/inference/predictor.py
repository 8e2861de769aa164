"""From images to people, in batches of any shapes."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Optional, Union, cast

import numpy as np
import torch
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from torch import Tensor, nn

from ..models import MultiScaleBottomupPoseEstimator
from ..runtime import ExportedPredictor, is_exported
from ..runtime.batches import KEPT_LEVELS, predict_in_batches
from ..structures.people import People
from ..structures.tiles import TileOptions, parse_tiles
from .loaded import Loaded
from .loading import Image, load_image
from .model import (
    build_test_pipeline,
    choose_device,
    load_estimator,
    read_config,
    set_tiles,
)


class Predictor:
    """Run an estimator behind the test pipeline of its config.

    Args:
        model (nn.Module): The estimator, from :func:`load_estimator`; see
            :meth:`from_files`.
        amp_dtype (torch.dtype, optional): Run the network in mixed precision
            with this type; its outputs are decoded in float32. Defaults to
            None, which is float32 throughout.
        keep_levels (bool): Return the outputs of all levels, at scale 1 and
            not mirrored. Defaults to False.
        tiles (float | Mapping | TileOptions, optional): Test larger images
            in tiles, see :class:`.TileOptions`; a number is its ``pixels``.
            Defaults to what the config says.

    Raises:
        ValueError: If the test pipeline does not begin with loading, or
            makes tiles that the estimator, or ``keep_levels``, cannot take.

    Examples:
        >>> from higherhrnet_plugin.inference import Predictor
        >>> predictor = Predictor.from_files('config.py', 'model.pth', 'cpu')
        >>> people = predictor('photo.png')
        >>> people.keypoints.shape == (len(people.scores), 17, 2)
        True
    """

    def __init__(
        self,
        model: Any,
        amp_dtype: Optional[torch.dtype] = None,
        keep_levels: bool = False,
        tiles: Union[float, Mapping[str, Any], TileOptions, None] = None,
    ) -> None:
        self.model = model
        self.amp_dtype = amp_dtype
        self.keep_levels = keep_levels
        self.device = next(model.parameters()).device
        cfg = self.model.cfg
        if (options := parse_tiles(tiles)) is not None:
            cfg = copy.deepcopy(cfg)
            set_tiles(cfg, asdict(options))
        first, *others = build_test_pipeline(cfg).transforms
        self._load, self._transform = first, Compose(others)
        self._check_tiles(others)
        self._outputs: list[Any] = []
        self.model.head.register_forward_hook(self._on_outputs)

    @classmethod
    def from_files(
        cls,
        config: Union[str, Path, Config],
        weights: Union[str, Path, None] = None,
        device: Optional[str] = None,
        **options: Any,
    ) -> Predictor:
        """Build the model of a config with the weights of a file.

        Args:
            config (str | Path | Config): The config, or its file; or an
                exported file, which needs no weights.
            weights (str | Path, optional): Checkpoint of any origin, or its
                address, see :func:`load_estimator`.
            device (str, optional): Device of torch. Defaults to a GPU if
                torch sees one, else the CPU.
            options (Any): Arguments of the class, or, for an exported file,
                of :class:`.ExportedPredictor`.

        Returns:
            Predictor: ready to predict.

        Raises:
            FileNotFoundError: If a file is missing.
            ValueError: If the weights do not fit, or are given beside an
                exported file, or the config or the device cannot be used.
        """
        if not isinstance(config, Config):
            if is_exported(config):
                from .exported import FilePredictor

                if weights is not None:
                    raise ValueError(
                        f'{config} is an exported file, which holds its '
                        f'weights: leave out `weights`, got {weights}'
                    )
                exported = ExportedPredictor.from_file(
                    config, device, **options
                )
                # it has all that this class has, but for the model
                return cast(Predictor, FilePredictor(exported))
            config = read_config(config)
        if weights is None:
            raise ValueError(
                'a config needs `weights`, only an exported file does not'
            )
        place = str(choose_device(device))
        return cls(load_estimator(config, weights, place), **options)

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
            ValueError: If an image cannot be read or predicted, with the
                name of its file.
        """
        if not isinstance(images, (list, tuple)):
            return predict_in_batches(self, [images], 1)[0]
        if batch_size > 1 and not self.exact_batches:
            raise ValueError(
                'batch_size above 1 needs MultiScaleBottomupPoseEstimator in '
                'the config, as others pad images of several shapes'
            )
        return predict_in_batches(self, images, batch_size)

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: keypoints and skeleton, as mmpose has them."""
        return self.model.dataset_meta

    @property
    def exact_batches(self) -> bool:
        """bool: whether images of several shapes may share a batch."""
        return isinstance(self.model, MultiScaleBottomupPoseEstimator)

    def load(self, image: Image) -> Loaded:
        """Read and prepare an image; may run in several threads at once.

        Args:
            image (str | Path | np.ndarray | PIL.Image.Image): File, or an
                image in memory, see :func:`higherhrnet_plugin.images.to_bgr`:
                arrays are BGR, images of Pillow RGB.

        Returns:
            Loaded: for :meth:`predict`.

        Raises:
            TypeError: If it is no image, or an array of other numbers.
            ValueError: If it cannot be read, or the pipeline cannot take it;
                without its name.
        """
        meta = self.model.dataset_meta
        return load_image(image, meta, self._load, self._transform)

    @torch.no_grad()
    def predict(self, batch: Sequence[Loaded]) -> list[People]:
        """Find the people of images.

        Args:
            batch (Sequence[Loaded]): Of any shapes; of one shape where levels
                are kept, and one alone for an estimator without
                ``exact_batches``.

        Returns:
            list[People]: of each image.

        Raises:
            ValueError: If levels are kept of images of several shapes.
        """
        self._outputs.clear()
        inputs = pseudo_collate([loaded.data for loaded in batch])
        with self._autocast():
            samples = self.model.test_step(inputs)
        if self._outputs and len(self._outputs[0][0]) != len(samples):
            raise ValueError(
                '`keep_levels` needs images of one shape in a batch, whose '
                f'maps the head gives at once, got {len(samples)} images of '
                'several: use batch_size=1'
            )
        return [self._to_people(i, s) for i, s in enumerate(samples)]

    def _check_tiles(self, transforms: Sequence[Any]) -> None:
        """Refuse tiles that would be lost, or have maps of their own."""
        if all(getattr(t, 'tiles', None) is None for t in transforms):
            return
        if self.keep_levels:
            raise ValueError(KEPT_LEVELS)
        if not self.exact_batches:
            raise ValueError(
                '`tiles` needs MultiScaleBottomupPoseEstimator in the config, '
                f'found {type(self.model).__name__}'
            )

    def _autocast(self) -> contextlib.AbstractContextManager:
        """Return the context of mixed precision, if wanted."""
        if self.amp_dtype is None:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, dtype=self.amp_dtype)

    def _on_outputs(self, head: nn.Module, args: Any, levels: Any) -> Any:
        """Bring the outputs of the head to float32, and keep the first."""
        levels = [
            tuple(None if maps is None else maps.float() for maps in level)
            for level in levels
        ]
        if self.keep_levels and not self._outputs:
            self._outputs.extend(levels)
        return levels

    def _to_people(self, i: int, sample: Any) -> People:
        """Take the people out of a sample, the i-th of its batch."""
        levels = [
            (_to_array(h[i]), None if t is None else _to_array(t[i]))
            for h, t in self._outputs
        ]
        people = People.from_instances(sample.pred_instances)
        return people._replace(levels=levels)


def _to_array(maps: Tensor) -> np.ndarray:
    """Copy a tensor to a float32 array."""
    return maps.float().cpu().numpy()
