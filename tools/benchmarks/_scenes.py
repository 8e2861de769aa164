"""Made-up network outputs with people, for measurements.

Note:
    - K: keypoints, (h, w): size of a level
    - level 0 has 1/4 and level 1 has 1/2 of the image's resolution
"""

from __future__ import annotations

import cv2
import numpy as np
import torch
from torch import Tensor

NUM_KEYPOINTS = 17

Level = tuple[Tensor, 'Tensor | None']


def mirrored_keypoints(keypoints: int) -> list[int]:
    """Swap neighbours but the first, as COCO does: 0, 2, 1, 4, 3, ...

    Args:
        keypoints (int): K, an odd number.

    Returns:
        list[int]: index of the mirrored keypoint of each.
    """
    return [0] + [k + 1 - 2 * (1 - k % 2) for k in range(1, keypoints)]


def _peaks(
    rng: np.random.Generator,
    people: int,
    size: tuple[int, int],
    keypoints: int,
) -> list[tuple[int, int, float, float, float]]:
    """Draw (keypoint, person, x, y, score) rows, in pixels of the image."""
    rows = []
    extent = min(size) * rng.uniform(0.08, 0.25, people)
    centers = rng.uniform(0.1, 0.9, (people, 2)) * size
    for n, k in np.ndindex(people, keypoints):
        if rng.random() < 0.3:
            continue
        x, y = rng.normal(centers[n], extent[n])
        weak = rng.random() < 0.12
        score = rng.uniform(0.01, 0.09) if weak else rng.uniform(0.3, 0.95)
        rows.append((k, n, x, y, score))
    for k in range(keypoints):
        for _ in range(rng.integers(0, 2) if people else 0):
            x, y = rng.uniform(0, size)
            rows.append((k, -1, x, y, rng.uniform(0.1, 0.3)))
    return rows


def _stamp(target: np.ndarray, x: float, y: float, score: float) -> None:
    """Draw a Gaussian of sigma 2 cells into (h, w)."""
    height, width = target.shape
    left, top = max(0, int(x) - 7), max(0, int(y) - 7)
    right, below = min(width, int(x) + 8), min(height, int(y) + 8)
    if left >= right or top >= below:
        return
    rows, columns = np.mgrid[top:below, left:right]
    square = (columns - int(x)) ** 2 + (rows - int(y)) ** 2
    part = target[top:below, left:right]
    np.maximum(part, score * np.exp(-square / 8), out=part)


def _smooth_noise(
    rng: np.random.Generator,
    size: tuple[int, int],
    scale: float,
    keypoints: int,
) -> np.ndarray:
    """Draw smooth and white noise, float32 (K, h, w)."""
    width, height = size
    coarse = rng.normal(0, scale, (keypoints, height // 8, width // 8))
    smooth = [cv2.resize(c, size) for c in coarse.astype(np.float32)]
    white = rng.normal(0, scale / 3, (keypoints, height, width))
    return np.stack(smooth) + white.astype(np.float32)


def make_levels(
    rng: np.random.Generator,
    people: int,
    size: tuple[int, int],
    keypoints: int = NUM_KEYPOINTS,
) -> list[list[Level]]:
    """Make what the network gives for an image and its mirror image.

    Joints have scores of 0.3 to 0.95, 12 % of them of 0.01 to 0.09; each
    keypoint has up to one false peak; tags of two people lie 1.6 to 2.4
    apart and have noise of 0.05 to 0.25.

    Args:
        rng (np.random.Generator): Source of chance.
        people (int): True people.
        size (tuple[int, int]): (W, H) of the image, multiples of 32.
        keypoints (int): K. Defaults to 17.

    Returns:
        list[list[tuple]]: levels of the image and of its mirror image, each
        heatmaps (1, K, h, w) and tags (1, K, h, w) or None.
    """
    rows = _peaks(rng, people, size, keypoints)
    tag_of = np.cumsum(rng.uniform(1.6, 2.4, people))
    if people:
        tag_of -= tag_of.mean()
    swap = mirrored_keypoints(keypoints)
    flips = []
    for mirrored in (False, True):
        levels: list[Level] = []
        for stride in (4, 2):
            small = size[0] // stride, size[1] // stride
            heat = _smooth_noise(rng, small, 0.01, keypoints)
            tags = _smooth_noise(rng, small, 0.3, keypoints)
            for k, n, x, y, score in rows:
                column, row = x / stride, y / stride
                _stamp(heat[k], column, row, score)
                tag = tag_of[n] if n >= 0 else rng.uniform(-5, 5)
                noise = rng.uniform(0.05, 0.25)
                left, top = max(0, int(column) - 3), max(0, int(row) - 3)
                part = tags[k, top : int(row) + 4, left : int(column) + 4]
                part[:] = tag + rng.normal(0, noise, part.shape)
            if mirrored:
                heat, tags = heat[swap, :, ::-1], tags[swap, :, ::-1]
            pair = [torch.from_numpy(m.copy())[None] for m in (heat, tags)]
            levels.append((pair[0], pair[1] if stride == 4 else None))
        flips.append(levels)
    return flips


def make_noise(
    rng: np.random.Generator, size: tuple[int, int], plateaus: bool
) -> list[list[Level]]:
    """Make what a model that learnt nothing gives; as :func:`make_levels`.

    Args:
        rng (np.random.Generator): Source of chance.
        size (tuple[int, int]): (W, H) of the image, multiples of 32.
        plateaus (bool): Round the values, so that many are equal, or not.

    Returns:
        list[list[tuple]]: levels of the image and of its mirror image.
    """
    flips = []
    for _ in range(2):
        levels: list[Level] = []
        for stride in (4, 2):
            shape = 1, NUM_KEYPOINTS, size[1] // stride, size[0] // stride
            heat = rng.normal(0.1, 0.3, shape)
            tags = rng.normal(0, 3, shape)
            if plateaus:
                heat, tags = np.round(heat * 2) / 2, np.round(tags)
            pair = [
                torch.from_numpy(m.astype(np.float32)) for m in (heat, tags)
            ]
            levels.append((pair[0], pair[1] if stride == 4 else None))
        flips.append(levels)
    return flips
