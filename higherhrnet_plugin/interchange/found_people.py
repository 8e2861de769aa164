"""What inference has written: people, and the images they are on.

Note:
    - K: keypoints
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

import numpy as np


@dataclass(frozen=True)
class FoundPerson:
    """One person.

    Attributes:
        keypoints (np.ndarray): float64 (K, 2), (x, y) in pixels, NaN where
            there is none.
        keypoint_scores (np.ndarray): float64 (K,), 0 where there is none.
        score (float): Of the person.
        track (int | None): Number in the video, of tracked people.
    """

    keypoints: np.ndarray
    keypoint_scores: np.ndarray
    score: float
    track: Optional[int] = None


@dataclass(frozen=True)
class FoundImage:
    """An image, or a frame of a video.

    Attributes:
        source (str): Path of the image or video, below the common folder of
            all inputs.
        size (tuple[int, int]): (w, h) in pixels.
        people (tuple[FoundPerson, ...]): Who is on it.
        frame (int | None): Index from 0 of a frame, None of an image.
        time (float): Seconds from the start of the video.
    """

    source: str
    size: tuple[int, int]
    people: tuple[FoundPerson, ...] = ()
    frame: Optional[int] = None
    time: float = 0.0


@dataclass(frozen=True)
class Found:
    """What a run has found.

    Attributes:
        name (str): Of the category.
        keypoints (tuple[str, ...]): K names.
        links (tuple[tuple[int, int], ...]): Pairs of indices from 0.
        images (tuple[FoundImage, ...]): All images and frames, in order.
    """

    name: str
    keypoints: tuple[str, ...]
    links: tuple[tuple[int, int], ...]
    images: tuple[FoundImage, ...]


def read_found(predictions: Path, images: Optional[Path] = None) -> Found:
    """Read the files of inference.

    Args:
        predictions (Path): ``predictions.json``.
        images (Path, optional): ``images.json``. Defaults to the one beside.

    Returns:
        Found: the people by image.

    Raises:
        OSError: If a file is missing.
        ValueError: If one is of another form, or people are on images that
            are not listed.
    """
    images = images or predictions.with_name('images.json')
    rows, content = _read(predictions), _read(images)
    try:
        (category,) = content['categories']
        records = {image['id']: image for image in content['images']}
        names = tuple(map(str, category['keypoints']))
        links = tuple(
            (int(a) - 1, int(b) - 1) for a, b in category['skeleton']
        )
        people: dict[Any, list[FoundPerson]] = {key: [] for key in records}
        for row in rows:
            if row['image_id'] not in people:
                raise ValueError(
                    f'image {row["image_id"]} is not in {images}: the two '
                    'files are of different runs'
                )
            people[row['image_id']].append(_read_person(row, len(names)))
        listed = tuple(
            _read_image(image, tuple(people[key]))
            for key, image in records.items()
        )
    except (KeyError, TypeError) as error:
        raise ValueError(
            f'{predictions} and {images} are not what inference writes: '
            f'{error!r}'
        ) from error
    return Found(str(category['name']), names, links, listed)


def _read(path: Path) -> Any:
    """Read JSON."""
    try:
        return json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f'{path} is no JSON: {error}') from error


def _read_image(
    image: Mapping[str, Any], people: tuple[FoundPerson, ...]
) -> FoundImage:
    """Read one of the images."""
    return FoundImage(
        str(image.get('video', image['file_name'])),
        (int(image['width']), int(image['height'])),
        people,
        image.get('frame'),
        float(image.get('time', 0)),
    )


def _read_person(row: Mapping[str, Any], k: int) -> FoundPerson:
    """Read one of the people."""
    values = np.array(row['keypoints'], dtype=np.float64)
    if values.shape != (3 * k,):
        raise ValueError(
            f'a person has {len(values)} numbers, {3 * k} are expected of {k} '
            'keypoints'
        )
    rows = values.reshape(k, 3)
    there = rows[:, 2:] > 0
    track = row.get('track_id')
    return FoundPerson(
        np.where(there, rows[:, :2], np.nan),
        np.where(there, rows[:, 2:], 0.0)[:, 0],
        float(row['score']),
        None if track is None else int(track),
    )
