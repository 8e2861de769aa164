"""Pure functions that draw on images.

Note:
    - N: people, K: keypoints, (h, w): size of a map, (H, W): of the image
    - images are uint8 (H, W, 3), BGR
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

import cv2
import numpy as np

# neighbours differ by the golden angle on the circle of 180 hues
_HUE_STEP = 68.75


def person_color(index: int) -> tuple[int, int, int]:
    """Choose the colour of a person.

    Args:
        index (int): Number of the person.

    Returns:
        tuple[int, int, int]: BGR in [0, 255].
    """
    hue = np.uint8((index * _HUE_STEP) % 180)
    bgr = cv2.cvtColor(
        np.array([[[hue, 200, 255]]], np.uint8), cv2.COLOR_HSV2BGR
    )
    blue, green, red = bgr[0, 0].tolist()
    return blue, green, red


def shown_keypoints(
    keypoints: np.ndarray, scores: np.ndarray, score_thr: float
) -> np.ndarray:
    """Choose the keypoints that are drawn.

    Args:
        keypoints (np.ndarray): (N, K, 2), (x, y) in image pixels.
        scores (np.ndarray): (N, K), 0 where a keypoint is missing.
        score_thr (float): Keypoints below it are left out.

    Returns:
        np.ndarray: bool (N, K); missing ones are not, whatever the threshold.
    """
    there = (scores > 0) & np.isfinite(keypoints).all(axis=-1)
    return there & (scores >= score_thr)


def draw_people(
    image: np.ndarray,
    keypoints: np.ndarray,
    scores: np.ndarray,
    links: Sequence[tuple[int, int]],
    score_thr: float = 0.2,
    numbers: Optional[Sequence[int]] = None,
) -> np.ndarray:
    """Draw the skeleton of every person in a colour of its own.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        keypoints (np.ndarray): (N, K, 2), (x, y) in image pixels.
        scores (np.ndarray): (N, K), 0 where a keypoint is missing.
        links (Sequence[tuple[int, int]]): Pairs of keypoints to join.
        score_thr (float): Keypoints below it are left out. Defaults to 0.2.
        numbers (Sequence[int], optional): (N,), people of the same number
            have the same colour. Defaults to 0, 1, ...

    Returns:
        np.ndarray: uint8 (H, W, 3), a new image.
    """
    image = np.ascontiguousarray(image.copy())
    width = max(1, round(max(image.shape[:2]) / 256))
    visible = shown_keypoints(keypoints, scores, score_thr)
    for n, (points, shown) in enumerate(zip(keypoints, visible)):
        color = person_color(n if numbers is None else int(numbers[n]))
        # sub-pixel positions, in sixteenths; pixel centres are at 0.5
        points = np.where(shown[:, None], points, 0)
        cells = np.round((points - 0.5) * 16).astype(int).tolist()
        for a, b in links:
            if shown[a] and shown[b]:
                cv2.line(
                    image, cells[a], cells[b], color, width, cv2.LINE_AA, 4
                )
        for k in np.flatnonzero(shown):
            radius = int(1.5 * width * 16)
            cv2.circle(image, cells[k], radius, color, -1, cv2.LINE_AA, 4)
            cv2.circle(image, cells[k], radius, (0, 0, 0), 1, cv2.LINE_AA, 4)
    return image


def _blend(
    image: np.ndarray, color: np.ndarray, strength: np.ndarray
) -> np.ndarray:
    """Mix a colour picture into a darkened image."""
    alpha = np.clip(strength, 0, 1)[..., None]
    mixed = image * 0.5 * (1 - alpha) + color * alpha
    return np.clip(np.round(mixed), 0, 255).astype(np.uint8)


def draw_heatmaps(image: np.ndarray, heatmaps: np.ndarray) -> np.ndarray:
    """Lay the strongest heatmap of every pixel over an image.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        heatmaps (np.ndarray): float (K, h, w), about [0, 1].

    Returns:
        np.ndarray: uint8 (H, W, 3).
    """
    size = image.shape[1], image.shape[0]
    # nearest neighbours, so that the resolution of the level is seen
    strongest = cv2.resize(
        np.nan_to_num(heatmaps).max(axis=0).astype(np.float32),
        size,
        interpolation=cv2.INTER_NEAREST,
    )
    levels = np.round(np.clip(strongest, 0, 1) * 255).astype(np.uint8)
    color = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)
    return _blend(image, color, strongest * 1.5)


def draw_tags(
    image: np.ndarray,
    heatmaps: np.ndarray,
    tags: np.ndarray,
    limits: Optional[tuple[float, float]] = None,
) -> np.ndarray:
    """Colour the places of keypoints by their tag.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        heatmaps (np.ndarray): float (K, h, w), about [0, 1].
        tags (np.ndarray): float (K, h, w), or (1, h, w) when shared.
        limits (tuple[float, float], optional): Tags at the ends of the colour
            scale. Defaults to the range where heatmaps exceed 0.1.

    Returns:
        np.ndarray: uint8 (H, W, 3); equal tags have equal colours, and each
        pixel shows the tag of its strongest keypoint.
    """
    heatmaps, tags = np.nan_to_num(heatmaps), np.nan_to_num(tags)
    strongest = heatmaps.argmax(axis=0)[None]
    heat = np.take_along_axis(heatmaps, strongest, 0)[0]
    tags = np.broadcast_to(tags, heatmaps.shape)
    tag = np.take_along_axis(tags, strongest, 0)[0]
    if limits is None:
        seen = tag[heat > 0.1]
        limits = (seen.min(), seen.max()) if seen.size else (0.0, 1.0)
    span = max(limits[1] - limits[0], 1e-6)
    levels = np.round(np.clip((tag - limits[0]) / span, 0, 1) * 255)
    color = cv2.applyColorMap(levels.astype(np.uint8), cv2.COLORMAP_RAINBOW)
    size = image.shape[1], image.shape[0]
    color = cv2.resize(color, size, interpolation=cv2.INTER_NEAREST)
    strength = cv2.resize(
        heat.astype(np.float32), size, interpolation=cv2.INTER_NEAREST
    )
    return _blend(image, color, strength * 2)


def label_picture(
    image: np.ndarray, text: str, height: int = 18
) -> np.ndarray:
    """Put a line of text above a picture.

    Args:
        image (np.ndarray): uint8 (H, W, 3), BGR.
        text (str): ASCII.
        height (int): Height of the line in pixels; the letters follow, and
            are made smaller where the text is wider. Defaults to 18.

    Returns:
        np.ndarray: uint8 (H + height, W, 3).
    """
    bar = np.full((height, image.shape[1], 3), 255, np.uint8)
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.4 * height / 18
    (width, _), _ = cv2.getTextSize(text, font, scale, 1)
    scale *= min(1.0, (image.shape[1] - 8) / max(width, 1))
    cv2.putText(
        bar,
        text,
        (4, height * 13 // 18),
        font,
        max(scale, 0.1),
        (0, 0, 0),
        1,
        cv2.LINE_AA,
    )
    return np.vstack((bar, image))
