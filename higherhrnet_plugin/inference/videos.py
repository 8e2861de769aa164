"""Frames of videos and webcams, as a player shows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Any, Optional

import numpy as np

from .containers import import_av, open_video, open_webcam
from .display_matrix import square_pixels, turn_upright
from .inputs import Source

_USUAL_RATE = Fraction(30)
# matrices of colours, by their numbers in FFmpeg; 0, 2 and 3 say nothing
_BT709, _BT601, _NO_MATRIX = 1, 5, (0, 2, 3)
# players take BT.709 for videos from this height on that do not say
_HIGH_DEFINITION = 720
# seconds that may be missing at the end, such as those of a longer sound
_SLACK = 0.5


@dataclass(frozen=True)
class Frame:
    """A frame of a video.

    Attributes:
        image (np.ndarray): uint8 (H, W, 3), BGR, upright.
        time (float): Seconds from the start of the video.
    """

    image: np.ndarray
    time: float


class VideoReader:
    """Read the frames of a video or a webcam.

    Frames are turned, mirrored and stretched to square pixels as a player
    shows them, and have the times of the file, at any distances. What is
    damaged is passed over and noted.

    Args:
        source (Source): Kind 'video' or 'webcam'.

    Raises:
        ImportError: If PyAV is missing.
        OSError: If the file cannot be opened.
        ValueError: If it is no video.
    """

    def __init__(self, source: Source) -> None:
        webcam = source.kind == 'webcam'
        self._container = (
            open_webcam(source) if webcam else open_video(source.path)
        )
        self._error = import_av().FFmpegError
        self._stream = _find_stream(self._container)
        # frames decoded at once come out before their damage is known
        self._stream.thread_type = 'SLICE'
        self._reformatter = import_av().video.reformatter.VideoReformatter()
        rate = self._stream.average_rate or self._stream.guessed_rate
        self.rate: Fraction = rate or _USUAL_RATE
        self.count: Optional[int] = self._stream.frames or None
        start = self._container.start_time
        # a camera counts from when the computer was started
        self._start = None if webcam else Fraction(start or 0, 10**6)
        self._last = 0.0
        self._read = 0
        self._damaged_at: Optional[float] = None
        self._cut_off = ''

    @property
    def fault(self) -> str:
        """str: what is wrong with the frames read so far, or ''."""
        faults = [self._cut_off] if self._cut_off else []
        if self._damaged_at is not None:
            faults.append(f'damaged at {self._damaged_at:.2f} s')
        if not faults:
            return ''
        total = f' of {self.count}' if self.count else ''
        return f'{", ".join(faults)}; {self._read}{total} frames are kept'

    def frames(self, limit: Optional[int] = None) -> Iterator[Frame]:
        """Read the frames to the end, and close.

        Args:
            limit (int, optional): Stop after as many. Defaults to None.

        Yields:
            Frame: in the order of their times.
        """
        try:
            for frame in self._decode():
                if self._read == limit:
                    return
                self._read += 1
                yield self._convert(frame)
            self._check_end()
        except self._error as error:
            self._cut_off = f'cut off: {error.strerror}'
        finally:
            self._container.close()

    def _decode(self) -> Iterator[Any]:
        """Decode all packets, and pass over what cannot be."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except self._error as error:
                self._cut_off = f'cut off: {error.strerror}'
                # frames wait in the decoder
                yield from self._keep_times(self._stream.decode(None))
                return
            if packet is None:
                return
            # half a packet would take others with it out of the decoder
            bad = packet.is_corrupt
            try:
                if not bad:
                    yield from self._keep_times(packet.decode())
            except self._error:
                bad = True
            if bad:
                stamp = packet.dts if packet.pts is None else packet.pts
                self._note_damage(stamp)

    def _keep_times(self, frames: Iterable[Any]) -> Iterator[Any]:
        """Note the times of decoded frames, in seconds from the start."""
        for frame in frames:
            if frame.pts is None:
                # the first frame is the start
                self._last += float(1 / self.rate) * bool(self._read)
            else:
                self._last = self._seconds(frame.pts)
            if frame.is_corrupt:
                self._note_damage(frame.pts)
            yield frame

    def _seconds(self, stamp: int) -> float:
        """Turn a time of the file into seconds from the start."""
        time = stamp * self._stream.time_base
        if self._start is None:
            self._start = time
        return round(float(time - self._start), 6)

    def _note_damage(self, stamp: Optional[int]) -> None:
        """Keep where the file is damaged first."""
        if self._damaged_at is None:
            self._damaged_at = (
                self._last if stamp is None else self._seconds(stamp)
            )

    def _convert(self, frame: Any) -> Frame:
        """Bring a decoded frame to BGR, upright."""
        matrix = frame.colorspace
        if matrix in _NO_MATRIX:
            high = frame.height >= _HIGH_DEFINITION
            matrix = _BT709 if high else _BT601
        width, height = square_pixels(
            frame.width, frame.height, self._stream.sample_aspect_ratio
        )
        converted = self._reformatter.reformat(
            frame,
            width,
            height,
            'bgr24',
            src_colorspace=matrix,
            # of no effect on BGR; equal ones are not looked at
            dst_colorspace=_BT601 if matrix == _BT709 else _BT709,
        )
        data = frame.side_data.get('DISPLAYMATRIX')
        image = turn_upright(converted.to_ndarray(), data and bytes(data))
        return Frame(image, self._last)

    def _check_end(self) -> None:
        """Compare the last time with what a Matroska file says."""
        stated = self._stream.metadata.get('DURATION')
        if not stated or self._cut_off:
            return
        hours, minutes, seconds = map(float, stated.split(':'))
        length = timedelta(0, seconds, 0, 0, minutes, hours).total_seconds()
        if self._last + _SLACK + float(1 / self.rate) < length:
            self._cut_off = (
                f'cut off: its frames end at {self._last:.2f} s of '
                f'{length:.2f} s'
            )


def _find_stream(container: Any) -> Any:
    """Find the moving picture among sounds and covers."""
    stream = container.streams.best('video')
    covers = import_av().stream.Disposition.attached_pic
    if stream is None or stream.disposition & covers:
        container.close()
        raise ValueError(
            'holds no video, '
            + ('but a cover and sound' if stream else 'only sound or text')
        )
    return stream
