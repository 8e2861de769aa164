"""Where the images and videos are that labels name."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from ..datasets.coco_repair.files import base_name, spellings
from ..images import read_image_size

_SHOWN = 5
# Label Studio puts it before the names of uploaded files
_UPLOADED = re.compile(r'[0-9a-f]{8}-(?=.)')


def find_files(
    sources: Iterable[str], places: Sequence[Path]
) -> dict[str, Path]:
    """Find the files that labels name.

    A path is taken as it stands if there is such a file. Otherwise folders
    are searched, with what is below them, for the file whose path ends most
    like the one that is named.

    Args:
        sources (Iterable[str]): Paths, of any machine.
        places (Sequence[Path]): Folders to search; or one file, for labels
            that name one alone.

    Returns:
        dict[str, Path]: absolute paths by source.

    Raises:
        FileNotFoundError: If files or folders are missing; the message names
            them.
        ValueError: If it is not clear which file is meant.
    """
    wanted = list(dict.fromkeys(sources))
    for place in places:
        if not place.exists():
            raise FileNotFoundError(f'--images: there is no {place}')
    files = [place for place in places if place.is_file()]
    if files and len(wanted) == len(files) == 1:
        return {wanted[0]: _absolute(files[0])}
    known = _index([place for place in places if place.is_dir()])
    for file in files:
        known[file.name.casefold()].append(_absolute(file))
    found: dict[str, Path] = {}
    missing = []
    for source in wanted:
        if '://' not in source and Path(source).is_file():
            found[source] = _absolute(Path(source))
        else:
            ends = _best(source, known)
            if len(ends) > 1:
                raise ValueError(
                    f'{source!r} may be any of {[str(e) for e in ends[:3]]}: '
                    'let --images name a folder that holds one of them'
                )
            if ends:
                found[source] = ends[0]
            else:
                missing.append(source)
    if missing:
        raise FileNotFoundError(_describe(missing, len(wanted), places))
    _refuse_shared(found)
    return found


def _absolute(path: Path) -> Path:
    """Make a path absolute, and leave links as they are."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _index(folders: Sequence[Path]) -> defaultdict[str, list[Path]]:
    """List all files below folders by their base names."""
    known: defaultdict[str, list[Path]] = defaultdict(list)
    for path in list_files(*folders):
        known[path.name.casefold()].append(path)
    return known


def list_files(*folders: Path) -> Iterator[Path]:
    """List the files of folders and of those below, linked ones, too.

    Args:
        folders (Path): Where to start.

    Yields:
        Path: the absolute path of each; each folder once, under the name
        that is no link if there is one.
    """
    starts = list(map(_absolute, folders))
    seen = set()
    # it grows
    for start in starts:
        for place, below, names in os.walk(start):
            real = os.path.realpath(place)
            if real in seen:
                below.clear()
                continue
            seen.add(real)
            below.sort()
            paths = [Path(place, name) for name in below]
            starts += [path for path in paths if path.is_symlink()]
            yield from (Path(place, name) for name in sorted(names))


def _best(source: str, known: Mapping[str, list[Path]]) -> list[Path]:
    """Find the files that are named most alike."""
    for name, _ in spellings(source):
        base = base_name(name)
        for end in (base, _UPLOADED.sub('', base, count=1)):
            same = known.get(end.casefold(), [])
            if same:
                scores = [_common_end(name, path) for path in same]
                return [
                    path
                    for path, score in zip(same, scores)
                    if score == max(scores)
                ]
    return []


def _common_end(name: str, path: Path) -> int:
    """Count the folders in which two paths end alike."""
    ours = re.split(r'[\\/]+', name)[-2::-1]
    count = 0
    for mine, other in zip(ours, path.parts[-2::-1]):
        if mine != other:
            break
        count += 1
    return count


def _describe(
    missing: Sequence[str], total: int, places: Sequence[Path]
) -> str:
    """Name what is missing, and what to do."""
    shown = ', '.join(repr(name) for name in missing[:_SHOWN])
    dots = ', ...' if len(missing) > _SHOWN else ''
    looked = ', '.join(map(str, places))
    return (
        f'{len(missing)} of {total} images or videos are not there: '
        f'{shown}{dots}; '
        + (
            f'looked in {looked} and below'
            if looked
            else '--images FOLDER searches a folder for them'
        )
    )


def _refuse_shared(found: Mapping[str, Path]) -> None:
    """Refuse that two names lead to one file, as one of them is wrong."""
    owners: dict[Path, str] = {}
    for source, path in found.items():
        other = owners.setdefault(path, source)
        # the same path may be spelled in two ways
        if _absolute(Path(other)) != _absolute(Path(source)):
            raise ValueError(
                f'{other!r} and {source!r} both lead to {path}: let '
                '--images name a folder that has both, in their folders'
            )


def read_size(path: Path) -> tuple[int, int]:
    """Read the size of an image.

    Args:
        path (Path): The file.

    Returns:
        tuple[int, int]: (w, h) in pixels, upright.

    Raises:
        OSError: If it cannot be opened.
        ValueError: If it cannot be read; the message names it.
    """
    try:
        return read_image_size(path)
    except ValueError as error:
        raise ValueError(f'{path} {error}') from error


def unique_names(sources: Iterable[str]) -> dict[str, str]:
    """Name files by as few of their folders as tell them apart.

    Args:
        sources (Iterable[str]): Different paths, of any machine.

    Returns:
        dict[str, str]: relative paths with ``/``; no two differ by capital
        letters alone.
    """
    parts = {
        source: [
            part
            for part in re.split(r'[\\/]+', source)
            if part not in ('', '.', '..') and not part.endswith(':')
        ]
        for source in sources
    }
    longest = max(map(len, parts.values()), default=1)
    names: dict[str, str] = {}
    for depth in range(1, longest + 1):
        names = {s: '/'.join(p[-depth:]) for s, p in parts.items()}
        if len({name.casefold() for name in names.values()}) == len(names):
            return names
    # such as a/b.png and a/B.png
    return {
        source: f'{number}/{name}'
        for number, (source, name) in enumerate(names.items())
    }
