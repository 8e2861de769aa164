"""Annotations that were made on images of another size or orientation."""

from __future__ import annotations

import numbers
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import pycocotools.mask as coco_mask

from ...images import read_geometry, turn_upright
from .annotated_on import RESIZED, STORED
from .files import join_path
from .report import RepairReport


@dataclass(frozen=True)
class _Fit:
    """The way from the annotated image to the one on disk.

    Attributes:
        old (tuple[int, int]): (w, h) of the annotated image.
        new (tuple[int, int]): (w, h) of the image as it is read.
        orientation (int): How the annotated image is turned, 1 to 8.
    """

    old: tuple[int, int]
    new: tuple[int, int]
    orientation: int = 1

    def points(self, points: np.ndarray, pixel: int = 0) -> np.ndarray:
        """Move points (N, 2), (x, y).

        Where an image is mirrored or turned, pixel i becomes w - 1 - i, as
        in the flips of mmpose, for keypoints (``pixel=1``); the corners of
        boxes and polygons lie between pixels.
        """
        points = points.astype(float)
        turned = self.old
        if self.orientation >= 5:
            points, turned = points[:, ::-1], turned[::-1]
        if self.orientation in (2, 3, 6, 7):
            points = points * [-1, 1] + [turned[0] - pixel, 0]
        if self.orientation in (3, 4, 7, 8):
            points = points * [1, -1] + [0, turned[1] - pixel]
        return points * (np.array(self.new) / turned)

    def box(self, box: Sequence[float]) -> list[float]:
        """Move a box (x, y, w, h)."""
        x, y, w, h = (float(value) for value in box)
        corners = self.points(np.array([[x, y], [x + w, y + h]]))
        low, high = corners.min(axis=0), corners.max(axis=0)
        return [*low.tolist(), *(high - low).tolist()]

    def segmentation(self, value: Any) -> Any:
        """Move polygons or a run-length encoding."""
        if isinstance(value, dict):
            if isinstance(value['counts'], list):
                value = coco_mask.frPyObjects(value, *self.old[::-1])
            mask = turn_upright(coco_mask.decode(value), self.orientation)
            mask = cv2.resize(mask, self.new, interpolation=cv2.INTER_NEAREST)
            rle = coco_mask.encode(np.asfortranarray(mask))
            return {**rle, 'counts': rle['counts'].decode('ascii')}
        if not value:
            return value
        polygons = [value] if np.isscalar(value[0]) else value
        return [
            self.points(np.reshape(p, (-1, 2))).reshape(-1).tolist()
            for p in polygons
            if len(p) % 2 == 0
        ]


def forget_sizes(images: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out sizes that are wrong; they are then read from the disk.

    Args:
        images (Iterable[dict]): ``images`` of the file.

    Returns:
        list[dict]: the same without ``width`` and ``height``.
    """
    return [
        {k: v for k, v in image.items() if k not in ('width', 'height')}
        for image in images
    ]


def fit_annotations(
    images: Iterable[dict[str, Any]],
    annotations: Iterable[dict[str, Any]],
    image_dir: str,
    annotated_on: str,
    fields: Iterable[str],
    report: RepairReport,
) -> None:
    """Move everything that is annotated to the images as they are read.

    Args:
        images (Iterable[dict]): Repaired images; their ``width`` and
            ``height`` become those on disk.
        annotations (Iterable[dict]): Repaired annotations, changed in place:
            keypoints, boxes, areas and segmentations.
        image_dir (str): Folder of the images.
        annotated_on (str): 'resized': on images of the size that the file
            says; 'stored': on images that were not turned by their EXIF
            record.
        fields (Iterable[str]): Lists that hold keypoints.
        report (RepairReport): Takes notes.

    Raises:
        ValueError: If an image cannot be read, or is not as it was
            annotated, or a list that is named as a box is none.
    """
    fits: dict[int, _Fit] = {}
    files: dict[int, str] = {}
    for image in images:
        fit = _find_fit(image, image_dir, annotated_on)
        if fit.old == fit.new and fit.orientation == 1:
            continue
        fits[image['id']], files[image['id']] = fit, image['file_name']
        image['width'], image['height'] = fit.new
        report.add_repair(
            'images whose annotations were '
            + ('turned' if annotated_on == STORED else 'scaled')
            + ' with them',
            repr(image['file_name']),
        )
    names = tuple(fields)
    for annotation in annotations:
        key = annotation['image_id']
        if key in fits:
            # the id may be a new one, so that it does not tell alone
            owner = f'annotation {annotation["id"]} of image {files[key]!r}'
            _move(annotation, fits[key], names, owner)


def _find_fit(image: dict[str, Any], folder: str, annotated_on: str) -> _Fit:
    """Compare an image with what the file says."""
    name = image['file_name']
    old = int(image['width']), int(image['height'])
    try:
        new, orientation = read_geometry(join_path(folder, name))
    except (OSError, ValueError) as error:
        raise ValueError(f'image {name!r}: {error}') from error
    stored = new[::-1] if orientation >= 5 else new
    if annotated_on == RESIZED:
        if orientation >= 5 and old == stored != new:
            raise ValueError(
                f'image {name!r} has the size (w, h) {new}, but the file says '
                f'{old}, which is its size before its EXIF record turns it; '
                "annotated_on='resized' does not turn: set 'stored'"
            )
        return _Fit(old, new)
    if old != stored:
        raise ValueError(
            f'image {name!r} is stored in the size (w, h) {stored}, but the '
            f"file says {old}; with annotated_on='stored' these are equal"
        )
    return _Fit(old, new, orientation)


def _move(
    annotation: dict[str, Any], fit: _Fit, fields: tuple, owner: str
) -> None:
    """Move one annotation."""
    for name in fields:
        points = np.array(annotation[name], dtype=float).reshape(-1, 3)
        labelled = points[:, 2] > 0
        points[labelled, :2] = fit.points(points[labelled, :2], pixel=1)
        annotation[name] = points.reshape(-1).tolist()
    for name, value in annotation.items():
        # COCO-WholeBody has boxes of face and hands, too
        if name == 'bbox' or (
            name.endswith('_box') and _is_box(value, f'`{name}` of {owner}')
        ):
            annotation[name] = fit.box(value)
    (old_w, old_h), (new_w, new_h) = fit.old, fit.new
    annotation['area'] *= new_w * new_h / (old_w * old_h)
    if 'segmentation' in annotation:
        annotation['segmentation'] = fit.segmentation(
            annotation['segmentation']
        )


def _is_box(value: Any, owner: str) -> bool:
    """Tell a box from another value whose name merely ends as one's."""
    if not isinstance(value, (list, tuple)):
        return False
    if len(value) != 4 or not all(isinstance(v, numbers.Real) for v in value):
        raise ValueError(
            f'{owner} is {value!r}; a box, which is scaled or turned with its '
            'image, is [x, y, w, h]: correct it, or delete it'
        )
    return True
