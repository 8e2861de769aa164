"""The images of an annotation file that inputs belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Optional

from mmengine.config import Config

from ..datasets.coco_repair import CocoOptions, RepairReport, load_coco
from ..datasets.coco_repair.files import base_name, spellings
from ..datasets.config_datasets import read_config_dataset
from ..structures.metainfo import ordered_names
from .inputs import Source
from .journal import Record


def annotation_options(
    cfg: Optional[Config], dataset_meta: Mapping[str, Any]
) -> CocoOptions:
    """Find out how the test of a config reads annotation files.

    Args:
        cfg (Config, optional): Full config; None for an exported file.
        dataset_meta (Mapping[str, Any]): Of the model, as parsed by mmpose.

    Returns:
        CocoOptions: that do not look at pictures.
    """
    names = ordered_names(dataset_meta)
    options = CocoOptions(
        len(names), missing_images='ignore', names=names, allow_unsized=True
    )
    if cfg is None:
        return options
    try:
        dataset = read_config_dataset(cfg, 'test_dataloader')
    except ValueError:
        # several, or none of ours: what the model knows has to do
        return options
    if dataset.metainfo['num_keypoints'] != len(names):
        return options
    return replace(
        options,
        category=dataset.settings.get('category'),
        keypoint_fields=dataset.keypoint_fields,
        rename_keypoints=dataset.settings.get('rename_keypoints'),
    )


def read_annotation_ids(
    path: str, sources: Sequence[Source], options: CocoOptions
) -> tuple[dict[str, Record], int, RepairReport]:
    """Find the images of sources in an annotation file.

    It is read and repaired as by the data sets.

    Args:
        path (str): Annotation file of COCO's form.
        sources (Sequence[Source]): Images. One belongs to the ``file_name``
            that equals the end of its path in whole folders, the longest
            such; else to the only one of its base name.
        options (CocoOptions): From :func:`annotation_options`.

    Returns:
        tuple: ``id`` and ``file_name`` of the images by the names of the
        sources, the id of the category, and what was repaired.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it cannot be repaired, or an input does not belong to
            exactly one of its images.
    """
    try:
        content, report = load_coco(path, options)
    except (ValueError, FileNotFoundError) as error:
        raise type(error)(f'--ann-file: {error}') from error
    images = [
        {name: image[name] for name in ('id', 'file_name')}
        for image in content['images']
    ]
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
                f'{_left_out(report)}'
            )
        found[source.name] = image
        other = owners.setdefault(image['id'], source.name)
        if other != source.name:
            raise ValueError(
                f'--ann-file {path}: the inputs {other} and {source.name} '
                f'are both image {image["id"]}'
            )
    (category,) = content['categories']
    return found, category['id'], report


def _left_out(report: RepairReport) -> str:
    """Say which images the repair has left out."""
    reasons = [what for what in report.dropped if what.startswith('images ')]
    return f', or it is among the {", ".join(reasons)}' if reasons else ''


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
