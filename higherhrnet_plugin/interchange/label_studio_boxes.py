"""Boxes of Label Studio that hold no keypoints.

Note:
    - K: keypoints
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .labels import Person

POINT, BOX, RELATION = 'keypointlabels', 'rectanglelabels', 'relation'
# Label Studio names no kinds of animals
KIND = 'animal'
_SIDES = ('width', 'height')
Result = Mapping[str, Any]
Box = tuple[float, float, float, float]


class Task(NamedTuple):
    """A task of Label Studio.

    Attributes:
        record (Mapping): As it is exported.
        results (list[Mapping]): Keypoints, the boxes that own some, and
            relations between them.
        alone (list[Mapping]): Boxes without keypoints.
    """

    record: Result
    results: list[Result]
    alone: list[Result]


def box_labels(results: Sequence[Result]) -> list[str]:
    """List the labels of boxes.

    Args:
        results (Sequence[Mapping]): Of any kind.

    Returns:
        list[str]: labels, as often as they come.
    """
    boxes = [result for result in results if result['type'] == BOX]
    return [name for box in boxes for name in box['value'].get(BOX) or ()]


def find_boxes(
    task: Task, labels: set[str], k: int, left_out: Counter[str]
) -> list[Person]:
    """Take boxes without keypoints as people who are not labelled.

    A box of a label that never has keypoints is of something else, and one
    around keypoints of nobody may be that of their owner.

    Args:
        task (Task): The task.
        labels (set[str]): Labels of boxes that have keypoints.
        k (int): K.
        left_out (Counter[str]): Counts the others.

    Returns:
        list[Person]: people with a box alone.

    Raises:
        ValueError: If the place of a box cannot be read.
    """
    if (task.record.get('meta') or {}).get('video'):
        # boxes that sleap-io writes have no size of their own
        left_out['boxes without keypoints, by sleap-io'] += len(task.alone)
        return []
    owned = {r['from_id'] for r in task.results if r['type'] == RELATION}
    people = []
    for box in task.alone:
        names = box_labels([box])
        if not labels & set(names):
            left_out[
                f'boxes of the labels {names} without keypoints, which no '
                'box of these labels has'
            ] += 1
            continue
        region = read_box(box, name_task(task.record))
        if any(
            _is_inside(point, region)
            for point in task.results
            if point['type'] == POINT and point['id'] not in owned
        ):
            left_out[
                'boxes around keypoints that are not related to them'
            ] += 1
        else:
            people.append(Person(np.zeros((k, 3)), KIND, box=region))
    return people


def read_box(box: Result, owner: str) -> Box:
    """Read where a box is, which may be turned around its first corner.

    Args:
        box (Mapping): A result of the kind 'rectanglelabels', in percent.
        owner (str): Its task, for messages.

    Returns:
        tuple: (x, y, w, h) in pixels of what holds it, inside the image.

    Raises:
        ValueError: If something is missing or is no number.
    """
    value = box['value']
    try:
        width, height = (float(box[f'original_{s}']) for s in _SIDES)
        x, y, w, h = (float(value[name]) for name in ('x', 'y', *_SIDES))
        angle = math.radians(float(value.get('rotation') or 0))
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(
            f'{owner}: where the box {box["id"]!r} is cannot be read: '
            f'{error!r}'
        ) from error
    size = np.array([width, height])
    sides = np.array([[0, 0], [w, 0], [0, h], [w, h]]) * size / 100
    cos, sin = math.cos(angle), math.sin(angle)
    corners = sides @ [[cos, sin], [-sin, cos]] + np.array([x, y]) * size / 100
    low = np.clip(corners.min(axis=0), 0, size)
    high = np.clip(corners.max(axis=0), 0, size)
    (left, top), (width, height) = low.tolist(), (high - low).tolist()
    return left, top, width, height


def _is_inside(point: Result, region: Box) -> bool:
    """Tell whether a keypoint lies in a box."""
    value = point['value']
    x = value['x'] * point['original_width'] / 100
    y = value['y'] * point['original_height'] / 100
    left, top, width, height = region
    return left <= x <= left + width and top <= y <= top + height


def name_task(task: Result) -> str:
    """Name a task in messages.

    Args:
        task (Mapping): Its record.

    Returns:
        str: its number.
    """
    return f'task {task.get("id", "without id")}'
