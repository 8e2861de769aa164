"""A sheet of sample pictures with what is annotated on them."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any, Optional

import cv2
import numpy as np

from ...datasets.coco_repair.statistics import stack_people
from ...images import read_image
from ...visualization import draw_people, label_picture
from ...visualization.drawing import person_color
from .findings import Findings
from .settings import Settings

_CELL = 400
_COLUMNS = 4
_GREY = (160, 160, 160)


def make_sheet(findings: Findings, number: int = 12) -> Optional[np.ndarray]:
    """Draw sample images side by side.

    Args:
        findings (Findings): From ``check_dataset``.
        number (int): How many images, spread over those that show people.
            Defaults to 12.

    Returns:
        np.ndarray, optional: uint8 (H, W, 3), BGR, or None if no image can be
        drawn. People have a colour each, boxes of crowds and unlabelled
        people are grey.
    """
    content, settings = findings.content, findings.settings
    if content is None:
        return None
    people = defaultdict(list)
    for annotation in content.get('annotations', ()):
        people[annotation['image_id']].append(annotation)
    images = [image for image in content['images'] if people[image['id']]]
    steps = np.linspace(0, len(images), max(number, 0), endpoint=False)
    cells = []
    for i in sorted({int(step) for step in steps} if images else ()):
        image = images[i]
        try:
            picture = read_image(
                settings.image_dir / image['file_name']
            ).pixels
        except (OSError, ValueError):
            # told by the check of the pictures
            continue
        cells.append(_draw_cell(picture, image, people, settings))
    return _tile(cells) if cells else None


def _draw_cell(
    picture: np.ndarray,
    image: dict[str, Any],
    people: dict[int, list[dict[str, Any]]],
    settings: Settings,
) -> np.ndarray:
    """Draw one picture at the size of a cell."""
    scale = _CELL / max(picture.shape[:2])
    picture = cv2.resize(
        picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
    labelled: list[dict[str, Any]] = []
    rest: list[dict[str, Any]] = []
    for person in people[image['id']]:
        seen = person['num_keypoints'] > 0 and not person['iscrowd']
        (labelled if seen else rest).append(person)
    for person in rest:
        _draw_box(picture, person['bbox'], scale, _GREY)
    points = stack_people(
        {'annotations': labelled}, settings.fields or ('keypoints',)
    )
    for n, person in enumerate(labelled):
        _draw_box(picture, person['bbox'], scale, person_color(n))
    if len(points):
        picture = draw_people(
            picture,
            points[..., :2] * scale,
            (points[..., 2] > 0).astype(float),
            settings.links,
            score_thr=0.5,
        )
    name = Path(image['file_name']).name.encode('ascii', 'replace').decode()
    text = f'{name[-30:]}  {len(labelled)} people'
    if rest:
        text += f', {len(rest)} masked'
    return label_picture(picture, text)


def _draw_box(
    picture: np.ndarray,
    box: list[float],
    scale: float,
    color: tuple[int, int, int],
) -> None:
    """Draw a box into a picture."""
    x, y, w, h = (round(value * scale) for value in box)
    cv2.rectangle(picture, (x, y), (x + w, y + h), color, 1)


def _tile(cells: list[np.ndarray]) -> np.ndarray:
    """Put cells into rows."""
    rows = []
    for start in range(0, len(cells), _COLUMNS):
        row = cells[start : start + _COLUMNS]
        height = max(cell.shape[0] for cell in row)
        row += [np.zeros((1, _CELL, 3), np.uint8)] * (_COLUMNS - len(row))
        rows.append(np.hstack([_pad(cell, height, _CELL + 4) for cell in row]))
    return np.vstack(rows)


def _pad(cell: np.ndarray, height: int, width: int) -> np.ndarray:
    """Fill a cell up with white."""
    if not cell.any():
        cell = np.full_like(cell, 255)
    return cv2.copyMakeBorder(
        cell,
        0,
        height - cell.shape[0] + 4,
        0,
        width - cell.shape[1],
        cv2.BORDER_CONSTANT,
        value=(255,) * 3,
    )
