"""Labels of COCO's form, as any tool writes them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets.coco_repair import (
    CocoOptions,
    RepairReport,
    read_coco,
    repair_coco,
)
from .labels import LabelledImage, Labels, Person, Skeleton
from .places import find_files

# what is written anew
_OWN = ('id', 'image_id', 'category_id', 'track_id')


def read_coco_labels(path: Path, places: Sequence[Path] = ()) -> Labels:
    """Read a COCO keypoint file, repaired as for training.

    Args:
        path (Path): The file; images lie in its folder, or are searched.
        places (Sequence[Path]): Folders of the images.

    Returns:
        Labels: each category of keypoints is a kind. What was repaired is
        noted. Crowds and regions to ignore are kept.

    Raises:
        FileNotFoundError: If images are missing.
        ValueError: If something cannot be read or repaired.
    """
    content = read_coco(str(path))
    try:
        images = [dict(image) for image in content['images']]
        categories = [dict(c) for c in content.get('categories') or []]
        raw = [dict(a) for a in content.get('annotations') or []]
        _name_files(images, path.parent, places)
    except (KeyError, TypeError) as error:
        raise ValueError(f'{path} is no COCO file: {error!r}') from error
    labels = Labels([], [])
    people: dict[str, list[Person]] = {}
    records: dict[str, dict[str, Any]] = {}
    for category in categories:
        k = _count_keypoints(category, raw)
        if not k:
            labels.left_out['categories without keypoints'] += 1
            continue
        options = CocoOptions(
            k, category=category['id'], image_dir=str(path.parent)
        )
        # each may lack people of its own
        one = {**content, 'images': images}
        repaired, report = repair_coco(one, options, str(path))
        skeleton = _describe_kind(repaired['categories'][0], k, labels)
        labels.skeletons.append(skeleton)
        for image in repaired['images']:
            records.setdefault(image['file_name'], image)
        _add_people(repaired, skeleton, people)
        _note(report, labels)
    for name, image in records.items():
        size = int(image['width']), int(image['height'])
        own = tuple(people.get(name, ()))
        labels.images.append(
            LabelledImage(name, people=own, size=size, seen=True)
        )
    return labels


def _name_files(
    images: Sequence[dict[str, Any]], base: Path, places: Sequence[Path]
) -> None:
    """Put the paths at which images were found for their file names."""
    named = [
        str(base / str(image['file_name']).replace('\\', '/'))
        for image in images
    ]
    files = find_files(named, places)
    for image, name in zip(images, named):
        image['file_name'] = str(files[name])


def _count_keypoints(
    category: Mapping[str, Any], annotations: Sequence[Mapping[str, Any]]
) -> int:
    """Find out how many keypoints a category has."""
    if category.get('keypoints'):
        return len(category['keypoints'])
    lengths = Counter(
        len(a['keypoints']) // 3
        for a in annotations
        if a.get('keypoints') and a.get('category_id') == category.get('id')
    )
    return lengths.most_common(1)[0][0] if lengths else 0


def _describe_kind(
    category: Mapping[str, Any], k: int, labels: Labels
) -> Skeleton:
    """Take names and links of a repaired category."""
    names = category.get('keypoints') or [f'point_{i}' for i in range(k)]
    links = [
        (int(a) - 1, int(b) - 1) for a, b in category.get('skeleton') or []
    ]
    name = str(category.get('name') or category.get('id'))
    if any(skeleton.name == name for skeleton in labels.skeletons):
        name = f'{name} {category.get("id")}'
    return Skeleton(name, tuple(map(str, names)), tuple(links))


def _add_people(
    repaired: Mapping[str, Any],
    skeleton: Skeleton,
    people: dict[str, list[Person]],
) -> None:
    """Collect the people of a kind by the file names of their images."""
    names = {i['id']: i['file_name'] for i in repaired['images']}
    for annotation in repaired.get('annotations', ()):
        person = Person(
            np.reshape(annotation['keypoints'], (-1, 3)).astype(np.float64),
            skeleton.name,
            _track(annotation),
            record={k: v for k, v in annotation.items() if k not in _OWN},
        )
        people.setdefault(names[annotation['image_id']], []).append(person)


def _track(annotation: Mapping[str, Any]) -> str:
    """Name the individual; null stands for none, as where it is missing."""
    value = annotation.get('track_id')
    return '' if value is None else str(value)


def _note(report: RepairReport, labels: Labels) -> None:
    """Keep what was repaired."""
    if not report.is_clean:
        labels.notes += report.lines()[1:]
