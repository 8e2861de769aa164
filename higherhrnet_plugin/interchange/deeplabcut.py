"""Labels of DeepLabCut: the tables of its project folder."""

from __future__ import annotations

import csv
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Optional

from ..images.formats import IMAGE_SUFFIXES
from .labels import LabelledImage, Labels, Person, Skeleton
from .settings import read_settings
from .sleap import faults_named, from_sleap, import_sleap_io

# the individual that holds what there is once in an image
_SINGLE = 'single'
_FOLDER = 'labeled-data'
_HEADERS = ('scorer', 'individuals', 'bodyparts', 'coords')


def read_deeplabcut(path: Path) -> Labels:
    """Read a project of DeepLabCut, or one of its tables.

    sleap-io reads the tables. It is given them with other names of the
    images: it passes over images that it does not find, after which the
    frames of all later ones are those of others (0.9.5).

    Args:
        path (Path): ``config.yaml``, its folder, or a
            ``CollectedData_*.csv``. Tables of a project lie in
            ``labeled-data/*/``.

    Returns:
        Labels: keypoints in the order of the config, or else of the table;
        individuals as tracks. Unique body parts are left out.

    Raises:
        FileNotFoundError: If the folder has no tables.
        ImportError: If sleap-io is missing.
        ValueError: If something cannot be read.
    """
    config = _find_config(path)
    settings = read_settings(config) if config else {}
    left_out: Counter[str] = Counter()
    if path.suffix.lower() == '.csv':
        tables = [path]
    else:
        tables = _find_tables(config, settings, left_out)
    found = [_read_table(table) for table in tables]
    names = _names(settings) or list(
        dict.fromkeys(n for f in found for n in f.skeletons[0].keypoints)
    )
    skeleton = Skeleton(
        str(settings.get('Task') or 'animal'),
        tuple(names),
        _links(names, settings, config),
    )
    return _join(found, skeleton, left_out)


def _find_config(path: Path) -> Optional[Path]:
    """Find the config of the project that a path belongs to."""
    if path.is_dir():
        path /= 'config.yaml'
    if path.suffix.lower() != '.csv':
        if not path.is_file():
            raise FileNotFoundError(f'{path.parent} has no config.yaml')
        return path
    # labeled-data/VIDEO/CollectedData_*.csv
    config = path.absolute().parents[2:3]
    file = config[0] / 'config.yaml' if config else None
    return file if file and file.is_file() else None


def _find_tables(
    config: Optional[Path], settings: dict[str, Any], left_out: Counter[str]
) -> list[Path]:
    """Find the table of each folder of images, and count what is not read."""
    folder = (config or Path()).parent / _FOLDER
    scorer = settings.get('scorer') or '*'
    name = f'CollectedData_{scorer}.csv'
    tables = []
    for path in sorted(folder.glob('*/CollectedData_*')):
        video, suffix = path.parent.name, path.suffix.lower()
        if suffix == '.csv' and (scorer == '*' or path.name == name):
            tables.append(path)
        elif suffix == '.csv':
            left_out[
                f'tables of another scorer than {scorer!r} of the config: '
                f'{video}/{path.name} (give it by itself)'
            ] += 1
        elif suffix == '.h5' and not path.with_suffix('.csv').is_file():
            left_out[
                f'tables without .csv: {video}/{path.name} (save the labels '
                'again in DeepLabCut, which writes it beside)'
            ] += 1
    if not tables:
        found = ''.join(
            f'\nleft out: {n} {what}' for what, n in left_out.items()
        )
        raise FileNotFoundError(
            f'{folder} has no */{name}; DeepLabCut writes them beside the '
            f'.h5, which is not read{found}'
        )
    return tables


def _names(settings: dict[str, Any]) -> list[str]:
    """Take the names of the keypoints from a config."""
    names = settings.get('multianimalbodyparts')
    if not settings.get('multianimalproject'):
        names = settings.get('bodyparts')
    return [str(name) for name in names] if isinstance(names, list) else []


def _read_table(path: Path) -> Labels:
    """Read one table, with its own order of keypoints."""
    heads, rows = _split(path)
    width = 3 if rows and rows[0][0] == _FOLDER else 1
    images = [PurePosixPath(*_parts(row[:width])) for row in rows]
    for image in images:
        if image.suffix.lower() not in IMAGE_SUFFIXES:
            raise ValueError(
                f'{path}: {str(image)!r} is no image; predictions for a '
                'video are not read, labels are in CollectedData_*.csv'
            )
    kinds = [head[0] for head in heads]
    parts = heads[kinds.index('bodyparts')][width:]
    people = (
        heads[kinds.index('individuals')][width:]
        if 'individuals' in kinds
        else [''] * len(parts)
    )
    dlc = import_sleap_io('io.dlc')
    with tempfile.TemporaryDirectory() as folder, faults_named(path):
        table = Path(folder, 'table.csv')
        with table.open('w', encoding='utf-8', newline='') as file:
            write = csv.writer(file).writerow
            for head in heads:
                write([head[0], *head[width:]])
            for number, row in enumerate(rows):
                name = Path(_FOLDER, 'all', f'{number:09d}.png')
                write([name.as_posix(), *row[width:]])
                # it looks for the images, and does not open them
                Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
                Path(folder, name).touch()
        found = from_sleap(dlc.load_dlc(table, config=False), Path(folder))
    kept = dict.fromkeys(p for p, who in zip(parts, people) if who != _SINGLE)
    return _name_images(found, list(kept), [_place(path, i) for i in images])


def _split(path: Path) -> tuple[list[list[str]], list[list[str]]]:
    """Split a table into its three or four lines of names, and the rows."""
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            lines = [line for line in csv.reader(file) if line]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f'{path} cannot be read: {error}') from error
    heads = [line for line in lines[:4] if line[0] in _HEADERS]
    found = [head[0] for head in heads]
    if not {'scorer', 'bodyparts', 'coords'} <= set(found):
        raise ValueError(
            f'{path} is no table of DeepLabCut: its first lines are '
            f'{[line[0] for line in lines[:4]]}, not scorer, (individuals,) '
            'bodyparts and coords'
        )
    return heads, lines[len(heads) :]


def _parts(cells: Sequence[str]) -> Iterator[str]:
    """Split the path of an image, which may be that of Windows."""
    for cell in cells:
        yield from filter(None, cell.replace('\\', '/').split('/'))


def _place(table: Path, image: PurePosixPath) -> str:
    """Say where the image of a row should be."""
    beside = table.parent / image.name
    # the project may have been moved without its folders
    if len(image.parts) == 1 or beside.is_file():
        return str(beside)
    return str(table.absolute().parents[min(2, len(table.parts))] / image)


def _name_images(
    found: Labels, names: list[str], places: Sequence[str]
) -> Labels:
    """Put the right images and the order of the table into labels."""
    order = [found.skeletons[0].keypoints.index(name) for name in names]
    people: dict[int, tuple[Person, ...]] = {}
    for image in found.images:
        number = int(Path(image.source).stem)
        kept = [p for p in image.people if p.track != _SINGLE]
        found.left_out['unique body parts, which belong to nobody'] += len(
            image.people
        ) - len(kept)
        people[number] = tuple(
            replace(person, keypoints=person.keypoints[order])
            for person in kept
        )
    images = [
        LabelledImage(place, people=people.get(number, ()))
        for number, place in enumerate(places)
    ]
    skeleton = Skeleton(found.skeletons[0].name, tuple(names))
    return Labels([skeleton], images, found.left_out)


def _links(
    names: list[str], settings: dict[str, Any], config: Optional[Path]
) -> tuple[tuple[int, int], ...]:
    """Read the links of a config, without those of unique body parts."""
    given = settings.get('skeleton') or []
    links = []
    for link in given if isinstance(given, list) else [given]:
        if not isinstance(link, list) or len(link) != 2:
            raise ValueError(
                f'{config}: `skeleton` has {link!r}; a link is a list of two '
                'body parts'
            )
        a, b = map(str, link)
        if a in names and b in names:
            links.append((names.index(a), names.index(b)))
    return tuple(links)


def _join(
    found: Sequence[Labels], skeleton: Skeleton, left_out: Counter[str]
) -> Labels:
    """Put tables together."""
    names = skeleton.keypoints
    index = {keypoint: i for i, keypoint in enumerate(names)}
    joined = Labels([skeleton], [], left_out)
    for labels in found:
        own = labels.skeletons[0].keypoints
        strange = [keypoint for keypoint in own if keypoint not in index]
        if strange:
            raise ValueError(
                f'body parts {strange} are labelled, and the config does not '
                f'name them: {list(names)}'
            )
        joined.left_out += labels.left_out
        for image in labels.images:
            people = []
            for person in image.people:
                rows = person.keypoints[:1].repeat(len(names), axis=0) * 0
                rows[[index[keypoint] for keypoint in own]] = person.keypoints
                people.append(
                    replace(person, keypoints=rows, skeleton=skeleton.name)
                )
            joined.images.append(replace(image, people=tuple(people)))
    return joined
