"""Labels of Label Studio."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Optional
from urllib.parse import parse_qs, unquote, urlsplit

from .labels import Labels
from .sleap import faults_named, from_sleap, import_sleap_io

_POINT, _BOX = 'keypointlabels', 'rectanglelabels'
# what sleap-io writes where it does not know the size
_NO_SIZE = (100, 100)
Result = Mapping[str, Any]


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
    with faults_named(path):
        left_out: Counter[str] = Counter()
        chosen = _choose_results(json.loads(path.read_bytes()), left_out)
        skeleton = sleap_io.Skeleton(_names(chosen), name='animal')
        tasks = [_pack(i, results) for i, (_, results) in enumerate(chosen)]
        found = from_sleap(reader.parse_tasks(tasks, skeleton), Path())
    images = []
    for image in found.images:
        task, results = chosen[image.frame or 0]
        source, frame = _find_source(task)
        images.append(
            replace(
                image,
                source=str(path.parent / source),
                frame=frame,
                size=_size(results),
                seen=True,
            )
        )
    return Labels(found.skeletons, images, left_out + found.left_out)


def _choose_results(
    tasks: Sequence[Result], left_out: Counter[str]
) -> list[tuple[Result, list[Result]]]:
    """Take the tasks that are labelled, and their results."""
    chosen = []
    for task in tasks:
        results = _choose(task, left_out)
        if results is not None:
            chosen.append((task, _group(results, task)))
    return chosen


def _names(chosen: Sequence[tuple[Result, list[Result]]]) -> list[str]:
    """List the names of keypoints, in the order in which they come."""
    names = dict.fromkeys(
        name
        for _, results in chosen
        for result in results
        if result['type'] == _POINT
        for name in result['value'][_POINT]
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
    points = {r['id']: r for r in results if r['type'] == _POINT}
    boxes = {r['id']: r for r in results if r['type'] == _BOX}
    owners = {
        key: point['parentID']
        for key, point in points.items()
        if point.get('parentID') in boxes
    }
    for result in results:
        if result['type'] == 'relation':
            ends = result['from_id'], result['to_id']
            for point, box in (ends, ends[::-1]):
                if point in points and box in boxes:
                    owners[point] = box
    alone = [
        name
        for key, point in points.items()
        if key not in owners
        for name in point['value'][_POINT]
    ]
    if len(alone) > len(set(alone)):
        raise ValueError(
            f'task {task.get("id", "without id")} has several keypoints '
            f'{max(alone, key=alone.count)!r} that belong to no box: draw a '
            'box around each animal, and relate its keypoints to it'
        )
    owned = set(owners.values())
    return [
        *(box for key, box in boxes.items() if key in owned),
        *points.values(),
        *(
            {'type': 'relation', 'from_id': point, 'to_id': box}
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
    values = [v for v in task.get('data', {}).values() if isinstance(v, str)]
    if 'image' in task.get('data', {}):
        values = [task['data']['image']]
    if len(values) != 1:
        raise ValueError(
            f'task {task.get("id", "without id")} does not say what image it '
            'is about'
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
