"""Labels of COCO's form, as any tool writes them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional, Union

import numpy as np

from ..datasets.coco_repair import (
    CocoOptions,
    RepairReport,
    read_coco,
    repair_coco,
)
from ..datasets.coco_repair.categories import choose_category
from ..datasets.coco_repair.files import ImageFolder
from ..datasets.coco_repair.ids import id_key, key_number
from ..datasets.coco_repair.loading import list_images, list_records
from ..datasets.coco_repair.marks import split_marked_images
from ..datasets.coco_repair.numbers import count_numbers
from .choosing import ALL
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
        content = _find_images(content, path.parent, places)
        kinds = _count_keypoints(content)
    except ValueError as error:
        raise ValueError(f'annotation file {str(path)!r}: {error}') from error
    labels = Labels([], [])
    people: dict[str, list[Person]] = {}
    records: dict[str, dict[str, Any]] = {}
    for key, k in kinds.items():
        if not k:
            labels.left_out['categories without keypoints'] += 1
            continue
        options = CocoOptions(
            k, category=_wish(key), image_dir=str(path.parent)
        )
        # each may lack people of its own
        repaired, report = repair_coco(content, options, str(path))
        skeleton = _describe_kind(repaired['categories'][0], k, labels, path)
        labels.skeletons.append(skeleton)
        for image in repaired['images']:
            records.setdefault(image['file_name'], image)
        _add_people(repaired, skeleton, people)
        _note(report, labels)
    for name, image in records.items():
        size = int(image['width']), int(image['height'])
        own = tuple(people.get(name, ()))
        source = str(path.parent / name)
        labels.images.append(
            LabelledImage(source, people=own, size=size, seen=True)
        )
    return labels


def _find_images(
    content: Any, base: Path, places: Sequence[Path]
) -> dict[str, Any]:
    """Put the paths at which images were found for their file names."""
    images = list_images(content)
    counted = images
    if list_records(content, 'annotations'):
        # deleted ones may be gone; the repair leaves them out, and says so
        counted, _ = split_marked_images(images, RepairReport(''))
    # names of another type are refused by the repair
    names = [str(i['file_name']) for i in counted if _has_name(i)]
    folder = ImageFolder(str(base), names)
    sources: dict[str, tuple[Path, Optional[str]]] = {}
    for name in names:
        found, change = folder.find(name) or (None, None)
        if found is None or (places and change):
            found, change = name.replace('\\', '/'), None
        sources[name] = base / found, change
    files = find_files([str(path) for path, _ in sources.values()], places)
    # other spellings are for the repair, which counts them
    known = {
        name: str(files[str(path)])
        for name, (path, change) in sources.items()
        if change is None
    }
    named = [
        {**i, 'file_name': known.get(i['file_name'], i['file_name'])}
        if _has_name(i)
        else i
        for i in images
    ]
    return {**content, 'images': named}


def _has_name(image: Mapping[str, Any]) -> bool:
    """Tell whether an image has a file name."""
    return isinstance(image.get('file_name'), str)


def _count_keypoints(content: dict[str, Any]) -> dict[str, int]:
    """Find out how many keypoints each category has, by id as text."""
    annotations = list_records(content, 'annotations')
    # all of them, for which K does not matter; what is missing is filled in
    listed = choose_category(
        list_records(content, 'categories'),
        annotations,
        0,
        ALL,
        RepairReport(''),
    )
    counts = {
        key: len(listed.sources.get(key, {}).get('keypoints') or ())
        for key in listed.numbers
    }
    lengths: dict[str, Counter[int]] = defaultdict(Counter)
    # the repair fills in the only category, too
    only = next(iter(counts)) if len(counts) == 1 else ''
    for annotation in () if all(counts.values()) else annotations:
        value = annotation.get('category_id')
        key = only if value is None else id_key(value, '`category_id`')
        count = count_numbers(annotation.get('keypoints')) // 3
        if count:
            lengths[key][count] += 1
    for key, found in lengths.items():
        counts[key] = counts.get(key) or found.most_common(1)[0][0]
    return {key: counts[key] for key in listed.numbers}


def _wish(key: str) -> Union[int, str]:
    """Name a category by its id, as text may be the name of another."""
    number = key_number(key)
    return key if number is None or str(number) != key else number


def _describe_kind(
    category: Mapping[str, Any], k: int, labels: Labels, path: Path
) -> Skeleton:
    """Take names and links of a repaired category."""
    names = category.get('keypoints') or [f'point_{i}' for i in range(k)]
    keypoints = tuple(map(str, names))
    name = str(category.get('name') or category.get('id'))
    if any(skeleton.name == name for skeleton in labels.skeletons):
        name = f'{name} {category.get("id")}'
    given = category.get('skeleton') or []
    links = []
    for link in given if isinstance(given, list) else [given]:
        try:
            a, b = (_keypoint_index(end, keypoints) for end in link)
        except (TypeError, ValueError):
            labels.notes.append(
                f'{path}: category {name!r}: `skeleton` has {link!r}, which '
                f'is no pair of keypoints, by name or counted from 1 to {k}; '
                'none of its links is taken'
            )
            return Skeleton(name, keypoints)
        links.append((a, b))
    return Skeleton(name, keypoints, tuple(links))


def _keypoint_index(end: Any, keypoints: Sequence[str]) -> int:
    """Find the end of a link, which COCO counts from 1."""
    if end in keypoints:
        return keypoints.index(end)
    index = int(end) - 1
    if index not in range(len(keypoints)):
        raise ValueError(end)
    return index


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
