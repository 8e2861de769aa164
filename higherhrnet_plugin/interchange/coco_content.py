"""Labels as the content of a COCO keypoint file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..datasets.coco_repair import derive_area, derive_box
from .labels import LabelledImage, Person, Skeleton

CATEGORY = 1


def number_tracks(images: Sequence[LabelledImage]) -> dict[str, int]:
    """Number individuals from 1, in the order in which they come.

    Args:
        images (Sequence[LabelledImage]): Of all splits.

    Returns:
        dict[str, int]: numbers by name.
    """
    names = dict.fromkeys(p.track for i in images for p in i.people if p.track)
    return {name: number for number, name in enumerate(names, 1)}


def make_coco(
    images: Sequence[LabelledImage],
    skeleton: Skeleton,
    names: Sequence[str],
    sizes: Mapping[str, tuple[int, int]],
    tracks: Mapping[str, int],
) -> dict[str, Any]:
    """Write labels down as COCO does.

    Args:
        images (Sequence[LabelledImage]): Whose people are of one kind.
        skeleton (Skeleton): The kind.
        names (Sequence[str]): File names of the images.
        sizes (Mapping[str, tuple[int, int]]): (w, h) in pixels by file name.
        tracks (Mapping[str, int]): From :func:`number_tracks`.

    Returns:
        dict: the content. Frames also have ``video`` and ``frame``, people
        ``track_id`` where there are individuals, named in ``tracks``.
    """
    records: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, (image, name) in enumerate(zip(images, names), 1):
        width, height = sizes[name]
        record = dict(id=number, file_name=name, width=width, height=height)
        if image.frame is not None:
            video = name.rpartition('/')[0]
            record.update(video=video, frame=image.frame)
        records.append(record)
        for person in image.people:
            annotation = _describe(person, (width, height))
            annotation.update(id=len(annotations) + 1, image_id=number)
            if person.track:
                annotation['track_id'] = tracks[person.track]
            annotations.append(annotation)
    category = {
        'id': CATEGORY,
        'name': skeleton.name,
        'keypoints': list(skeleton.keypoints),
        'skeleton': [[a + 1, b + 1] for a, b in skeleton.links],
    }
    content: dict[str, Any] = {
        'images': records,
        'annotations': annotations,
        'categories': [category],
    }
    if tracks:
        content['tracks'] = [
            {'id': number, 'name': name} for name, number in tracks.items()
        ]
    return content


def _describe(person: Person, size: tuple[int, int]) -> dict[str, Any]:
    """Describe a person, who has labelled keypoints or a box."""
    rows = person.keypoints
    labelled = rows[rows[:, 2] > 0, :2]
    box = person.box or person.record.get('bbox')
    box = list(box or derive_box(labelled, size))
    return {
        'keypoints': [
            value for x, y, v in rows.tolist() for value in (x, y, int(v))
        ],
        'num_keypoints': int(np.count_nonzero(rows[:, 2])),
        'bbox': [float(side) for side in box],
        'area': derive_area(box),
        'iscrowd': 0,
        **person.record,
        'category_id': CATEGORY,
    }
