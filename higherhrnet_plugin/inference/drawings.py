"""Where results are drawn, and the drawing itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ..files import write_picture
from ..images.formats import IMAGE_SUFFIXES
from ..structures.people import People
from .drawn_video import DrawnVideo
from .faults import note_fault
from .folders import VIDEO_SUFFIXES
from .inputs import Source
from .loaded import Loaded
from .pictures import draw_prediction
from .videos import VideoReader

VIDEOS = 'videos'
# formats that everybody reads and that hold colour; others become PNG
_PICTURES = ('.bmp', '.jpeg', '.jpg', '.png', '.ppm', '.tif', '.tiff', '.webp')


def find_drawing(source: Source) -> str:
    """Return where a source is drawn, below the folder of the results.

    No two files have the same, whatever else is there: a name is kept where
    its format is, and otherwise gets a second suffix, as in ``b.pgm.png``.
    The name of an input that looks like such a one gets a third.

    Args:
        source (Source): An image, video or webcam.

    Returns:
        str: path with ``/``.
    """
    if source.kind == 'image':
        name = _rename(source.name, '.png', _PICTURES, IMAGE_SUFFIXES)
        return f'pictures/{name}'
    # animated GIF files are videos
    known = (*VIDEO_SUFFIXES, '.gif')
    return f'{VIDEOS}/{_rename(source.name, ".mp4", (".mp4",), known)}'


def _rename(
    name: str, suffix: str, kept: Sequence[str], known: Sequence[str]
) -> str:
    """Append a suffix to names of other formats than those that are kept."""
    inner = name
    while inner.lower().endswith(suffix):
        inner = inner[: -len(suffix)]
    last = PurePosixPath(inner).suffix.lower()
    keeps = last in kept or (inner != name and last not in known)
    return name if keeps else name + suffix


class Drawings:
    """Draw results into a folder.

    Args:
        out (Path): The folder.
        links (Sequence[tuple[int, int]]): Pairs of keypoints to join.
        kpt_thr (float): Keypoints below it are left out.
    """

    def __init__(
        self, out: Path, links: Sequence[tuple[int, int]], kpt_thr: float
    ) -> None:
        self.out = out
        self.links = links
        self.kpt_thr = kpt_thr

    def add_picture(
        self, source: Source, loaded: Loaded, people: People
    ) -> str:
        """Draw an image.

        Args:
            source (Source): The image.
            loaded (Loaded): The same, read.
            people (People): What was found on it.

        Returns:
            str: what has failed, or ''.

        Raises:
            OSError: If the disk is full.
        """
        faults: list[str] = []
        with note_fault(faults, 'its picture is not written'):
            picture = draw_prediction(loaded, people, self.links, self.kpt_thr)
            write_picture(self.out / find_drawing(source), picture)
        return ''.join(faults)

    def begin_video(self, source: Source, reader: VideoReader) -> DrawnVideo:
        """Begin to draw a video.

        Args:
            source (Source): A video or webcam.
            reader (VideoReader): The same, open.

        Returns:
            DrawnVideo: a context.
        """
        return DrawnVideo(
            self.out / find_drawing(source),
            reader.rate,
            source.path if source.kind == 'video' else None,
            lambda loaded, people: draw_prediction(
                loaded, people, self.links, self.kpt_thr
            ),
        )
