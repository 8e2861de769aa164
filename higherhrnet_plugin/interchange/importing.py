"""From the labels of a tool to a COCO keypoint file and its images."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

from ..datasets.coco_repair import CocoOptions, repair_coco
from ..files import write_whole
from .choosing import choose_kind, choose_people
from .coco import read_coco_labels
from .coco_content import make_coco, number_tracks
from .cvat import read_cvat
from .deeplabcut import read_deeplabcut
from .formats import FORMATS, find_format, refuse_code
from .label_studio import read_label_studio
from .labels import LabelledImage, Labels, Person
from .pictures import Sizes, place_images
from .sleap import read_alphatracker, read_jabs, read_sleap
from .tables import read_table
from .ultralytics import read_ultralytics

_READERS: dict[str, Callable[[Path], Labels]] = {
    'sleap': read_sleap,
    'deeplabcut': read_deeplabcut,
    'label-studio': read_label_studio,
    'ultralytics': read_ultralytics,
    'jabs': read_jabs,
    'alphatracker': read_alphatracker,
    'cvat': read_cvat,
}


@dataclass(frozen=True)
class ImportOptions:
    """How labels are imported.

    Attributes:
        kind (str): One of ``FORMATS``, or '' to find out.
        places (tuple[Path, ...]): Folders in which images and videos are
            searched that are not where the labels say; or a video.
        skeleton (str): Which kind of people, or 'all'; '' if there is one.
        predicted (bool): Whether predicted people are taken.
        keep_empty (bool): Whether all images without anybody are.
        copy (bool): Whether images are copied in place of linked.
    """

    kind: str = ''
    places: tuple[Path, ...] = ()
    skeleton: str = ''
    predicted: bool = False
    keep_empty: bool = False
    copy: bool = False


def import_labels(
    path: Path, out: Path, options: Optional[ImportOptions] = None
) -> list[str]:
    """Import labels: ``images`` and ``annotations.json`` in a new folder.

    Data sets that are split get a file for each, as ``train.json``. Nothing
    but this folder is changed, and it is left as it was if something fails.

    Args:
        path (Path): File or folder of labels.
        out (Path): New or empty.
        options (ImportOptions, optional): How. Defaults to none.

    Returns:
        list[str]: what was imported and left out, one line each.

    Raises:
        ImportError: If a package is missing; the message says which.
        OSError: If something is missing or cannot be written.
        ValueError: If something cannot be read, or needs a choice.
    """
    options = options or ImportOptions()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ValueError(f'{out} is not empty: choose another --out')
    kind = options.kind or find_format(path)
    labels = choose_kind(_read(path, kind, options), options.skeleton)
    labels = choose_people(labels, options.predicted, options.keep_empty)
    people = [person for image in labels.images for person in image.people]
    if not any(person.is_labelled for person in people):
        lines = [f'{path}: nobody with labelled keypoints is left']
        lines += [*_masked(people), *_left_out(labels.left_out)]
        raise ValueError('\n'.join(lines))
    lines = [_summary(kind, labels), *_masked(people), *labels.notes]
    lines += _left_out(labels.left_out)
    with _removed_on_failure(out, labels):
        names, sizes = place_images(
            labels.images, options.places, out / 'images', options.copy
        )
        for split in _splits(labels):
            lines += _write_split(out, split, labels, names, sizes)
    return lines


@contextmanager
def _removed_on_failure(out: Path, labels: Labels) -> Iterator[None]:
    """Leave nothing behind that would refuse the same command again."""
    before = out.exists()
    try:
        yield
    except BaseException:
        # it was empty, and no link is followed
        shutil.rmtree(out / 'images', ignore_errors=True)
        with suppress(OSError):
            for split in _splits(labels):
                _split_file(out, split).unlink(missing_ok=True)
            if not before:
                out.rmdir()
        raise


def _read(path: Path, kind: str, options: ImportOptions) -> Labels:
    """Read labels of a kind."""
    if path.is_file():
        refuse_code(path)
    elif not path.is_dir():
        raise FileNotFoundError(f'there is no file or folder {str(path)!r}')
    if kind == 'coco':
        return read_coco_labels(path, options.places)
    if kind == 'csv':
        videos = [place for place in options.places if place.is_file()]
        return read_table(path, videos[0] if len(videos) == 1 else None)
    if kind not in _READERS:
        raise ValueError(f'format {kind!r} is none of {list(FORMATS)}')
    return _READERS[kind](path)


def _splits(labels: Labels) -> list[str]:
    """List the splits of a data set."""
    return list(dict.fromkeys(image.split for image in labels.images))


def _split_file(out: Path, split: str) -> Path:
    """Name the annotation file of a split."""
    return out / f'{split or "annotations"}.json'


def _write_split(
    out: Path, split: str, labels: Labels, names: list[str], sizes: Sizes
) -> list[str]:
    """Write the annotation file of a split, and read it as training does."""
    (skeleton,) = labels.skeletons
    tracks = number_tracks(labels.images)
    images: list[LabelledImage] = []
    own: list[str] = []
    for image, name in zip(labels.images, names):
        if image.split == split:
            images.append(image)
            own.append(name)
    content = make_coco(images, skeleton, own, sizes, tracks)
    file = _split_file(out, split)
    options = CocoOptions(
        len(skeleton.keypoints), image_dir=str(out / 'images')
    )
    try:
        _, report = repair_coco(content, options, str(file))
        notes = [] if report.is_clean else report.lines()[1:]
    except ValueError as error:
        notes = [f'WARNING: {error}']
    write_whole(file, json.dumps(content, ensure_ascii=False) + '\n')
    count = f'{len(images)} images, {len(content["annotations"])} people'
    return [f'written: {file}: {count}', *notes]


def _summary(kind: str, labels: Labels) -> str:
    """Count what was imported."""
    images = labels.images
    people = [p for image in images for p in image.people]
    videos = {i.source for i in images if i.frame is not None}
    labelled = sum(int((p.keypoints[:, 2] > 0).sum()) for p in people)
    tracks = {p.track for p in people if p.track}
    hidden = sum(int((p.keypoints[:, 2] == 1).sum()) for p in people)
    return (
        f'{kind}: {len(videos)} videos, {len(images)} images, {len(people)} '
        f'people, {labelled} keypoints labelled, {hidden} of them hidden, '
        f'{len(tracks)} individuals'
    )


def _masked(people: list[Person]) -> list[str]:
    """Count who has no keypoints."""
    count = sum(not person.is_labelled for person in people)
    if not count:
        return []
    return [f'masked in training: {count} people without labelled keypoints']


def _left_out(left_out: Counter[str]) -> list[str]:
    """Say what was left out."""
    return [
        f'left out: {count} {what}'
        for what, count in left_out.items()
        if count
    ]
