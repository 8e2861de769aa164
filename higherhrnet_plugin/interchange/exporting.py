"""Found people as files of other tools: SLEAP, NWB and tables."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ..files import write_whole
from .found_people import Found, FoundImage, FoundPerson, read_found
from .nwb import write_nwb
from .places import find_files
from .sleap import faults_named, import_sleap_io


def export_people(
    predictions: Path,
    out: Path,
    places: Sequence[Path] = (),
    video: str = '',
) -> list[str]:
    """Write what inference has found for another tool.

    Args:
        predictions (Path): ``predictions.json``, with ``images.json`` beside.
        out (Path): New ``.slp``, ``.nwb`` or ``.csv``.
        places (Sequence[Path]): Folders of the images and videos, so that
            the file names them as they are found there. Defaults to none:
            they are named as by inference.
        video (str): Only this one, as ``images.json`` names it. Defaults to
            '', which takes all.

    Returns:
        list[str]: what was written, one line each.

    Raises:
        ImportError: If sleap-io is missing.
        OSError: If something is missing or cannot be written.
        ValueError: If something cannot be read, or the format cannot hold it.
    """
    write = _WRITERS.get(out.suffix.lower())
    if write is None:
        raise ValueError(f'{out}: the name ends with one of {[*_WRITERS]}')
    if out.exists():
        raise ValueError(f'{out} exists: choose another name')
    import_sleap_io()
    found = _choose(read_found(predictions), video)
    sources = dict.fromkeys(image.source for image in found.images)
    paths: dict[str, str] = {source: source for source in sources}
    if places:
        paths = {s: str(p) for s, p in find_files(sources, places).items()}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, out.name)
        with faults_named(out, 'written'):
            write(found, paths, file)
        write_whole(out, file.read_bytes())
    people = [p for image in found.images for p in image.people]
    tracks = {
        (image.source, p.track)
        for image in found.images
        for p in image.people
        if p.track is not None
    }
    return [
        f'written: {out}: {len(found.images)} images, {len(people)} people, '
        f'{len(tracks)} tracks'
    ]


def _choose(found: Found, video: str) -> Found:
    """Keep one video, if one is asked for."""
    if not video:
        return found
    images = tuple(i for i in found.images if i.source == video)
    if not images:
        names = sorted({i.source for i in found.images if i.frame is not None})
        raise ValueError(f'there is no video {video!r}, but {names[:9]}')
    return Found(found.name, found.keypoints, found.links, images)


def to_sleap(
    found: Found, paths: Mapping[str, str], one_by_one: bool = False
) -> Any:
    """Hold found people as sleap-io does.

    Args:
        found (Found): The people.
        paths (Mapping[str, str]): Paths of images and videos by source.
        one_by_one (bool): Whether each image is a video of its own, as
            tables need. Defaults to False: all are one sequence.

    Returns:
        sleap_io.Labels: of predicted instances; images with nobody are left
        out. Tracks are named ``track_1``, behind the name of the video if
        there are several.
    """
    sleap_io = import_sleap_io()
    names = list(found.keypoints)
    links = [(names[a], names[b]) for a, b in found.links]
    skeleton = sleap_io.Skeleton(list(names), links, name=found.name)
    videos, places = _make_videos(found, paths, one_by_one)
    several = len({i.source for i in found.images if i.frame is not None}) > 1
    tracks: dict[str, Any] = {}

    def make(image: FoundImage, person: FoundPerson) -> Any:
        track = None
        if person.track is not None:
            name = f'track_{person.track}'
            name = f'{image.source} {name}' if several else name
            track = tracks.setdefault(name, sleap_io.Track(name))
        return sleap_io.PredictedInstance.from_numpy(
            person.keypoints,
            skeleton=skeleton,
            point_scores=person.keypoint_scores,
            score=person.score,
            track=track,
        )

    frames = [
        sleap_io.LabeledFrame(
            video, index, [make(image, person) for person in image.people]
        )
        for image, (video, index) in zip(found.images, places)
        if image.people
    ]
    return sleap_io.Labels(
        frames,
        videos=videos,
        skeletons=[skeleton],
        tracks=list(tracks.values()),
    )


def _make_videos(
    found: Found, paths: Mapping[str, str], one_by_one: bool
) -> tuple[list[Any], list[tuple[Any, int]]]:
    """Describe videos, none of which is opened."""
    sleap_io = import_sleap_io()
    images = [i for i in found.images if i.frame is None]
    groups: dict[str, list[FoundImage]] = {}
    for image in found.images:
        if image.frame is not None or one_by_one:
            groups.setdefault(image.source, []).append(image)
        else:
            groups['images'] = images
    videos: dict[str, Any] = {}
    for key, group in groups.items():
        files = [paths[image.source] for image in group]
        sequence = group[0].frame is None and not one_by_one
        width, height = group[0].size
        videos[key] = sleap_io.Video(
            files if sequence else files[0],
            backend_metadata={
                'type': 'ImageVideo' if sequence else 'MediaVideo',
                'shape': (len(group), height, width, 3),
                'grayscale': False,
                'filename': files[0],
                **({'filenames': files} if sequence else {}),
            },
            open_backend=False,
        )
    numbers = {id(image): n for n, image in enumerate(images)}
    places: list[tuple[Any, int]] = []
    for image in found.images:
        if image.frame is not None or one_by_one:
            places.append((videos[image.source], image.frame or 0))
        else:
            places.append((videos['images'], numbers[id(image)]))
    return list(videos.values()), places


def _write_slp(found: Found, paths: Mapping[str, str], file: Path) -> None:
    """Write a project of SLEAP."""
    sleap_io = import_sleap_io()
    sleap_io.save_slp(
        to_sleap(found, paths), str(file), embed=False, verbose=False
    )


def _write_csv(found: Found, paths: Mapping[str, str], file: Path) -> None:
    """Write a table with a row for each person."""
    frames = import_sleap_io('codecs.dataframe')
    table = frames.to_dataframe(
        to_sleap(found, paths, one_by_one=True),
        'instances',
        include_video=True,
    )
    table.to_csv(file, index=False)


_WRITERS: dict[str, Callable[[Found, Mapping[str, str], Path], None]] = {
    '.slp': _write_slp,
    '.nwb': write_nwb,
    '.csv': _write_csv,
}
