"""People as COCO results, and the images that they belong to."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Optional

from ..datasets.coco_repair import RepairReport, read_coco
from ..datasets.coco_repair.categories import choose_category
from ..datasets.coco_repair.files import base_name, spellings
from ..datasets.coco_repair.ids import id_key, number_ids
from .files import write_whole
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


def read_annotation_ids(
    path: str, sources: Sequence[Source], num_keypoints: int
) -> tuple[dict[str, Record], int]:
    """Find the images of sources in an annotation file.

    Ids, category and spellings of file names are read as by the data sets.

    Args:
        path (str): Annotation file of COCO's form.
        sources (Sequence[Source]): Images. One belongs to the ``file_name``
            that equals the end of its path in whole folders, the longest
            such; else to the only one of its base name.
        num_keypoints (int): K of the model.

    Returns:
        tuple: ``id`` and ``file_name`` of the images by the names of the
        sources, and the id of the category.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is no annotation file, or an input does not belong
            to exactly one of its images, or the category is not clear.
    """
    content = read_coco(path)
    try:
        images = _listed_images(content['images'])
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f'--ann-file {path} has no `images` with `id` and `file_name`'
        ) from error
    by_end, by_base = _names(images)
    found: dict[str, Record] = {}
    owners: dict[Any, str] = {}
    for source in sources:
        parts = Path(source.path).parts
        ends = ('/'.join(parts[i:]) for i in range(1, len(parts)))
        image = next((by_end[e] for e in ends if e in by_end), None)
        alike = by_base[parts[-1].casefold()]
        if image is None and len(alike) == 1:
            image = alike[0]
        if source.kind != 'image' or image is None:
            raise ValueError(
                f'--ann-file {path} does not list the input {source.name}'
            )
        found[source.name] = image
        other = owners.setdefault(image['id'], source.name)
        if other != source.name:
            raise ValueError(
                f'--ann-file {path}: the inputs {other} and {source.name} '
                f'are both image {image["id"]}'
            )
    try:
        chosen = choose_category(
            content.get('categories') or [],
            content.get('annotations') or [],
            *(num_keypoints, None, RepairReport(path)),
        )
    except ValueError as error:
        raise ValueError(f'--ann-file {path}: {error}') from error
    return found, chosen.record['id']


def _listed_images(images: Sequence[Record]) -> list[Record]:
    """Take ids as the data sets number them, and names."""
    keys = [id_key(image['id'], 'an image') for image in images]
    numbers = number_ids(dict.fromkeys(keys))
    return [
        {'id': numbers[key], 'file_name': image['file_name']}
        for key, image in zip(keys, images)
    ]


def _names(
    images: Sequence[Record],
) -> tuple[dict[str, Record], dict[str, list[Record]]]:
    """Index images by all spellings of their names, and by base names."""
    by_end: dict[str, Record] = {}
    by_base: dict[str, list[Record]] = defaultdict(list)
    for image in images:
        names = [name for name, _ in spellings(image['file_name'])]
        for name in names:
            by_end.setdefault(PurePosixPath(name).as_posix(), image)
        for base in {base_name(name).casefold() for name in names}:
            by_base[base].append(image)
    return by_end, by_base


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
