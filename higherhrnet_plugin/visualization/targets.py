"""Pure functions that draw training targets.

Note:
    - N: people, K: keypoints, (h, w): size of a level, (H, W): of the image
    - images are uint8 (H, W, 3), BGR
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import cv2
import numpy as np

from .drawing import person_color

# BGR
_SHADE = np.array([60, 60, 230])
_STRIPE = 12


def draw_mask(image: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Shade the cells that do not count, with stripes.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        mask (np.ndarray): bool (h, w), False where the loss is 0.

    Returns:
        np.ndarray: uint8 (H, W, 3); what counts is left as it is.
    """
    height, width = image.shape[:2]
    off = cv2.resize(
        np.asarray(mask == 0, np.uint8),
        (width, height),
        interpolation=cv2.INTER_NEAREST,
    ).astype(bool)
    rows, columns = np.mgrid[:height, :width]
    dark = (rows + columns) % _STRIPE < _STRIPE // 2
    alpha = np.where(dark, 0.35, 0.6)[..., None]
    shaded = 0.7 * image * (1 - alpha) + _SHADE * alpha
    return np.where(off[..., None], np.round(shaded), image).astype(np.uint8)


def draw_tag_cells(
    image: np.ndarray, indices: np.ndarray, size: tuple[int, int]
) -> np.ndarray:
    """Draw the cells whose tags are trained, in the colour of their person.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        indices (np.ndarray): int (N, K, 2), rows ``[y * w + x, valid]`` of
            the level.
        size (tuple[int, int]): (w, h) of the level.

    Returns:
        np.ndarray: uint8 (H, W, 3), the image in dark grey with the cells on
        it; where people share a cell the last is seen.
    """
    height, width = image.shape[:2]
    grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    picture = cv2.cvtColor(grey // 3, cv2.COLOR_GRAY2BGR)
    # where the cells begin, in pixels of the picture
    edges_x = np.round(np.linspace(0, width, size[0] + 1)).astype(int)
    edges_y = np.round(np.linspace(0, height, size[1] + 1)).astype(int)
    for n, person in enumerate(indices):
        for position, valid in person:
            if valid:
                y, x = divmod(int(position), size[0])
                picture[
                    edges_y[y] : edges_y[y + 1], edges_x[x] : edges_x[x + 1]
                ] = person_color(n)
    return picture


def number_people(
    image: np.ndarray,
    keypoints: np.ndarray,
    visible: np.ndarray,
    numbers: Optional[Sequence[int]] = None,
) -> np.ndarray:
    """Write the number of every person above the highest keypoint seen.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        keypoints (np.ndarray): (N, K, 2), (x, y) in image pixels.
        visible (np.ndarray): (N, K), seen where above 0.
        numbers (Sequence[int], optional): (N,). Defaults to 0, 1, ...

    Returns:
        np.ndarray: uint8 (H, W, 3), a new image.
    """
    picture = np.ascontiguousarray(image.copy())
    height, width = image.shape[:2]
    inside = (keypoints >= 0).all(-1) & (keypoints < (width, height)).all(-1)
    scale = max(0.4, max(height, width) / 1000)
    for n, (points, seen) in enumerate(zip(keypoints, inside & (visible > 0))):
        if not seen.any():
            continue
        x, y = points[seen][points[seen][:, 1].argmin()]
        number = n if numbers is None else int(numbers[n])
        text = str(number)
        (w, h), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_DUPLEX, scale, 1)
        place = (
            int(np.clip(x - w / 2, 1, max(1, width - w - 1))),
            int(np.clip(y - h, h + 1, height - 1)),
        )
        # a dark rim keeps the number readable on any ground
        for color, thick in (((0, 0, 0), 4), (person_color(number), 1)):
            cv2.putText(
                picture,
                text,
                place,
                cv2.FONT_HERSHEY_DUPLEX,
                scale,
                color,
                thick,
                cv2.LINE_AA,
            )
    return picture


def arrange_pictures(
    pictures: Sequence[np.ndarray], columns: int, gap: int = 8
) -> np.ndarray:
    """Put pictures into rows on white ground.

    Args:
        pictures (Sequence[np.ndarray]): uint8 (H, W, 3) each.
        columns (int): Pictures a row.
        gap (int): Pixels between and around them. Defaults to 8.

    Returns:
        np.ndarray: uint8 (H, W, 3).
    """
    high = max(picture.shape[0] for picture in pictures) + gap
    wide = max(picture.shape[1] for picture in pictures) + gap
    rows = -(-len(pictures) // columns)
    sheet = np.full(
        (rows * high + gap, columns * wide + gap, 3), 255, np.uint8
    )
    for i, picture in enumerate(pictures):
        y, x = gap + i // columns * high, gap + i % columns * wide
        sheet[y : y + picture.shape[0], x : x + picture.shape[1]] = picture
    return sheet
