"""What a whole file has in common, seen on a sample of its people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from .box_forms import convert_box, find_box_form
from .ids import id_key
from .keypoint_forms import check_keypoints
from .placeholders import is_placeholder
from .report import RepairReport
from .sizes import has_tiny_area, is_whole_image

_SAMPLE = 1000
_MOST = 0.5
# of the side of an image
_FAR = 0.1
_SMALLEST_IMAGE = 8
# of both sides, and people of whom nobody lies elsewhere by chance
_QUARTER = 0.55
_ENOUGH = 20


@dataclass(frozen=True)
class Habits:
    """How boxes and areas of a file are to be read.

    Attributes:
        box_form (str, optional): Key of ``box_forms.FORMS`` if boxes are not
            x, y, w, h.
        boxes_are_images (bool): Whether boxes of most people are the image.
        areas_are_tiny (bool): Whether most areas are a hundredth of the box.
    """

    box_form: Optional[str] = None
    boxes_are_images: bool = False
    areas_are_tiny: bool = False


NO_HABITS = Habits()


@dataclass(frozen=True)
class _Person:
    """Numbers of one annotation; box and area are NaN where missing."""

    points: np.ndarray
    box: np.ndarray
    area: float
    size: tuple[float, float]

    @property
    def labelled(self) -> list[list[float]]:
        """list[list[float]]: (x, y) of what is labelled."""
        return self.points[self.points[:, 2] > 0, :2].tolist()


def find_habits(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[str, Optional[Mapping[str, Any]]],
    fields: Mapping[str, int],
    report: RepairReport,
) -> Habits:
    """Look at some people of a file, evenly taken.

    Args:
        annotations (Sequence[Mapping]): ``annotations`` of the file.
        images (Mapping): From :func:`.images.repair_images`.
        fields (Mapping[str, int]): Lists that hold the keypoints, and how
            many. The first one lies inside of boxes.
        report (RepairReport): Takes warnings.

    Returns:
        Habits: what most people have in common.

    Raises:
        ValueError: If coordinates are fractions of the image.
    """
    field, number = next(iter(fields.items()))
    people = _sample(annotations, images, field, number)
    if not people:
        return NO_HABITS
    is_odd = _check_coordinates(people, field, report)
    boxed = [p for p in people if np.isfinite(p.box).all() and p.box.any()]
    if not boxed:
        return NO_HABITS
    arrays = (
        np.array([p.box for p in boxed]),
        np.array([p.points for p in boxed]),
        np.array([p.size for p in boxed]),
    )
    form = find_box_form(*arrays)
    if form is None and not is_odd:
        check_keypoints(*arrays, field, report)
    boxes = [
        p.box.tolist()
        if form is None
        else convert_box(p.box.tolist(), form, p.size)
        for p in boxed
    ]
    return Habits(
        box_form=form,
        boxes_are_images=_most(
            is_whole_image(box, p.labelled, p.size)
            for box, p in zip(boxes, boxed)
        ),
        areas_are_tiny=_most(
            has_tiny_area(p.area, box) for box, p in zip(boxes, boxed)
        ),
    )


def _most(answers: Any) -> bool:
    """Tell whether more than half of the answers are yes."""
    return bool(np.mean(list(answers)) > _MOST)


def _sample(
    annotations: Sequence[Mapping[str, Any]],
    images: Mapping[str, Optional[Mapping[str, Any]]],
    field: str,
    number: int,
) -> list[_Person]:
    """Read people with labelled keypoints; skip what cannot be read."""
    step = max(1, len(annotations) // _SAMPLE)
    people = []
    for annotation in annotations[::step]:
        try:
            key = id_key(annotation.get('image_id'), 'an annotation')
            points = np.array(annotation[field], dtype=float)
            points = points.reshape(number, 3)
            points[is_placeholder(*points.T[:2]), 2] = 0
            box = _floats(annotation.get('bbox') or [], 4)
            (area,) = _floats([annotation.get('area')], 1)
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
        image = images.get(key)
        known = points[:, 2] > 0
        if image is None or not known.any() or annotation.get('iscrowd'):
            continue
        size = float(image['width']), float(image['height'])
        people.append(_Person(points, box, area, size))
    return people


def _floats(values: Any, number: int) -> np.ndarray:
    """Read numbers; NaN for others, and for another number of them."""
    array = np.array(values, dtype=float).reshape(-1)
    return array if len(array) == number else np.full(number, np.nan)


def _check_coordinates(
    people: Sequence[_Person], field: str, report: RepairReport
) -> bool:
    """Refuse fractions of the image; True if it warns of other things."""
    large = [p for p in people if min(p.size) > _SMALLEST_IMAGE]
    if large and _most(_is_fraction(p) for p in large):
        raise ValueError(
            f'`{field}` are fractions of the image: all x and y of most '
            'people lie in [0, 1]; COCO files have pixels, so multiply x by '
            'the width and y by the height of the image, in boxes, areas and '
            'segmentations, too'
        )
    is_corner = len(people) >= _ENOUGH and all(map(_is_upper_left, people))
    if is_corner:
        report.add_warning(
            f'ALL {len(people)} PEOPLE LOOKED AT LIE IN THE UPPER LEFT '
            'QUARTER of their images; were they annotated on smaller images, '
            'or are coordinates given in percent?'
        )
    far = [_is_far_outside(p) for p in people]
    is_far = _most(far)
    if is_far:
        report.add_warning(
            f'{100 * np.mean(far):.0f} % OF THE PEOPLE HAVE KEYPOINTS FAR '
            'OUTSIDE OF THE IMAGE; were they annotated on images of another '
            'size, or are `width` and `height` swapped?'
        )
    return is_far or is_corner


def _is_fraction(person: _Person) -> bool:
    """Tell whether all coordinates lie in [0, 1]."""
    values = np.array(person.labelled)
    return bool(((values >= 0) & (values <= 1)).all() and values.any())


def _is_far_outside(person: _Person) -> bool:
    """Tell whether a keypoint lies well outside of the image."""
    values = np.array(person.labelled) / person.size
    return bool(((values < -_FAR) | (values > 1 + _FAR)).any())


def _is_upper_left(person: _Person) -> bool:
    """Tell whether somebody lies in the upper left quarter of the image."""
    values = np.array(person.labelled) / person.size
    return bool((values < _QUARTER).all())
