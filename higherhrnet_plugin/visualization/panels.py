"""A picture and the maps of all levels, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import cv2
import numpy as np

from .drawing import draw_heatmaps, draw_tags, label_picture


def draw_panels(
    picture: np.ndarray,
    label: str,
    image: np.ndarray,
    levels: Sequence[tuple[np.ndarray, Optional[np.ndarray]]],
) -> np.ndarray:
    """Put a picture and the maps over the network's input side by side.

    Note:
        - K: keypoints, L: tag dimension, (h, w): size of a level

    Args:
        picture (np.ndarray): uint8 (H, W, 3), BGR, the first panel.
        label (str): ASCII, above it.
        image (np.ndarray): uint8 (H', W', 3), BGR, input of the network; it
            is shown as high as the picture.
        levels (Sequence[tuple]): heatmaps float (K, h, w), and tags
            (L*K, h, w) or (L, h, w), of which the first is shown, or None.

    Returns:
        np.ndarray: uint8 (H'', W'', 3).
    """
    panels = [label_picture(picture, label)]
    scale = picture.shape[0] / image.shape[0]
    image = cv2.resize(image, None, fx=scale, fy=scale)
    for i, (heatmaps, tags) in enumerate(levels):
        k, height, width = heatmaps.shape
        panels.append(
            label_picture(
                draw_heatmaps(image, heatmaps),
                f'heatmaps, level {i} ({width}x{height})',
            )
        )
        if tags is not None:
            first = tags[:k] if len(tags) % k == 0 else tags[:1]
            panels.append(
                label_picture(
                    draw_tags(image, heatmaps, first), f'tags, level {i}'
                )
            )
    height = max(panel.shape[0] for panel in panels)
    return np.hstack(
        [
            cv2.copyMakeBorder(
                panel, 0, height - panel.shape[0], 0, 4, 0, value=(255,) * 3
            )
            for panel in panels
        ]
    )
