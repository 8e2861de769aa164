"""Small data sets that the tests write themselves."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Optional

import cv2
import numpy as np


def write_data_set(
    root: Path,
    num_keypoints: int = 17,
    people: tuple = (0, 1, 4),
    size: tuple = (96, 80),
    seed: int = 0,
    fields: Optional[Mapping[str, int]] = None,
) -> Path:
    """Write images with people as bright dots and their annotations.

    Args:
        root: Folder to write to: ``images/*.png`` and ``people.json``.
        num_keypoints: K.
        people: Number of people on each image.
        size: (w, h) of the images.
        seed: Seed of the random numbers.
        fields: Lists that hold the keypoints, and how many each. Defaults to
            all in ``keypoints``.

    Returns:
        Path: the annotation file. Every image also has a crowd with a
        run-length encoding.
    """
    fields = fields or {'keypoints': num_keypoints}
    rng = np.random.default_rng(seed)
    width, height = size
    (root / 'images').mkdir(parents=True, exist_ok=True)
    images, annotations = [], []
    for i, count in enumerate(people):
        image = rng.integers(0, 60, (height, width, 3), dtype=np.uint8)
        name = f'{i}.png'
        images.append(
            dict(
                id=i + 1,
                file_name=name,
                width=width,
                height=height,
                crowdIndex=0.3,
            )
        )
        crowd = np.zeros((height, width), dtype=np.uint8)
        crowd[: height // 8, : width // 8] = 1
        annotations.append(_crowd(i + 1, len(annotations) + 1, crowd))
        annotations[-1].update({f: [0] * 3 * k for f, k in fields.items()})
        for _ in range(count):
            corner = rng.uniform(10, (width - 45, height - 45))
            points = corner + rng.uniform(0, 35, (num_keypoints, 2))
            visible = rng.integers(0, 3, num_keypoints)
            visible[0] = 2
            color = rng.integers(100, 256, 3).tolist()
            for point in points[visible > 0]:
                cv2.circle(image, np.int64(point).tolist(), 2, color, -1)
            annotations.append(
                _person(i + 1, len(annotations) + 1, points, visible, fields)
            )
        cv2.imwrite(str(root / 'images' / name), image)
    file = root / 'people.json'
    categories = [dict(id=1, name='person', keypoints=[], skeleton=[])]
    file.write_text(
        json.dumps(
            dict(images=images, annotations=annotations, categories=categories)
        )
    )
    return file


def write_image_info(file: Path) -> Path:
    """Copy an annotation file without what is not public of test-dev.

    Args:
        file: File of :func:`write_data_set`.

    Returns:
        Path: the copy, which lists images and categories.
    """
    content = json.loads(file.read_text())
    del content['annotations']
    path = file.with_name('image_info.json')
    path.write_text(json.dumps(content))
    return path


def _person(image_id, number, points, visible, fields):
    """Annotate one person."""
    keypoints = np.concatenate((points, visible[:, None]), axis=1)
    keypoints[visible == 0] = 0
    low, high = points.min(axis=0) - 2, points.max(axis=0) + 2
    box = [*low.tolist(), *(high - low).tolist()]
    x, y, w, h = box
    ends = np.cumsum(list(fields.values()))
    parts = dict(zip(fields, np.split(keypoints, ends[:-1])))
    first = visible[: ends[0]]
    return dict(
        id=number,
        image_id=image_id,
        category_id=1,
        iscrowd=0,
        bbox=box,
        area=w * h,
        # of the body alone where there is more
        num_keypoints=int((first > 0).sum()),
        segmentation=[[x, y, x + w, y, x + w, y + h, x, y + h]],
        **{name: part.reshape(-1).tolist() for name, part in parts.items()},
    )


def _crowd(image_id, number, mask):
    """Annotate a crowd with an uncompressed run-length encoding."""
    flat = mask.flatten(order='F')
    edges = np.flatnonzero(np.diff(flat)) + 1
    runs = np.diff(np.concatenate(([0], edges, [flat.size]))).tolist()
    counts = [0, *runs] if flat[0] else runs
    return dict(
        id=number,
        image_id=image_id,
        category_id=1,
        iscrowd=1,
        bbox=[0, 0, mask.shape[1] // 8, mask.shape[0] // 8],
        area=int(mask.sum()),
        num_keypoints=0,
        keypoints=[],
        segmentation=dict(size=list(mask.shape), counts=counts),
    )
