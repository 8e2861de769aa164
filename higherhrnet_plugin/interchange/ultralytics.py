"""Labels of Ultralytics: a folder of images, and one of text files."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..datasets.coco_repair.statistics import guess_flip_pairs
from ..images.formats import IMAGE_SUFFIXES
from .labels import HIDDEN, VISIBLE, LabelledImage, Labels, Person, Skeleton
from .places import list_files, read_size
from .settings import read_settings

SPLITS = ('train', 'val', 'test')
_BOX = 5


def read_ultralytics(path: Path) -> Labels:
    """Read a data set of Ultralytics pose.

    sleap-io reads such folders too, but takes hidden keypoints for visible
    ones, finds no labels where ``images`` is not the last folder, and leaves
    out lines of two numbers a keypoint (0.9.5).

    Args:
        path (Path): ``data.yaml``, or its folder.

    Returns:
        Labels: of all splits; each class is a kind. Boxes alone are people
        without keypoints. Images without labels show nobody, as Ultralytics
        has it.

    Raises:
        FileNotFoundError: If folders of the data set are missing.
        ValueError: If something cannot be read.
    """
    file = path / 'data.yaml' if path.is_dir() else path
    settings = read_settings(file)
    shape = _shape(settings, file)
    classes = _classes(settings)
    keypoints = _keypoint_names(settings, shape[0])
    links = tuple((int(a), int(b)) for a, b in settings.get('skeleton') or [])
    images = []
    for split in SPLITS:
        for image in _list_images(settings, split, file):
            images.append(_read_image(image, split, shape, classes))
    if not images:
        raise FileNotFoundError(f'{file} leads to no image')
    kinds = [Skeleton(n, keypoints, links) for n in classes.values()]
    return Labels(kinds, images, notes=_note_flips(settings, keypoints, file))


def _shape(settings: Mapping[str, Any], file: Path) -> tuple[int, int]:
    """Read how many keypoints there are, and numbers of each."""
    shape = settings.get('kpt_shape')
    if (
        not isinstance(shape, list)
        or len(shape) != 2
        or not all(isinstance(n, int) for n in shape)
        or shape[0] < 1
        or shape[1] not in (2, 3)
    ):
        raise ValueError(
            f'{file}: `kpt_shape` of pose data is [K, 2] or [K, 3], got '
            f'{shape!r}'
        )
    return shape[0], shape[1]


def _classes(settings: Mapping[str, Any]) -> dict[int, str]:
    """Read the classes by their numbers, with different names."""
    names = settings.get('names') or {0: 'animal'}
    pairs = names.items() if isinstance(names, dict) else enumerate(names)
    classes: dict[int, str] = {}
    for number, name in pairs:
        text = str(name)
        classes[int(number)] = (
            f'{text} {number}' if text in classes.values() else text
        )
    return classes


def _keypoint_names(settings: Mapping[str, Any], k: int) -> tuple[str, ...]:
    """Read the names of keypoints, numbers where there are none."""
    names = settings.get('kpt_names') or settings.get('node_names')
    if isinstance(names, dict):
        # by class; all have the same keypoints
        names = next(iter(names.values()))
    if not isinstance(names, list) or len(names) != k:
        return tuple(f'point_{i}' for i in range(k))
    return tuple(map(str, names))


def _note_flips(
    settings: Mapping[str, Any], keypoints: Sequence[str], file: Path
) -> list[str]:
    """Say how to tell `init` the mirrored keypoints; COCO has no place."""
    given, k = settings.get('flip_idx'), len(keypoints)
    if given is None:
        return []
    if not isinstance(given, list) or not (
        len(given) == k
        and all(i in range(k) for i in given)
        and all(given[i] == index for index, i in enumerate(given))
    ):
        return [
            f'{file}: `flip_idx` {given!r} does not pair {k} keypoints and '
            'is not used: `init` has --flip-pairs'
        ]
    pairs = [(i, other) for i, other in enumerate(given) if i < other]
    guessed = guess_flip_pairs(keypoints)
    if {frozenset(p) for p in pairs} == {frozenset(p) for p in guessed}:
        return []
    text = ' '.join(['--flip-pairs', *(f'{a},{b}' for a, b in pairs)])
    return [
        f'{file}: `flip_idx` is not written, and names of keypoints do not '
        f'say the same: `init` needs {text}'
    ]


def _list_images(
    settings: Mapping[str, Any], split: str, file: Path
) -> Iterator[Path]:
    """List the images of a split: of folders, or of lists in text files."""
    given = settings.get(split)
    if not given:
        return
    for name in [given] if isinstance(given, str) else given:
        places = _places(settings, name, file)
        place = next((p for p in places if p.exists()), None)
        if place is None:
            raise FileNotFoundError(
                f'{file}: there is no {name!r} of {split!r}; looked for '
                f'{", ".join(map(str, places))}'
            )
        if place.is_dir():
            found = (p for p in list_files(place) if p.name[0] != '.')
        else:
            lines = place.read_text(encoding='utf-8').split('\n')
            found = (
                place.parent / line for line in map(str.strip, lines) if line
            )
        yield from sorted(
            p for p in found if p.suffix.lower() in IMAGE_SUFFIXES
        )


def _places(settings: Mapping[str, Any], name: Any, file: Path) -> list[Path]:
    """List where a folder or list of images may be, each once."""
    # a path of the machine of training is worth nothing here
    roots = [file.parent / str(settings.get('path') or '.'), file.parent]
    names = [str(name)]
    # Roboflow writes it for what lies beside, and Ultralytics takes it so
    if names[0].startswith('../'):
        names.append(names[0][3:])
    return list(dict.fromkeys(root / n for n in names for root in roots))


def _label_file(image: Path) -> Path:
    """Name the labels of an image: the last images/ becomes labels/."""
    head, found, tail = str(image).rpartition(f'{os.sep}images{os.sep}')
    middle = f'{os.sep}labels{os.sep}' if found else ''
    return Path(f'{head}{middle}{tail}').with_suffix('.txt')


def _read_image(
    image: Path,
    split: str,
    shape: tuple[int, int],
    classes: Mapping[int, str],
) -> LabelledImage:
    """Read the labels of an image, if it has any."""
    file = _label_file(image)
    people = []
    if file.is_file() and image.is_file():
        size = read_size(image)
        lines = file.read_text('utf-8', 'replace').splitlines()
        for number, line in enumerate(lines, 1):
            words = line.split()
            if not words or words[0].startswith('#'):
                continue
            where = f'{file}, line {number}'
            people.append(_read_person(words, size, shape, classes, where))
    return LabelledImage(
        str(image), people=tuple(people), seen=True, split=split
    )


def _read_person(
    words: Sequence[str],
    size: tuple[int, int],
    shape: tuple[int, int],
    classes: Mapping[int, str],
    where: str,
) -> Person:
    """Read one line: class, box and keypoints, in parts of the image."""
    k, numbers = shape
    wanted = _BOX + k * numbers
    if len(words) not in (_BOX, wanted):
        raise ValueError(
            f'{where}: {len(words)} numbers, {wanted} are expected by '
            f'kpt_shape {list(shape)}, or {_BOX} of a box alone'
        )
    try:
        number, *given = map(float, words)
    except ValueError as error:
        raise ValueError(f'{where}: {error}') from error
    if not np.isfinite([number, *given]).all():
        raise ValueError(f'{where}: not all numbers are finite')
    kind = classes.get(int(number))
    if kind is None:
        raise ValueError(f'{where}: class {words[0]} has no name')
    values = np.array(given)
    x, y, w, h = values[:4] * (*size, *size)
    rows = np.zeros((k, numbers))
    if len(words) == wanted:
        rows = values[4:].reshape(k, numbers)
    return Person(
        _keypoints(rows, size), kind, box=(x - w / 2, y - h / 2, w, h)
    )


def _keypoints(rows: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bring keypoints to pixels; (0, 0) without visibility is no place."""
    seen = rows[:, 2] if rows.shape[1] > 2 else rows.any(axis=1) * VISIBLE
    # any number above 1 is visible
    seen = np.where(seen > HIDDEN, VISIBLE, np.where(seen > 0, HIDDEN, 0))
    points = np.column_stack((rows[:, :2] * size, seen))
    return np.where(seen[:, None] > 0, points, 0.0)
