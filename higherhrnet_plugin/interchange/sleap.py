"""Labels that sleap-io holds, and the formats that it reads as they are."""

from __future__ import annotations

import importlib
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Optional

import numpy as np

from ..images import to_bgr
from ..images.formats import IMAGE_SUFFIXES
from .labels import LabelledImage, Labels, Person, Skeleton, mark_visible

# 0.9.5 is the version that was run
SLEAP_IO = 'sleap-io>=0.9.5,<0.10'


def import_sleap_io(module: str = '') -> Any:
    """Import sleap-io, which only labels of other tools need.

    Args:
        module (str): One of its modules, as 'io.dlc'. Defaults to the whole.

    Returns:
        module: the module.

    Raises:
        ImportError: If it is missing; the message says how to install it.
    """
    try:
        importlib.import_module('sleap_io')
    except ImportError as error:
        raise ImportError(
            f"these labels need sleap-io: pip install '{SLEAP_IO}' (Python "
            '3.10 or later)'
        ) from error
    return importlib.import_module(f'sleap_io.{module}'.rstrip('.'))


@contextmanager
def faults_named(path: Path, verb: str = 'read') -> Iterator[None]:
    """Turn what sleap-io raises and warns of into errors about a file.

    Args:
        path (Path): The file.
        verb (str): What is done with it. Defaults to 'read'.

    Yields:
        Nothing; the effect ends with the ``with`` block.

    Raises:
        ValueError: In place of whatever a broken file leads to.
    """
    try:
        with warnings.catch_warnings():
            # pandas and imageio tell of their own future
            for kind in (DeprecationWarning, FutureWarning):
                warnings.simplefilter('ignore', kind)
            warnings.simplefilter('error', UserWarning)
            yield
    except (ImportError, FileNotFoundError, PermissionError):
        raise
    except (
        *(ArithmeticError, AssertionError, AttributeError, LookupError),
        *(OSError, RuntimeError, TypeError, UserWarning, ValueError),
    ) as error:
        raise ValueError(
            f'{path} cannot be {verb}: {error or type(error).__name__}'
        ) from error


def read_sleap(path: Path) -> Labels:
    """Read a project of SLEAP, with or without pixels inside.

    Args:
        path (Path): ``.slp`` or ``.pkg.slp``.

    Returns:
        Labels: whose keypoints that are marked as not visible are not
        labelled, as in SLEAP's own training.

    Raises:
        ImportError: If sleap-io is missing.
        ValueError: If it cannot be read.
    """
    sleap_io = import_sleap_io()
    with faults_named(path):
        # videos would be looked for, also at addresses
        found = sleap_io.load_slp(str(path), open_videos=False)
        return from_sleap(found, path.parent)


def read_jabs(path: Path) -> Labels:
    """Read a pose file of JABS, whose people are all predicted.

    Args:
        path (Path): ``*_pose_est_v?.h5``; the video is the ``.avi`` beside.

    Returns:
        Labels: with a track for each identity.

    Raises:
        ImportError: If sleap-io is missing.
        ValueError: If it cannot be read.
    """
    sleap_io = import_sleap_io()
    with faults_named(path):
        return from_sleap(sleap_io.load_jabs(str(path)), path.parent)


def read_alphatracker(path: Path) -> Labels:
    """Read labels of AlphaTracker, whose keypoints have numbers for names.

    Args:
        path (Path): JSON; images lie in its folder or below.

    Returns:
        Labels: without links and tracks, which the format does not have.

    Raises:
        ImportError: If sleap-io is missing.
        ValueError: If it cannot be read.
    """
    sleap_io = import_sleap_io()
    with faults_named(path):
        return from_sleap(sleap_io.load_alphatracker(str(path)), path.parent)


def is_predicted(instance: Any) -> bool:
    """Tell whether a network made an instance."""
    return type(instance).__name__ == 'PredictedInstance'


def from_sleap(
    found: Any,
    base: Path,
    predicted: Callable[[Any], bool] = is_predicted,
) -> Labels:
    """Bring the labels of sleap-io to our form.

    Args:
        found (sleap_io.Labels): The labels.
        base (Path): Folder that relative paths start from.
        predicted (Callable): Tells predicted people from labelled ones.

    Returns:
        Labels: predictions that somebody has corrected are left out.
    """
    names = _unique_names(found.skeletons)
    skeletons = [
        Skeleton(
            names[id(skeleton)],
            tuple(skeleton.node_names),
            tuple((int(a), int(b)) for a, b in skeleton.edge_inds),
        )
        for skeleton in found.skeletons
    ]
    left_out: Counter[str] = Counter()
    images = []
    for frame in found.labeled_frames:
        used = {id(getattr(i, 'from_predicted', None)) for i in frame}
        people = []
        for instance in frame:
            if id(instance) in used:
                left_out['predicted people, corrected by hand'] += 1
                continue
            people.append(
                Person(
                    mark_visible(instance.numpy()),
                    names[id(instance.skeleton)],
                    instance.track.name if instance.track else '',
                    predicted(instance),
                )
            )
        images.append(_describe(frame, tuple(people), base))
    return Labels(skeletons, images, left_out)


def _unique_names(skeletons: Any) -> dict[int, str]:
    """Name skeletons, by numbers where names are missing or the same."""
    names: dict[int, str] = {}
    for number, skeleton in enumerate(skeletons, 1):
        name = skeleton.name or f'skeleton {number}'
        if name in names.values():
            name = f'{name} {number}'
        names[id(skeleton)] = name
    return names


def _describe(
    frame: Any, people: tuple[Person, ...], base: Path
) -> LabelledImage:
    """Say where the pixels of a frame are."""
    video, index = frame.video, int(frame.frame_idx)
    details = video.backend_metadata
    seen = bool(getattr(frame, 'is_negative', False))
    size = None
    if video.shape is not None:
        size = int(video.shape[2]), int(video.shape[1])
    if details.get('has_embedded_images'):
        origin = video.source_video or video
        name, number = _name(origin.filename, index)
        return LabelledImage(
            name,
            number,
            people,
            size,
            seen,
            lambda: _read_inside(video, index),
        )
    name, number = _name(video.filename, index)
    if number is None:
        # one size is stored for all, and not looked at by sleap-io
        size = None
    path = name if '://' in name else str(base / name)
    return LabelledImage(path, number, people, size, seen)


def _name(filename: Any, index: int) -> tuple[str, Optional[int]]:
    """Name the image or video, and the frame of the latter."""
    if isinstance(filename, list):
        return str(filename[index]), None
    if Path(filename).suffix.lower() in IMAGE_SUFFIXES:
        return str(filename), None
    return str(filename), index


def _read_inside(video: Any, index: int) -> np.ndarray:
    """Read pixels that lie in the file of labels."""
    with faults_named(Path(video.filename)):
        if not video.is_open:
            video.open()
        pixels = np.asarray(video[index])
    # RGB or grey
    return to_bgr(pixels[..., ::-1])
