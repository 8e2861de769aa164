"""Images on their way to the network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass
class Loaded:
    """An image on its way to the network.

    Attributes:
        image (np.ndarray): uint8 (H, W, 3), BGR, upright.
        data (dict): What the test pipeline made of it.
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
