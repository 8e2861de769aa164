"""Tiles of an image as samples of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from mmpose.structures import PoseDataSample

from ...structures.geometry import Placement

# what is the same for all tiles, and read in a test
_SHARED = ('flip_indices', 'use_udp')


def describe_tile(
    image: Mapping[str, Any], inputs: Mapping[float, Any]
) -> PoseDataSample:
    """Describe a tile as the test pipeline describes an image.

    Args:
        image (Mapping): Metainfo of the image.
        inputs (Mapping[float, tuple[Placement, np.ndarray]]): From
            :meth:`.TiledImage.inputs`.

    Returns:
        PoseDataSample: with the metainfo that a test reads.
    """
    placement: Placement = inputs[1][0]
    others = {scale: pixels for scale, (_, pixels) in inputs.items()}
    pixels: np.ndarray = others.pop(1)
    meta = {
        **{key: image[key] for key in _SHARED if key in image},
        'img_shape': pixels.shape[:2],
        'input_size': placement.size,
        'input_center': placement.center,
        'input_scale': placement.scale,
    }
    if others:
        meta.update(aug_scales=list(others), aug_imgs=[*others.values()])
    sample = PoseDataSample()
    sample.set_metainfo(meta)
    return sample
