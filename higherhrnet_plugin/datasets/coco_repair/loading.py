"""An annotation file, read and repaired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

from .annotated_on import ANNOTATED_ON, DISK, IMAGE, RESIZED, STORED
from .categories import Category, ChosenCategory, choose_category
from .files import is_local
from .fitting import fit_annotations, forget_sizes
from .foreign import describe_content
from .ids import id_key
from .images import repair_images
from .marks import split_marked_images
from .names import Renaming, arrange_keypoints, reorder_category
from .nobody import judge_what_is_left
from .people import repair_people
from .reading import read_coco
from .repeats import merge_shared_images
from .report import RepairReport

_MISSING_IMAGES = ('error', 'drop', 'ignore')


@dataclass(frozen=True)
class CocoOptions:
    """How a file is read; the same options give the same content.

    Attributes:
        num_keypoints (int): K.
        category (int | str | Sequence | None): Id or name of the category to
            learn, several of them, which are merged, or 'all'. Defaults to
            None, which takes the only one that fits.
        image_dir (str, optional): Folder of the images. Without it, file
            names are taken as they are.
        missing_images (str): 'error' refuses files that list images which
            are not there, 'drop' leaves these out, 'ignore' does not look.
            Defaults to 'error'.
        keypoint_fields (dict[str, int]): Lists that hold the keypoints, and
            how many. Empty stands for all K in ``keypoints``.
        annotated_on (str): 'image': on the images as they are read;
            'disk': the same, but sizes of the file are wrong and not used;
            'resized': on images of the size that the file says, which have
            another one now; 'stored': on images that their EXIF record has
            not turned. Annotations are scaled or turned. Defaults to 'image'.
        names (tuple[str, ...]): K names of the metainfo. Empty stands for
            those of the file.
        rename_keypoints (str | Mapping | None): As for the data sets.
        allow_unsized (bool): Keep images whose size is not known, and leave
            out their annotations; for readers that need the ids alone.
            Defaults to False, which refuses them.
    """

    num_keypoints: int
    category: Category = None
    image_dir: Optional[str] = None
    missing_images: str = 'error'
    keypoint_fields: dict[str, int] = field(default_factory=dict)
    annotated_on: str = IMAGE
    names: tuple[str, ...] = ()
    rename_keypoints: Renaming = None
    allow_unsized: bool = False

    def __post_init__(self) -> None:
        if self.missing_images not in _MISSING_IMAGES:
            raise ValueError(
                f'`missing_images` is one of {_MISSING_IMAGES}, got '
                f'{self.missing_images!r}'
            )
        if self.annotated_on not in ANNOTATED_ON:
            raise ValueError(
                f'`annotated_on` is one of {ANNOTATED_ON}, got '
                f'{self.annotated_on!r}'
            )


def load_coco(
    path: str, options: CocoOptions
) -> tuple[dict[str, Any], RepairReport]:
    """Read an annotation file and repair it.

    Args:
        path (str): The file, or an address that mmengine can read.
        options (CocoOptions): How.

    Returns:
        tuple: the content in COCO's format, and what was done to it.

    Raises:
        FileNotFoundError: If the file or images are missing.
        ValueError: If something cannot be read or repaired; the message
            names the file, the record and the value.
    """
    return repair_coco(read_coco(path), options, path)


def repair_coco(
    content: Any, options: CocoOptions, file: str
) -> tuple[dict[str, Any], RepairReport]:
    """Repair the content of an annotation file.

    What is in order stays untouched: a clean file comes back equal.

    Args:
        content (Any): What the JSON file holds; it is not changed.
        options (CocoOptions): How.
        file (str): Name of the file, for messages.

    Returns:
        tuple: the content in COCO's format, and what was done to it.

    Raises:
        FileNotFoundError: If images are missing.
        ValueError: If something cannot be repaired.
    """
    report = RepairReport(file)
    try:
        return _repair(content, options, report), report
    except (ValueError, FileNotFoundError) as error:
        raise type(error)(f'annotation file {file!r}: {error}') from error


def _repair(
    content: Any, options: CocoOptions, report: RepairReport
) -> dict[str, Any]:
    """Repair images, categories and annotations."""
    raw_images = list_images(content)
    raw = list_records(content, 'annotations')
    look = options.missing_images != 'ignore' and is_local(
        options.image_dir or ''
    )
    images = _repair_images(raw_images, bool(raw), look, options, report)
    report.image_ids = {key: i['id'] for key, i in images.items() if i}
    chosen = choose_category(
        list_records(content, 'categories'),
        raw,
        options.num_keypoints,
        options.category,
        report,
    )
    fields = options.keypoint_fields or {'keypoints': options.num_keypoints}
    orders = _orders(chosen, fields, options, report)
    kept = repair_people(raw, images, chosen.numbers, (fields, orders), report)
    # images of several ids come once
    left = list({i['id']: i for i in images.values() if i}.values())
    if options.annotated_on in (RESIZED, STORED):
        if not look or options.image_dir is None:
            raise ValueError(
                f'annotated_on={options.annotated_on!r} reads the sizes of '
                'the images, which needs their folder on this machine and '
                "another `missing_images` than 'ignore'"
            )
        fit_annotations(
            left,
            kept,
            options.image_dir,
            options.annotated_on,
            fields,
            report,
        )
    _count_totals(left, kept, report)
    judge_what_is_left(raw, kept, images, report)
    result = {**content, 'images': left, 'categories': [chosen.record]}
    if 'annotations' in content:
        result['annotations'] = kept
    return result


def _repair_images(
    raw: list[dict[str, Any]],
    annotated: bool,
    look: bool,
    options: CocoOptions,
    report: RepairReport,
) -> dict[str, Optional[dict[str, Any]]]:
    """Repair the images; those that are left out are None."""
    # lists of test images have no annotations
    marked: list[Any] = []
    if annotated:
        raw, marked = split_marked_images(raw, report)
    if options.annotated_on == DISK:
        raw = forget_sizes(raw)
    images = repair_images(
        raw,
        options.image_dir if look else None,
        (options.missing_images == 'drop', options.allow_unsized),
        report,
    )
    if annotated:
        merge_shared_images(images, report)
    images.update({id_key(value, 'an image'): None for value in marked})
    return images


def list_images(content: Any) -> list[dict[str, Any]]:
    """Take the images of a file, or say what it is if it has none.

    Args:
        content (Any): What the file holds.

    Returns:
        list[dict]: ``images``, at least one.

    Raises:
        ValueError: If there is none, or one is no record.
    """
    what = describe_content(content)
    if not isinstance(content, dict):
        raise ValueError(
            'it cannot be read: COCO files hold a record, this one a '
            f'{type(content).__name__}{what and f"; it is {what}"}'
        )
    images = list_records(content, 'images')
    if not images:
        raise ValueError(
            f'it is not in COCO format, but {what}'
            if what
            else 'it is not in COCO format, or empty: `images` lists none'
        )
    return images


def _orders(
    chosen: ChosenCategory,
    fields: Mapping[str, int],
    options: CocoOptions,
    report: RepairReport,
) -> dict[str, list[int]]:
    """Find the categories of another order, and describe the chosen one."""
    # the others of several lists have no names in COCO's files
    names = options.names[: next(iter(fields.values()))]
    orders = {}
    for key, source in chosen.sources.items():
        order = arrange_keypoints(
            source, names, options.rename_keypoints, report
        )
        if order is not None:
            orders[key] = order
    first = orders.get(next(iter(chosen.sources)))
    if first is not None:
        chosen.record.update(reorder_category(chosen.record, names, first))
    return orders


def list_records(content: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Take one of the lists of a file.

    Args:
        content (dict): What the file holds.
        name (str): Key of the list.

    Returns:
        list[dict]: its records, none if the file lacks it.

    Raises:
        ValueError: If it is no list of records.
    """
    records = content.get(name)
    if records is None:
        return []
    if not isinstance(records, list):
        raise ValueError(
            f'`{name}` is a {type(records).__name__}, not a list of records'
        )
    for i, record in enumerate(records):
        if not isinstance(record, dict):
            raise ValueError(f'`{name}[{i}]` is {record!r}, not a record')
    return records


def _count_totals(
    images: Sequence[dict[str, Any]],
    annotations: Sequence[dict[str, Any]],
    report: RepairReport,
) -> None:
    """Count what is left."""
    shown = {a['image_id'] for a in annotations}
    crowds = sum(bool(a['iscrowd']) for a in annotations)
    labelled = sum(
        a['num_keypoints'] > 0 and not a['iscrowd'] for a in annotations
    )
    report.totals = {
        'images': len(images),
        'labelled people': labelled,
        'unlabelled people': len(annotations) - crowds - labelled,
        'crowds': crowds,
        'images without annotations': len(images) - len(shown),
    }
