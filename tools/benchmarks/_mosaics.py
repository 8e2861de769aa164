"""Large images put together from those of a data set, with their people.

Note:
    - images are squares of one side, in pixels, with pixel i from i to i + 1
      and keypoints at the middle of their pixels
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

# of four cells to four, the place of one image at twice its size
LARGE = ((0, 0), (0, 2), (2, 0), (2, 2))


def compose(
    source: Mapping[str, Any],
    folder: Path,
    cells: int,
    seed: int,
    number: int | None = None,
) -> tuple[list[np.ndarray], dict[str, Any]]:
    """Compose mosaics of ``cells`` to ``cells`` images.

    In each block of four to four cells one image is enlarged to two to two
    cells, so that there are people of all sizes.

    Args:
        source (Mapping): Content of a COCO file.
        folder (Path): With its images, squares of one size.
        cells (int): Along a side, a multiple of 4.
        seed (int): Of order and places.
        number (int, optional): Of mosaics, for which images come again.
            Defaults to as many as there are images for, each once.

    Returns:
        tuple: the mosaics, uint8 (H, W, 3), BGR, and the content of a COCO
        file of them, with ids from 1.
    """
    rng = np.random.default_rng(seed)
    people = defaultdict(list)
    for annotation in source['annotations']:
        people[annotation['image_id']].append(annotation)
    pictures: list[np.ndarray] = []
    content = {**source, 'images': [], 'annotations': []}
    order = rng.permutation(len(source['images'])).tolist()
    needed = (cells // 4) ** 2 * 13
    while len(order) < needed * (number or 1):
        order += order
    for image_id in range(1, 1 + (number or len(order) // needed)):
        chosen = [source['images'][order.pop()] for _ in range(needed)]
        picture, rows = _compose_one(chosen, people, folder, cells, rng)
        pictures.append(picture)
        height, width = picture.shape[:2]
        name = f'{image_id:06d}.png'
        content['images'].append(
            dict(id=image_id, file_name=name, width=width, height=height)
        )
        for row in rows:
            place = len(content['annotations']) + 1
            content['annotations'].append(
                {**row, 'id': place, 'image_id': image_id}
            )
    return pictures, content


def _compose_one(
    chosen: Sequence[Mapping[str, Any]],
    people: Mapping[int, Sequence[Mapping[str, Any]]],
    folder: Path,
    cells: int,
    rng: np.random.Generator,
) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Compose one mosaic and the annotations of its people."""
    side = chosen[0]['width']
    picture = np.zeros((cells * side, cells * side, 3), np.uint8)
    rows: list[dict[str, Any]] = []
    for image, (x, y, size) in zip(chosen, _places(cells, rng)):
        pixels = cv2.imread(str(folder / image['file_name']))
        if size > 1:
            pixels = cv2.resize(pixels, None, fx=size, fy=size)
        left, top = x * side, y * side
        picture[top : top + size * side, left : left + size * side] = pixels
        for annotation in people[image['id']]:
            rows.append(_move(annotation, size, (left, top)))
    return picture, rows


def _places(
    cells: int, rng: np.random.Generator
) -> list[tuple[int, int, int]]:
    """Return (x, y, size) of all images, in cells."""
    places = []
    for top in range(0, cells, 4):
        for left in range(0, cells, 4):
            x, y = LARGE[rng.integers(len(LARGE))]
            places.append((left + x, top + y, 2))
            for i, j in np.ndindex(4, 4):
                if not (0 <= i - y < 2 and 0 <= j - x < 2):
                    places.append((left + j, top + i, 1))
    return places


def _move(
    annotation: Mapping[str, Any], size: int, corner: tuple[int, int]
) -> dict[str, Any]:
    """Bring the annotation of a person to its place in a mosaic."""
    points = np.reshape(annotation['keypoints'], (-1, 3)).astype(float)
    labelled = points[:, 2] > 0
    moved = (points[:, :2] + 0.5) * size - 0.5 + corner
    points[:, :2] = np.where(labelled[:, None], moved, 0)
    x, y, w, h = np.multiply(annotation['bbox'], size).tolist()
    box = [x + corner[0], y + corner[1], w, h]
    return {
        **annotation,
        'keypoints': points.ravel().tolist(),
        'bbox': box,
        'area': annotation['area'] * size**2,
        # as a box, which only masks of a training would read
        'segmentation': [],
    }
