"""Video files of every kind, made by PyAV and by hand."""

import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

TICK = Fraction(1, 90000)
# (a, b, c, d) of display matrices: the stored point (x, y) is shown at
# (a x + c y, b x + d y), with y downwards
MATRICES = {
    'upright': (1, 0, 0, 1),
    'mirrored': (-1, 0, 0, 1),
    'upside down': (-1, 0, 0, -1),
    'upside down, mirrored': (1, 0, 0, -1),
    'clockwise': (0, 1, -1, 0),
    'counterclockwise': (0, -1, 1, 0),
    'transposed': (0, 1, 1, 0),
    'transposed on the other diagonal': (0, -1, -1, 0),
}


def encode_video(
    path: Path,
    images,
    times,
    codec: str = 'libx264',
    pixels: str = 'yuv420p',
    **context,
) -> Path:
    """Write images uint8 (T, H, W, 3), BGR, at times in seconds.

    Args:
        path: Its suffix decides the container.
        images: The frames.
        times: Of each frame.
        codec: Encoder.
        pixels: Format of the encoder's pixels.
        context: Attributes of the codec context.

    Returns:
        Path: the same.
    """
    height, width = images[0].shape[:2]
    # AVI holds nothing but frame rates
    step = times[1] - times[0] if len(times) > 1 else 0.04
    with av.open(str(path), 'w') as container:
        rate = Fraction(1 / step).limit_denominator(1001)
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        if path.suffix != '.avi':
            stream.codec_context.time_base = TICK
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        for image, time in zip(images, times):
            frame = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(image), 'bgr24'
            )
            frame.pts, frame.time_base = round(time / TICK), TICK
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def set_matrix(path: Path, matrix: tuple) -> Path:
    """Set the display matrix of the track of an MP4 file, by hand.

    Args:
        path: MP4 of a single track.
        matrix: (a, b, c, d).

    Returns:
        Path: the same.
    """
    content = bytearray(path.read_bytes())
    a, b, c, d = (round(value * 2**16) for value in matrix)
    # ISO 14496-12, 8.3.2: a track header of version 0 has the matrix 40
    # bytes behind its version
    start = content.index(b'tkhd') + 4 + 40
    rows = (a, b, 0, c, d, 0, 0, 0, 2**30)
    content[start : start + 36] = struct.pack('>9i', *rows)
    path.write_bytes(content)
    return path


def corners(width: int = 64, height: int = 48) -> np.ndarray:
    """Draw a picture whose corners are red, green, blue and white.

    Returns:
        uint8 (H, W, 3), BGR: clockwise from the upper left corner.
    """
    image = np.full((height, width, 3), 60, np.uint8)
    w, h = width // 4, height // 4
    image[:h, :w] = (0, 0, 255)
    image[:h, -w:] = (0, 255, 0)
    image[-h:, -w:] = (255, 0, 0)
    image[-h:, :w] = (255, 255, 255)
    return image


def name_corners(image: np.ndarray) -> str:
    """Name the corners of a picture, clockwise from the upper left one."""
    height, width = image.shape[:2]
    dx, dy = width // 8, height // 8
    places = ((dy, dx), (dy, -dx), (-dy, -dx), (-dy, dx))
    colors = {'b': (1, 0, 0), 'g': (0, 1, 0), 'r': (0, 0, 1), 'w': (1, 1, 1)}
    names = {value: name for name, value in colors.items()}
    found = [tuple((image[place] > 128).astype(int)) for place in places]
    return ''.join(names.get(color, '?') for color in found)


def decode_video(path: Path) -> tuple:
    """Return images uint8 (T, H, W, 3), BGR, as stored, and their times."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    images = [frame.to_ndarray(format='bgr24') for frame in frames]
    return np.array(images), np.array([frame.time for frame in frames])


def write_with_sound(
    path: Path, codec: str, seconds: float = 2, delay: float = 0
) -> Path:
    """Write frames at 10 fps beside a tone of the same length.

    Args:
        path: Its suffix decides the container.
        codec: Encoder of the sound.
        seconds: How long.
        delay: Seconds between the begin of the sound and that of the frames.

    Returns:
        Path: the same.
    """
    rate = 48000
    tone = np.sin(np.arange(round(seconds * rate)) / 20)
    with av.open(str(path), 'w') as container:
        kind = 'libvpx' if path.suffix == '.webm' else 'mpeg4'
        video = container.add_stream(kind, rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, 'yuv420p'
        sound = container.add_stream(codec, rate=rate, layout='mono')
        packets = []
        for number in range(round(seconds * 10)):
            frame = av.VideoFrame.from_ndarray(corners(64, 48), 'bgr24')
            frame.pts = round((number / 10 + delay) * 10)
            frame.time_base = Fraction(1, 10)
            packets += video.encode(frame)
        packets += video.encode(None)
        samples = np.round(tone * 9000).astype(np.int16)[None]
        wave = av.AudioFrame.from_ndarray(samples, 's16', 'mono')
        wave.sample_rate, wave.pts = rate, 0
        resampler = av.AudioResampler(sound.codec_context.format, 'mono', rate)
        for part in resampler.resample(wave):
            packets += sound.encode(part)
        packets += sound.encode(None)
        packets.sort(key=lambda packet: packet.dts * packet.time_base)
        container.mux(packets)
    return path
