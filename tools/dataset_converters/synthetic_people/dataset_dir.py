"""Decide what to do with a folder, and sum up a data set."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .coco_writer import annotation_path, write_json
from .options import SPLITS, USUAL, Options

OPTIONS_FILE = 'dataset.json'
# Marks a folder as ours while it is being filled.
PARTIAL_FILE = 'dataset.partial.json'
# as in higherhrnet_plugin.structures.coco; this tool needs no package
MEDIUM_AREA = 32**2
LARGE_AREA = 96**2


class FolderError(ValueError):
    """Tell that the output folder must not be written."""


def _stored_options(out_dir: Path) -> dict[str, Any] | None:
    """Read the options of a finished data set, None without one."""
    path = out_dir / OPTIONS_FILE
    if not path.is_file():
        return None
    try:
        stored = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        stored = None
    if not isinstance(stored, dict):
        raise FolderError(
            f'{path} is not readable as JSON options; '
            'use --overwrite to make the data set anew'
        )
    return stored


def _is_complete(out_dir: Path, options: Options) -> bool:
    """Tell whether all files of a data set are there."""
    return all(
        annotation_path(out_dir, split).is_file()
        and sum(1 for _ in (out_dir / split).glob('[0-9]*.jpg'))
        == options.count(split)
        for split in SPLITS
    )


def needs_writing(out_dir: Path, options: Options, overwrite: bool) -> bool:
    """Check the output folder.

    Args:
        out_dir: Folder of the data set.
        options: What shall be in it.
        overwrite: Whether an earlier data set may be replaced.

    Returns:
        False if the folder holds just this data set already.

    Raises:
        FolderError: The folder holds something else.
    """
    if out_dir.exists() and not out_dir.is_dir():
        raise FolderError(f'{out_dir} is not a folder')
    if overwrite or not out_dir.exists():
        return True
    stored = _stored_options(out_dir)
    if stored is None:
        if (out_dir / PARTIAL_FILE).is_file() or not any(out_dir.iterdir()):
            return True
        raise FolderError(
            f'{out_dir} is not empty and holds no data set of this tool; '
            'choose another folder or use --overwrite'
        )
    unsaid = {'people': USUAL}
    stored = {**unsaid, **stored}
    for name, value in {**unsaid, **options.as_json()}.items():
        if stored.get(name) != value:
            raise FolderError(
                f'{out_dir} was made with {name}={stored.get(name)}, not '
                f'{value}; choose another folder or use --overwrite'
            )
    return not _is_complete(out_dir, options)


@contextmanager
def marked_while_written(out_dir: Path, options: Options) -> Iterator[None]:
    """Mark a folder as unfinished until the block ends without an error.

    Args:
        out_dir: Folder of the data set; made if it is not there.
        options: What is written into it; stored last.

    Yields:
        Nothing; the data set is to be written in the block.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    partial, final = out_dir / PARTIAL_FILE, out_dir / OPTIONS_FILE
    write_json(partial, options.as_json())
    final.unlink(missing_ok=True)
    yield
    partial.replace(final)


def summarise(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """Describe a data set in a few words.

    Args:
        documents: COCO documents of the splits.

    Returns:
        One line per split.
    """
    return '\n'.join(
        f'{split}: {_summary(document)}'
        for split, document in documents.items()
    )


def _summary(document: Mapping[str, Any]) -> str:
    """Describe one split in one line."""
    images, entries = document['images'], document['annotations']
    crowds = sum(entry['iscrowd'] for entry in entries)
    people = [entry for entry in entries if entry['num_keypoints']]
    bare = len(images) - len({entry['image_id'] for entry in entries})
    areas = [person['area'] for person in people]
    count = max(len(people), 1)
    small = sum(area < MEDIUM_AREA for area in areas) / count
    large = sum(area > LARGE_AREA for area in areas) / count
    seen = sum(
        flag == 2 for person in people for flag in person['keypoints'][2::3]
    )
    return (
        f'{len(images)} images, {len(people)} people '
        f'({len(people) / max(len(images), 1):.2f} per image), '
        f'{len(entries) - crowds - len(people)} without key points, '
        f'{crowds} crowd regions, {bare} images without people, '
        f'S/M/L {small:.0%}/{1 - small - large if people else 0:.0%}/'
        f'{large:.0%}, {seen / count:.1f} visible key points per person'
    )
