"""Frames of videos and webcams, in and out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

import cv2
import numpy as np

from .inputs import Source

# tried in this order; the last needs no encoder but OpenCV's own
CODECS = (('mp4v', '.mp4'), ('XVID', '.avi'), ('MJPG', '.avi'))
_USUAL_FPS = 30.0


class VideoReader:
    """Read the frames of a video or a webcam.

    Args:
        source (Source): Kind 'video' or 'webcam'.

    Raises:
        ValueError: If it cannot be opened.
    """

    def __init__(self, source: Source) -> None:
        webcam = source.kind == 'webcam'
        place: Any = int(source.path) if webcam else source.path
        self._capture = cv2.VideoCapture(place)
        if not self._capture.isOpened():
            raise ValueError(
                f'cannot open webcam {place}'
                if webcam
                else 'cannot be opened as a video'
            )
        fps = self._capture.get(cv2.CAP_PROP_FPS)
        self.fps = fps if math.isfinite(fps) and fps > 0 else _USUAL_FPS
        count = self._capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self.count: Optional[int] = int(count) if count > 0 else None

    def frames(self, limit: Optional[int] = None) -> Iterator[np.ndarray]:
        """Read the frames to the end, and close.

        Args:
            limit (int, optional): Stop after as many. Defaults to None.

        Yields:
            uint8 (H, W, 3), BGR.
        """
        number = 0
        try:
            while limit is None or number < limit:
                good, frame = self._capture.read()
                if not good:
                    return
                number += 1
                yield frame
        finally:
            self._capture.release()


class VideoWriter:
    """Write a video that has its name only when it is complete.

    A context: the file is kept when it ends well, and removed otherwise.

    Args:
        stem (Path): Path without a suffix, which the codec decides.
        fps (float): Frames a second.
    """

    def __init__(self, stem: Path, fps: float) -> None:
        self.stem = stem
        self.fps = fps
        self.path: Optional[Path] = None
        self._part = stem
        self._writer: Optional[cv2.VideoWriter] = None

    def __enter__(self) -> VideoWriter:
        """Open when the first frame is there, which decides the size."""
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._writer is None:
            return
        self._writer.release()
        if kind is None:
            self.path = self.stem.with_name(self.stem.name + self._part.suffix)
            self._part.replace(self.path)
        else:
            self._part.unlink()

    def write(self, frame: np.ndarray) -> None:
        """Append a frame.

        Args:
            frame (np.ndarray): uint8 (H, W, 3), BGR, of one size.

        Raises:
            OSError: If OpenCV has no encoder for videos.
        """
        if self._writer is None:
            self._writer = self._open(frame.shape[1], frame.shape[0])
        self._writer.write(frame)

    def _open(self, width: int, height: int) -> cv2.VideoWriter:
        """Open with the first codec that works."""
        self.stem.parent.mkdir(parents=True, exist_ok=True)
        for codec, suffix in CODECS:
            self._part = self.stem.with_name(f'{self.stem.name}.part{suffix}')
            writer = cv2.VideoWriter(
                str(self._part),
                cv2.VideoWriter.fourcc(*codec),
                self.fps,
                (width, height),
            )
            if writer.isOpened():
                return writer
            self._part.unlink(missing_ok=True)
        raise OSError(
            f'OpenCV cannot write {self.stem}: it has no encoder for '
            f'{", ".join(codec for codec, _ in CODECS)}; use --no-draw'
        )
