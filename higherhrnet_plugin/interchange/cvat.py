"""Labels of CVAT: 'CVAT for images 1.1'."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

import numpy as np

from ..images.formats import IMAGE_SUFFIXES
from .labels import HIDDEN, VISIBLE, LabelledImage, Labels, Person, Skeleton

_ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
_ELEMENT = re.compile(r'<(line|circle)\b[^>]*>')


def read_cvat(path: Path) -> Labels:
    """Read annotations of CVAT.

    Args:
        path (Path): ``annotations.xml`` of 'CVAT for images 1.1'; images lie
            in its folder, or in ``images`` there.

    Returns:
        Labels: each label of skeletons, or of shapes of points, is a kind.
        Keypoints that are outside are not labelled, occluded ones hidden.

    Raises:
        OSError: If it cannot be opened.
        ValueError: If it is broken, declares entities, or is of a video.
    """
    root = parse_xml(path)
    if root.tag != 'annotations':
        raise ValueError(f'{path} is <{root.tag}>, no <annotations> of CVAT')
    if root.find('track') is not None:
        raise ValueError(
            f"{path} is 'CVAT for video': export 'CVAT for images 1.1', which "
            'has all frames'
        )
    kinds = {kind.name: kind for kind in _declared(root)}
    left_out: Counter[str] = Counter()
    images = []
    find = _Folder(path.parent).find
    for element in root.iter('image'):
        try:
            images.append(_read_image(element, find, kinds, left_out))
        except (KeyError, ValueError) as error:
            what = f'image {element.get("name", element.get("id"))!r}'
            if isinstance(error, KeyError):
                error = ValueError(f'the attribute {error} is missing')
            raise ValueError(f'{path}: {what}: {error}') from error
    return Labels(list(kinds.values()), images, left_out)


def parse_xml(path: Path) -> Element:
    """Parse XML that declares nothing, so that nothing can be expanded.

    Args:
        path (Path): The file.

    Returns:
        Element: its root.

    Raises:
        OSError: If it cannot be opened.
        ValueError: If it is broken or has a document type.
    """

    def refuse(*_: Any) -> None:
        raise ValueError(
            f'{path} has a document type (DOCTYPE), whose entities may stand '
            'for anything; CVAT writes none'
        )

    builder = TreeBuilder()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    with path.open('rb') as file:
        try:
            parser.ParseFile(file)
        except expat.ExpatError as error:
            raise ValueError(f'{path} is broken: {error}') from error
    return builder.close()


def _declared(root: Element) -> Iterator[Skeleton]:
    """Read the skeletons that the task or project declares."""
    labels = list(root.iter('label'))
    for label in labels:
        if label.findtext('type') != 'skeleton':
            continue
        name = label.findtext('name') or ''
        keypoints = [
            part.findtext('name') or ''
            for part in labels
            if part.findtext('parent') == name
        ]
        svg = label.findtext('svg') or ''
        yield Skeleton(name, tuple(keypoints), _links(svg, keypoints))


def _links(svg: str, keypoints: list[str]) -> tuple[tuple[int, int], ...]:
    """Read the lines of the drawing of a skeleton."""
    nodes: dict[str, int] = {}
    lines = []
    for match in _ELEMENT.finditer(svg):
        values = dict(_ATTRIBUTE.findall(match[0]))
        if match[1] == 'line':
            lines.append(
                (values.get('data-node-from'), values.get('data-node-to'))
            )
        elif values.get('data-label-name') in keypoints:
            name = values['data-label-name']
            nodes[values.get('data-node-id', '')] = keypoints.index(name)
    return tuple(
        (nodes[a], nodes[b])
        for a, b in lines
        if a is not None and b is not None and {a, b} <= nodes.keys()
    )


class _Folder:
    """Finds images in the folder of an export, or in images there."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._listings: dict[Path, dict[str, list[Path]]] = {}

    def find(self, name: str) -> Path:
        """Find an image; frames of videos are named without suffix."""
        place = self.base / 'images' / name
        for path in (place, self.base / name):
            if path.is_file():
                return path
        if place.suffix.lower() in IMAGE_SUFFIXES:
            return self.base / name
        found = self._by_stem(place.parent).get(place.name, [])
        if len(found) > 1:
            raise ValueError(
                f'it may be any of {[path.name for path in found]} in '
                f'{place.parent}: leave the right one there'
            )
        return found[0] if found else self.base / name

    def _by_stem(self, folder: Path) -> dict[str, list[Path]]:
        """List the images of a folder once, by name without suffix."""
        if folder not in self._listings:
            listing = self._listings[folder] = {}
            for path in sorted(folder.iterdir()) if folder.is_dir() else ():
                if path.suffix.lower() in IMAGE_SUFFIXES:
                    listing.setdefault(path.stem, []).append(path)
        return self._listings[folder]


def _read_image(
    element: Element,
    find: Callable[[str], Path],
    kinds: dict[str, Skeleton],
    left_out: Counter[str],
) -> LabelledImage:
    """Read an image and its shapes; kinds of shapes of points are added."""
    name = element.attrib['name']
    people = []
    for shape in element:
        if shape.tag == 'skeleton':
            people.append(_read_skeleton(shape, kinds))
        elif shape.tag == 'points':
            people.append(_read_points(shape, kinds))
        elif shape.tag != 'tag':
            left_out[f'shapes of the kind {shape.tag}'] += 1
    size = int(element.attrib['width']), int(element.attrib['height'])
    return LabelledImage(str(find(name)), people=tuple(people), size=size)


def _read_skeleton(shape: Element, kinds: dict[str, Skeleton]) -> Person:
    """Read a skeleton: a shape of one point for each keypoint."""
    label = shape.attrib['label']
    if label not in kinds:
        names = [point.attrib['label'] for point in shape.iter('points')]
        kinds[label] = Skeleton(label, tuple(names))
    names_of = kinds[label].keypoints
    rows = np.zeros((len(names_of), 3))
    for point in shape.iter('points'):
        name = point.attrib['label']
        if name not in names_of:
            raise ValueError(f'{label!r} has no keypoint {name!r}')
        if point.get('outside') != '1':
            rows[names_of.index(name)] = _rows(point)[0]
    return Person(rows, label)


def _read_points(shape: Element, kinds: dict[str, Skeleton]) -> Person:
    """Read a shape of points: all keypoints of a person, in order."""
    label, rows = shape.attrib['label'], _rows(shape)
    names = tuple(f'point_{i}' for i in range(len(rows)))
    kind = kinds.setdefault(label, Skeleton(label, names))
    if len(kind.keypoints) != len(rows):
        raise ValueError(
            f'a shape {label!r} has {len(rows)} points, others '
            f'{len(kind.keypoints)}; which are missing cannot be told. Label '
            'with skeletons, or leave such shapes out'
        )
    return Person(rows, label)


def _rows(shape: Element) -> np.ndarray:
    """Read points as (x, y, v) rows."""
    seen = HIDDEN if shape.get('occluded') == '1' else VISIBLE
    text = shape.attrib['points']
    try:
        points = [pair.split(',') for pair in text.split(';')]
        rows = np.array([[float(x), float(y), seen] for x, y in points])
    except ValueError as error:
        raise ValueError(
            f'`points` of {shape.get("label")!r} are {text!r}, not x,y;x,y'
        ) from error
    if not np.isfinite(rows).all():
        raise ValueError(f'points {text!r} are not finite')
    return rows
