"""The sound of a video, copied beside the frames that are drawn."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from .containers import import_av, open_video

# what MP4 holds and browsers play, by the names of FFmpeg's decoders
_CODECS = ('aac', 'mp3', 'mp3float', 'opus')


class AudioCopy:
    """Copy the sound of a file, as it is, into another.

    Sound that MP4 does not hold is left out, and so is what follows damage.

    Args:
        path (str): Video file.
    """

    def __init__(self, path: str) -> None:
        self._input = open_video(path)
        stream = self._input.streams.best('audio')
        known = stream is not None and stream.codec_context.name in _CODECS
        self._stream = stream if known else None
        self._start = Fraction(self._input.start_time or 0, 10**6)
        self._output: Any = None
        self._packets = self._read()
        self._next: Any = None

    def open(self, output: Any) -> None:
        """Add the sound to a file, before anything is written to it.

        Args:
            output (av.container.OutputContainer): The file.
        """
        if self._stream is not None:
            copy = output.add_stream_from_template(self._stream)
            self._output = output, copy

    def copy_until(self, time: float) -> None:
        """Write the sound up to a time.

        Args:
            time (float): Seconds from the start.
        """
        if self._output is None:
            return
        output, copy = self._output
        while True:
            packet = self._next or next(self._packets, None)
            if packet is None:
                return
            begin = packet.dts * packet.time_base - self._start
            self._next = packet if begin > time else None
            if self._next is not None:
                return
            shift = round(self._start / packet.time_base)
            packet.dts -= shift
            packet.pts = packet.dts
            packet.stream = copy
            output.mux(packet)

    def close(self) -> None:
        """Close the file that is read."""
        self._input.close()

    def _read(self) -> Iterator[Any]:
        """Read the packets, up to the first fault."""
        if self._stream is None:
            return
        with contextlib.suppress(import_av().FFmpegError):
            for packet in self._input.demux(self._stream):
                if packet.dts is not None and not packet.is_corrupt:
                    yield packet
