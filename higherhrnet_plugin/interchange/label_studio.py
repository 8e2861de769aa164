"""Labels of Label Studio."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional
from urllib.parse import parse_qs, unquote, urlsplit

from .label_studio_boxes import (
    BOX,
    KIND,
    POINT,
    RELATION,
    Result,
    Task,
    box_labels,
    find_boxes,
    name_task,
)
from .labels import Labels
from .sleap import faults_named, from_sleap, import_sleap_io

# what sleap-io writes where it does not know the size
_NO_SIZE = (100, 100)
_SHOWN = 40


def read_label_studio(path: Path) -> Labels:
    """Read an export of Label Studio.

    sleap-io reads the tasks. Beforehand it is told the image of each, which
    it finds only in files that it has written itself, and the groups of
    keypoints that are drawn inside of boxes (0.9.5).

    Args:
        path (Path): JSON, not JSON-MIN. Keypoints of several people of an
            image belong to boxes, by relations or as their children.

    Returns:
        Labels: with keypoints in the order of the file. Of several
        annotations of a task the first one that was not cancelled counts.

    Raises:
        ImportError: If sleap-io is missing.
        ValueError: If something cannot be read, or it is not clear to whom a
            keypoint belongs.
    """
    reader = import_sleap_io('io.labelstudio')
    sleap_io = import_sleap_io()
    left_out: Counter[str] = Counter()
    images = []
    with faults_named(path):
        chosen = _choose_tasks(json.loads(path.read_bytes()), left_out)
        names = _names(chosen)
        skeleton = sleap_io.Skeleton(list(names), name=KIND)
        tasks = [_pack(i, task.results) for i, task in enumerate(chosen)]
        found = from_sleap(reader.parse_tasks(tasks, skeleton), Path())
        labels = {n for task in chosen for n in box_labels(task.results)}
        for image in found.images:
            task = chosen[image.frame or 0]
            source, frame = _find_source(task.record)
            alone = find_boxes(task, labels, len(names), left_out)
            images.append(
                replace(
                    image,
                    source=str(path.parent / source),
                    frame=frame,
                    people=(*image.people, *alone),
                    size=_size([*task.results, *task.alone]),
                    seen=True,
                )
            )
    return Labels(found.skeletons, images, left_out + found.left_out)


def _choose_tasks(
    tasks: Sequence[Result], left_out: Counter[str]
) -> list[Task]:
    """Take the tasks that are labelled, and their results."""
    chosen = []
    for record in tasks:
        results = _choose(record, left_out)
        if results is None:
            continue
        for result in results:
            if result['type'] not in (POINT, BOX, RELATION):
                left_out[f'results of the kind {result["type"]}'] += 1
        grouped = _group(results, record)
        alone = [r for r in results if r['type'] == BOX and r not in grouped]
        chosen.append(Task(record, grouped, alone))
    return chosen


def _names(chosen: Sequence[Task]) -> list[str]:
    """List the names of keypoints, in the order in which they come."""
    names = dict.fromkeys(
        name
        for task in chosen
        for result in task.results
        if result['type'] == POINT
        for name in result['value'][POINT]
    )
    return list(names)


def _choose(
    task: Mapping[str, Any], left_out: Counter[str]
) -> Optional[list[Result]]:
    """Take the results of the annotation that counts."""
    given = task.get('annotations', task.get('completions')) or []
    kept = [a for a in given if not a.get('was_cancelled')]
    left_out['cancelled annotations'] += len(given) - len(kept)
    left_out['second and further annotations of an image'] += max(
        0, len(kept) - 1
    )
    if not kept:
        left_out['tasks without annotation'] += 1
        return None
    return list(kept[0]['result'])


def _group(results: Sequence[Result], task: Result) -> list[Result]:
    """Say by relations, as sleap-io reads them, who owns a keypoint."""
    points = {r['id']: r for r in results if r['type'] == POINT}
    boxes = {r['id']: r for r in results if r['type'] == BOX}
    owners = {
        key: point['parentID']
        for key, point in points.items()
        if point.get('parentID') in boxes
    }
    for result in results:
        if result['type'] == RELATION:
            ends = result['from_id'], result['to_id']
            for point, box in (ends, ends[::-1]):
                if point in points and box in boxes:
                    owners[point] = box
    alone = [
        name
        for key, point in points.items()
        if key not in owners
        for name in point['value'][POINT]
    ]
    if len(alone) > len(set(alone)):
        raise ValueError(
            f'{name_task(task)} has several keypoints '
            f'{max(alone, key=alone.count)!r} that belong to no box: draw a '
            'box around each animal, and relate its keypoints to it'
        )
    owned = set(owners.values())
    return [
        *(box for key, box in boxes.items() if key in owned),
        *points.values(),
        *(
            {'type': RELATION, 'from_id': point, 'to_id': box}
            for point, box in owners.items()
        ),
    ]


def _pack(number: int, results: list[Result]) -> dict[str, Any]:
    """Pack results as a task of which sleap-io knows the frame."""
    video = {'filename': 'tasks', 'shape': None, 'frame_idx': number}
    return {
        'meta': {'video': video},
        'annotations': [{'result': results}],
    }


def _find_source(task: Mapping[str, Any]) -> tuple[str, Optional[int]]:
    """Find out what image or frame a task is about."""
    video = (task.get('meta') or {}).get('video')
    if video:
        name, index = video['filename'], int(video['frame_idx'])
        if isinstance(name, list):
            return name[index], None
        return name, index
    data = task.get('data') or {}
    values = [value for value in data.values() if isinstance(value, str)]
    if 'image' in data:
        values = [data['image']]
    if len(values) != 1:
        raise ValueError(
            f'{name_task(task)} does not say what image it is about'
        )
    if not isinstance(values[0], str) or values[0].startswith('data:'):
        shown = repr(values[0])
        if len(shown) > _SHOWN:
            shown = f'{shown[:_SHOWN]}...'
        raise ValueError(
            f'{name_task(task)}: the image is {shown}, not the name of one '
            'file: save it as a file, and name that in the task'
        )
    address = urlsplit(values[0])
    local = parse_qs(address.query).get('d')
    return (local[0] if local else unquote(address.path)).lstrip('/'), None


def _size(results: Sequence[Result]) -> Optional[tuple[int, int]]:
    """Read the size that a task was labelled on."""
    for result in results:
        if 'original_width' in result:
            size = (
                int(result['original_width']),
                int(result['original_height']),
            )
            return None if size == _NO_SIZE else size
    return None
