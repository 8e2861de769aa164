"""Videos that browsers and phones play."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

import cv2
import numpy as np

from ..files import part_of
from .audio import AudioCopy
from .containers import import_av

# of a second; usual rates, 30000/1001 among them, are whole numbers of it
_TICK = Fraction(1, 90000)
_BT709, _BT601, _NARROW_RANGE = 1, 5, 1
# quality and speed of x264, no frame that refers to later ones, as players
# disagree on their times, and the index in front, to play while it loads
_ENCODER = {'preset': 'veryfast', 'crf': '20', 'bf': '0'}
_MUXER = {'movflags': '+faststart'}


class VideoWriter:
    """Write H.264 in MP4 (yuv420p), which has its name when it is complete.

    A context: the file is kept when it ends well, and removed otherwise. Odd
    sides are made even by repeating the last row or column. Frames of
    another size than the first are stretched to it. A process that is killed
    leaves an unfinished file behind, see :func:`.remove_leftovers`.

    Args:
        path (Path): Ends in ``.mp4``; folders are created.
        rate (Fraction): Usual frames a second, for the encoder's budget.
        sound (str, optional): File whose sound is copied. Defaults to None.

    Raises:
        ImportError: If PyAV is missing.
    """

    def __init__(
        self, path: Path, rate: Fraction, sound: Optional[str] = None
    ) -> None:
        self.path = path
        self.rate = rate
        self._av = import_av()
        self._sound = AudioCopy(sound) if sound else None
        self._part = part_of(path)
        self._container: Any = None
        self._stream: Any = None
        self._reformatter = self._av.video.reformatter.VideoReformatter()
        self._tick = -1
        self._step = max(round(1 / rate / _TICK), 1)

    def __enter__(self) -> VideoWriter:
        """Open when the first frame is there, which decides the size."""
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close(keep=kind is None)

    def write(self, image: np.ndarray, time: float) -> None:
        """Append a frame.

        Args:
            image (np.ndarray): uint8 (H, W, 3), BGR.
            time (float): Seconds from the start, later than the last.

        Raises:
            OSError: If it cannot be written.
        """
        height, width = image.shape[:2]
        if self._stream is None:
            self._open(width + width % 2, height + height % 2)
        image = self._fit(image)
        frame = self._reformatter.reformat(
            self._av.VideoFrame.from_ndarray(image, 'bgr24'),
            format='yuv420p',
            # of no effect on BGR; equal ones are not looked at
            src_colorspace=_BT601,
            dst_colorspace=_BT709,
        )
        tick = max(round(time / _TICK), self._tick + 1)
        if self._tick >= 0:
            self._step = tick - self._tick
        self._tick = frame.pts = tick
        frame.time_base = _TICK
        self._encode(frame)
        if self._sound is not None:
            self._sound.copy_until(time)

    def close(self, keep: bool) -> None:
        """Close the file; give it its name, or remove it.

        Args:
            keep (bool): Whether it is complete.

        Raises:
            OSError: If it cannot be written to the end; it is removed then.
        """
        try:
            if self._container is not None:
                with self._container:
                    if keep:
                        self._write_rest()
                if keep:
                    self._part.replace(self.path)
        finally:
            if self._sound is not None:
                self._sound.close()
            # there only if it has not got its name
            self._part.unlink(missing_ok=True)

    def _fit(self, image: np.ndarray) -> np.ndarray:
        """Bring a frame to the size of the video."""
        width, height = self._stream.width, self._stream.height
        right, below = width - image.shape[1], height - image.shape[0]
        if right in (0, 1) and below in (0, 1):
            return cv2.copyMakeBorder(
                image, 0, below, 0, right, cv2.BORDER_REPLICATE
            )
        return cv2.resize(image, (width, height))

    def _open(self, width: int, height: int) -> None:
        """Open the file, with its streams."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._container = self._av.open(
            str(self._part.absolute()), 'w', format='mp4', options=_MUXER
        )
        stream = self._container.add_stream(
            'libx264', rate=self.rate, options=_ENCODER
        )
        stream.width, stream.height = width, height
        stream.pix_fmt = 'yuv420p'
        context = stream.codec_context
        context.time_base = stream.time_base = _TICK
        context.colorspace = context.color_primaries = _BT709
        context.color_trc, context.color_range = _BT709, _NARROW_RANGE
        self._stream = stream
        if self._sound is not None:
            self._sound.open(self._container)

    def _encode(self, frame: Any) -> None:
        """Encode and write a frame, or with None what the encoder holds."""
        for packet in self._stream.encode(frame):
            # counts for the last frame, which stays as long as the one before
            packet.duration = self._step
            self._container.mux(packet)

    def _write_rest(self) -> None:
        """Write what the encoder holds, and the end of the sound."""
        self._encode(None)
        if self._sound is not None:
            self._sound.copy_until(float((self._tick + self._step) * _TICK))
