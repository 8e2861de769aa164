"""Tables of SLEAP and sleap-io."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any, Optional

from .labels import Labels
from .sleap import faults_named, from_sleap, import_sleap_io, is_predicted

_ORIGIN = re.compile(r'(?:inst\d+\.)?(.+)\.x')
# of a column that names keypoints
_NODE_COLUMNS = ('node', 'node_name')


def read_table(path: Path, video: Optional[Path] = None) -> Labels:
    """Read a table of SLEAP or sleap-io.

    Args:
        path (Path): CSV, of any of the forms 'sleap', 'points', 'instances'
            and 'frames'. People without a score are labelled by hand.
        video (Path, optional): What it is about, if the table does not say.

    Returns:
        Labels: with links if sleap-io has left its ``.json`` beside.

    Raises:
        ImportError: If sleap-io is missing.
        ValueError: If it cannot be read, or does not say what it is about.
    """
    tables = import_sleap_io('io.csv')
    beside = path.with_suffix('.json')
    for file in filter(Path.is_file, (path, beside)):
        # sleap-io would look there
        if '://' in file.read_text(encoding='utf-8-sig', errors='replace'):
            raise ValueError(f'{file} names an address, which is not read')
    names, columns = _read_header(path)
    if not names:
        raise ValueError(f'{path}: no columns of keypoints, such as nose.x')
    named = 'video_path' in columns or beside.is_file()
    if video is None and not named:
        raise ValueError(
            f'{path} does not say of which video it is: --images VIDEO'
        )
    sleap_io = import_sleap_io()
    with faults_named(path):
        skeleton = None if beside.is_file() else sleap_io.Skeleton(names)
        found = tables.read_labels(
            path, video=video and str(video), skeleton=skeleton
        )
        return from_sleap(found, path.parent, _has_score)


def _read_header(path: Path) -> tuple[list[str], list[str]]:
    """Read the names of keypoints in their order, and the columns."""
    with path.open(encoding='utf-8-sig', newline='') as file:
        rows = csv.DictReader(file)
        columns = list(rows.fieldnames or ())
        origins = [_ORIGIN.fullmatch(column) for column in columns]
        names = [match[1] for match in origins if match]
        for column in set(_NODE_COLUMNS) & set(columns):
            names = [row[column] for row in rows]
    return list(dict.fromkeys(names)), columns


def _has_score(instance: Any) -> bool:
    """Tell whether a row of a table has scores, as predictions have.

    Where the table has none, sleap-io gives people 1 and keypoints 0 or 1
    (0.9.5).
    """
    if not is_predicted(instance):
        return False
    scores = instance.points['score']
    return bool(instance.score != 1 or set(scores.tolist()) - {0, 1})
