"""The image folder of an import: links, copies, and frames of videos."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from ..files import write_picture
from ..inference.inputs import Source
from ..inference.videos import VideoReader
from .labels import LabelledImage
from .places import find_files, read_size, unique_names

Sizes = dict[str, tuple[int, int]]


def place_images(
    images: Sequence[LabelledImage],
    places: Sequence[Path],
    folder: Path,
    copy: bool = False,
) -> tuple[list[str], Sizes]:
    """Put the images of labels into a folder.

    Args:
        images (Sequence[LabelledImage]): Which.
        places (Sequence[Path]): Where to search for those that are not where
            the labels say.
        folder (Path): New or empty; folders are created.
        copy (bool): Whether images are copied in place of linked.

    Returns:
        tuple: the file names of the images, relative to the folder, in their
        order; and the sizes (w, h) in pixels, by file name.

    Raises:
        FileNotFoundError: If images or videos are missing.
        ImportError: If there are videos, and PyAV is missing.
        OSError: If a link or a file cannot be written.
        ValueError: If something cannot be read, or has another size than the
            labels were made on.
    """
    outside = [image.source for image in images if image.pixels is None]
    files = find_files(outside, places)
    names = _name_images(images, files)
    sizes: Sizes = {}
    wanted: dict[str, dict[int, str]] = defaultdict(dict)
    for image, name in zip(images, names):
        target = folder / name
        if name in sizes:
            continue
        if image.pixels is not None:
            pixels = image.pixels()
            write_picture(target, pixels)
            sizes[name] = pixels.shape[1], pixels.shape[0]
        elif image.frame is None:
            path = files[image.source]
            sizes[name] = read_size(path)
            _put(path, target, copy)
        else:
            wanted[image.source][image.frame] = name
    for source, frames in wanted.items():
        sizes.update(extract_frames(files[source], frames, folder))
    _check_sizes(images, names, sizes)
    return names, sizes


def _name_images(
    images: Sequence[LabelledImage], files: Mapping[str, Path]
) -> list[str]:
    """Name images below a folder, each by itself."""
    # pixels that labels hold have no file
    paths = [str(files.get(image.source, image.source)) for image in images]
    short = unique_names(dict.fromkeys(paths))
    return [
        _file_name(image, short[path]) for image, path in zip(images, paths)
    ]


def _file_name(image: LabelledImage, name: str) -> str:
    """Name an image, or the frame of a video as the inference does."""
    return name if image.frame is None else f'{name}/{image.frame:06d}.png'


def _put(path: Path, target: Path, copy: bool) -> None:
    """Link or copy an image."""
    target.parent.mkdir(parents=True, exist_ok=True)
    if copy:
        shutil.copyfile(path, target)
        return
    try:
        target.symlink_to(path)
    except (NotImplementedError, OSError) as error:
        raise OSError(
            f'cannot link {target} to {path} ({error}): --copy copies the '
            'images'
        ) from error


def extract_frames(
    video: Path, frames: Mapping[int, str], folder: Path
) -> Sizes:
    """Write frames of a video as PNG.

    Args:
        video (Path): The file.
        frames (Mapping[int, str]): File names by the index of the frame,
            from 0 in the order in which a player shows them.
        folder (Path): Where the names start.

    Returns:
        dict: (w, h) in pixels by file name.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If it cannot be opened, or a frame cannot be written.
        ValueError: If it is no video, is damaged before the last frame, or
            has fewer frames.
    """
    sizes: Sizes = {}
    try:
        reader = VideoReader(Source(str(video), video.name, 'video'))
    except ValueError as error:
        raise ValueError(f'{video} {error}') from error
    read = 0
    for read, frame in enumerate(reader.frames(max(frames) + 1), 1):
        name = frames.get(read - 1)
        if name is not None:
            write_picture(folder / name, frame.image)
            sizes[name] = frame.image.shape[1], frame.image.shape[0]
    if reader.fault:
        raise ValueError(
            f'{video} is {reader.fault}: which frames are meant cannot be told'
        )
    if len(sizes) < len(frames):
        raise ValueError(
            f'{video} has {read} frames, and frame {max(frames)} is labelled, '
            'counted from 0: is it another video?'
        )
    return sizes


def _check_sizes(
    images: Sequence[LabelledImage], names: Sequence[str], sizes: Sizes
) -> None:
    """Refuse images of another size than was labelled."""
    for image, name in zip(images, names):
        if image.size is not None and image.size != sizes[name]:
            raise ValueError(
                f'{image.source} is {_times(sizes[name])} pixels, and was '
                f'labelled on {_times(image.size)}: it is another one, or was '
                'turned or resized since'
            )


def _times(size: tuple[int, int]) -> str:
    """Write a size."""
    return f'{size[0]}x{size[1]}'
