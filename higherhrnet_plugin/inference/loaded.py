"""Images on their way to the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..structures.people import People


@dataclass
class Loaded:
    """An image on its way to the network.

    Attributes:
        image (np.ndarray): uint8 (H, W, 3), BGR, upright.
        data (dict): What the test pipeline made of it: ``inputs``, a tensor
            or array (3, h, w) or one of every test scale, and more.
        hint (str): What may be wrong with the image, or ''.

    Examples:
        >>> from higherhrnet_plugin.inference import Predictor
        >>> predictor = Predictor.from_files('config.py', 'model.pth', 'cpu')
        >>> predictor.load('photo.png').image.shape
        (80, 96, 3)
    """

    image: np.ndarray
    data: dict[str, Any]
    hint: str = ''


class AnyPredictor(Protocol):
    """What runs a network, from a config and weights or an exported file."""

    @property
    def dataset_meta(self) -> dict[str, Any]:
        """dict: keypoints and skeleton, as mmpose has them."""

    @property
    def exact_batches(self) -> bool:
        """bool: whether images of several shapes may share a batch."""

    def load(self, image: Any) -> Loaded:
        """Read and prepare an image; may run in several threads at once."""

    def predict(self, batch: Sequence[Loaded]) -> list[People]:
        """Find the people of images."""
