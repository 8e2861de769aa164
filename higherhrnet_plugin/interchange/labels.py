"""Labels of any tool, in one form.

Note:
    - K: keypoints
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

import numpy as np

# visibility as COCO counts it
UNLABELLED, HIDDEN, VISIBLE = 0, 1, 2


@dataclass(frozen=True)
class Skeleton:
    """What is labelled of one kind of person or animal.

    Attributes:
        name (str): Of the kind, as the tool calls it.
        keypoints (tuple[str, ...]): K names, in order.
        links (tuple[tuple[int, int], ...]): Pairs of indices from 0.
    """

    name: str
    keypoints: tuple[str, ...]
    links: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Person:
    """One labelled person or animal.

    Attributes:
        keypoints (np.ndarray): float64 (K, 3), (x, y) in pixels of the image
            and the visibility 0, 1 or 2; (0, 0, 0) where not labelled.
        skeleton (str): Name of the kind.
        track (str): Name of the individual, or '' if the tool keeps none.
        predicted (bool): Whether a network drew it, and nobody since.
        box (tuple[float, ...] | None): (x, y, w, h) in pixels, of tools that
            keep one.
        record (Mapping[str, Any]): What else COCO keeps of a person, such as
            ``segmentation`` and ``iscrowd``; in place of what is derived.

    Somebody without labelled keypoints is masked in training, by the region
    of the record or by the box.
    """

    keypoints: np.ndarray
    skeleton: str
    track: str = ''
    predicted: bool = False
    box: Optional[tuple[float, float, float, float]] = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_labelled(self) -> bool:
        """bool: Whether any keypoint is labelled."""
        return bool(self.keypoints[:, 2].any())


@dataclass(frozen=True)
class LabelledImage:
    """An image, or a frame of a video.

    Attributes:
        source (str): Path of the image or video: as the labels name it, or
            where it was found.
        frame (int | None): Index from 0 of a frame, None of an image.
        people (tuple[Person, ...]): Who is labelled.
        size (tuple[int, int] | None): (w, h) that the labels were made on,
            if the tool keeps it.
        seen (bool): Whether the tool says that somebody looked at the image,
            also if nobody is on it. Defaults to False.
        pixels (Callable | None): Reads uint8 (H, W, 3), BGR, where the labels
            hold the pixels themselves.
        split (str): As 'train', of data sets that are split.
    """

    source: str
    frame: Optional[int] = None
    people: tuple[Person, ...] = ()
    size: Optional[tuple[int, int]] = None
    seen: bool = False
    pixels: Optional[Callable[[], np.ndarray]] = None
    split: str = ''


@dataclass
class Labels:
    """What a file or folder of labels holds.

    Attributes:
        skeletons (list[Skeleton]): Kinds, with different names.
        images (list[LabelledImage]): In the order of the file.
        left_out (Counter[str]): What was passed over, and how often.
        notes (list[str]): What else should be known, one line each.
    """

    skeletons: list[Skeleton]
    images: list[LabelledImage]
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)


def mark_visible(points: np.ndarray) -> np.ndarray:
    """Add the visibility to points that are labelled where they are numbers.

    Args:
        points (np.ndarray): float (K, 2), (x, y) in pixels, NaN where a
            keypoint is not labelled.

    Returns:
        np.ndarray: float64 (K, 3), (x, y, v), v 2 or 0.
    """
    there = np.isfinite(points).all(axis=1, keepdims=True)
    rows = np.concatenate((points, np.full((len(points), 1), VISIBLE)), axis=1)
    return np.where(there, rows, UNLABELLED).astype(np.float64)
