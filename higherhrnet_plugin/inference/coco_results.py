"""People as COCO results."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from ..files import write_whole
from .inputs import Source
from .journal import Record


def describe_category(
    dataset_meta: Mapping[str, Any], category_id: int = 1
) -> Record:
    """Describe the people of a data set as a category of COCO.

    Args:
        dataset_meta (Mapping[str, Any]): As parsed by mmpose.
        category_id (int): Its number. Defaults to 1.

    Returns:
        dict: ``id``, ``name``, ``keypoints`` and ``skeleton``, from 1.
    """
    names = dataset_meta['keypoint_id2name']
    links = dataset_meta['skeleton_links']
    return {
        'id': category_id,
        'name': 'person',
        'keypoints': [names[k] for k in sorted(names)],
        'skeleton': [[int(a) + 1, int(b) + 1] for a, b in links],
    }


def write_results(
    out: Path,
    records: Sequence[tuple[Source, Record]],
    category: Record,
    listed: Optional[Mapping[str, Record]] = None,
) -> None:
    """Write ``predictions.json`` and ``images.json``, whole or not at all.

    Args:
        out (Path): Folder.
        records (Sequence[tuple[Source, dict]]): Images and frames, in order:
            ``width``, ``height``, ``people`` and, of a video, ``frame``
            and ``time`` in seconds.
        category (dict): From :func:`describe_category`.
        listed (Mapping[str, dict], optional): From
            :func:`read_annotation_ids`. Without it images are numbered from
            1.
    """
    images, rows = [], []
    for number, (source, record) in enumerate(records, 1):
        image: Record = {'id': number, 'file_name': source.name}
        if listed is not None:
            image.update(listed[source.name])
        image.update(width=record['width'], height=record['height'])
        if 'frame' in record:
            image['file_name'] = f'{source.name}/{record["frame"]:06d}'
            image.update(video=source.name, frame=record['frame'])
            image.update(time=record['time'])
        images.append(image)
        row = {'image_id': image['id'], 'category_id': category['id']}
        if 'time' in image:
            row['time'] = image['time']
        rows += [{**row, **person} for person in record['people']]
    _write_json(
        out / 'images.json',
        {'images': images, 'annotations': [], 'categories': [category]},
    )
    _write_json(out / 'predictions.json', rows)


def _write_json(path: Path, content: Any) -> None:
    """Write JSON so that the file is never seen half written."""
    text = json.dumps(content, ensure_ascii=False)
    # as JSON writes names that are no text
    write_whole(path, text.encode('utf-8', 'backslashreplace'))
