"""A video of results, which is given up at its first fault."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Callable, Optional

import numpy as np

from ..structures.people import People
from .faults import note_fault
from .loaded import Loaded
from .video_writer import VideoWriter

_NOT_WRITTEN = 'its video is not written'


class DrawnVideo:
    """Draw the frames of a video, while the prediction goes on regardless.

    A context: the file is kept when it ends well, and removed otherwise.

    Args:
        path (Path): Ends in ``.mp4``.
        rate (Fraction): Usual frames a second.
        sound (str, optional): File whose sound is copied.
        draw (Callable): Makes uint8 (H, W, 3), BGR, of a frame and its
            people.

    Attributes:
        fault (str): What has failed, or ''.
    """

    def __init__(
        self,
        path: Path,
        rate: Fraction,
        sound: Optional[str],
        draw: Callable[[Loaded, People], np.ndarray],
    ) -> None:
        self._draw = draw
        self._faults: list[str] = []
        self._begin = lambda: VideoWriter(path, rate, sound)
        self._writer: Optional[VideoWriter] = None

    @property
    def fault(self) -> str:
        """str: what has failed, or ''."""
        return ''.join(self._faults[:1])

    def __enter__(self) -> DrawnVideo:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self._close(keep=kind is None)

    def add(self, loaded: Loaded, people: People, time: float) -> None:
        """Draw a frame.

        Args:
            loaded (Loaded): The frame.
            people (People): What was found on it.
            time (float): Seconds from the start of the video.

        Raises:
            OSError: If the disk is full.
        """
        if self._faults:
            return
        with note_fault(self._faults, _NOT_WRITTEN):
            if self._writer is None:
                self._writer = self._begin()
            self._writer.write(self._draw(loaded, people), time)
        if self._faults:
            self._close(keep=False)

    def _close(self, keep: bool) -> None:
        """Keep the file or remove it."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with note_fault(self._faults, _NOT_WRITTEN):
                writer.close(keep)
