"""Headers of image files: format, size and orientation."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Optional, Union

import cv2
import numpy as np
from PIL import Image

from .depth import check_depth
from .formats import explain_failure, register_decoders
from .orientation import (
    BROKEN_RECORD,
    ORIENTATION,
    read_orientation,
    valid_orientation,
)

# tags of TIFF files
_WIDTH, _HEIGHT = 0x0100, 0x0101
_KIND, _REDUCED = 0x00FE, 1
_PNG_START = 8
# of JPEG
_MARKER, _APP1, _SCAN = 0xFF, 0xE1, 0xDA
_END = b'\xff\xd9'
_RADIANCE = b'#?RADIANCE', b'#?RGBE'


@dataclass(frozen=True)
class Header:
    """What a file says about its image.

    Attributes:
        kind (str): Format, as Pillow names it.
        mode (str): Mode of Pillow, such as 'RGB' or 'I;16'.
        size (tuple[int, int]): (w, h) of the upright image.
        orientation (int): How the upright image is stored, 1 to 8, as in
            EXIF; 1 is upright.
        is_series (bool): Whether other images follow the first.
        is_preview (bool): Whether it is a reduced copy of another image of
            the file, as TIFF can say.
    """

    kind: str
    mode: str
    size: tuple[int, int]
    orientation: int
    is_series: bool = False
    is_preview: bool = False


def read_image_size(path: Union[str, Path]) -> tuple[int, int]:
    """Read the size of an image from its header.

    Args:
        path (str | Path): The file.

    Returns:
        tuple[int, int]: (w, h) of the image as :func:`.read_image` gives it,
        turned by its EXIF record.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is no image that can be read.
    """
    return read_geometry(path)[0]


def read_geometry(path: Union[str, Path]) -> tuple[tuple[int, int], int]:
    """Read how an image is stored.

    Args:
        path (str | Path): The file.

    Returns:
        tuple: (w, h) of the upright image, and its orientation, 1 to 8, as
        in EXIF; 1 is stored upright.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is no image that can be read.
    """
    with Path(path).open('rb') as stream:
        header = read_header(stream)
        if header is not None:
            return header.size, header.orientation
        stream.seek(0)
        content = stream.read()
    pixels = decode_unknown(content)
    if pixels is None:
        raise ValueError(explain_failure(content))
    return (pixels.shape[1], pixels.shape[0]), 1


def read_header(stream: IO[bytes]) -> Optional[Header]:
    """Read the header of an image.

    Args:
        stream (IO[bytes]): The file, at its start.

    Returns:
        Header | None: None for what Pillow does not know.
    """
    register_decoders()
    try:
        image = Image.open(stream)
    except (OSError, *BROKEN_RECORD):
        return None
    except Image.DecompressionBombError:
        # OpenCV has a limit of its own, which is higher
        return None
    mode = image.mode
    try:
        size, orientation = _read_geometry(image, stream)
        # MPO is for phones, which add what no viewer shows
        is_series = image.format != 'MPO' and getattr(
            image, 'is_animated', False
        )
        is_preview = bool(_tiff_tag(image, _KIND) & _REDUCED)
    except (OSError, *BROKEN_RECORD):
        return None
    width, height = size
    if orientation >= 5:
        width, height = height, width
    kind = image.format or ''
    return Header(
        kind, mode, (width, height), orientation, is_series, is_preview
    )


def _tiff_tag(image: Image.Image, tag: int) -> int:
    """Read a number of the first image of a TIFF file, 0 without it."""
    tags = getattr(image, 'tag_v2', {}) if image.format == 'TIFF' else {}
    value = tags.get(tag, 0)
    return value if isinstance(value, int) else 0


def is_plain_jpeg(content: bytes) -> bool:
    """Tell at once that a JPEG is stored upright.

    Most files of data sets are such; Pillow takes longer.

    Args:
        content (bytes): The file.

    Returns:
        bool: True for a JPEG without EXIF and XMP; False if unknown.
    """
    for marker, _ in _jpeg_markers(content):
        if marker in (_APP1, _SCAN):
            return marker == _SCAN
    return False


def is_cut_jpeg(content: bytes) -> bool:
    """Tell whether a JPEG lacks its end.

    Not all versions of OpenCV say so; grey takes the place of what is not
    there.

    Args:
        content (bytes): The file.

    Returns:
        bool: True for a JPEG whose pixels begin and do not end.
    """
    for marker, place in _jpeg_markers(content):
        if marker == _SCAN:
            # a preview in a header has an end of its own, further up
            return content.rfind(_END, place) < 0
    return False


def _jpeg_markers(content: bytes) -> Iterator[tuple[int, int]]:
    """Walk over the headers of a JPEG: kinds and places."""
    place = 2
    while content.startswith(b'\xff\xd8') and place + 4 <= len(content):
        start, marker = content[place], content[place + 1]
        if start != _MARKER:
            return
        yield marker, place
        place += 2 + int.from_bytes(content[place + 2 : place + 4], 'big')


def decode_unknown(content: bytes) -> Optional[np.ndarray]:
    """Decode what Pillow does not know, such as Radiance.

    Args:
        content (bytes): The file.

    Returns:
        np.ndarray | None: uint8 (H, W, 3), BGR, upright, or None.

    Raises:
        ValueError: If it holds numbers that have no rule.
    """
    if not content:
        return None
    data = np.frombuffer(content, np.uint8)
    try:
        deep = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_ANYDEPTH)
        if deep is None or deep.dtype == np.uint8:
            return deep
        pixels = cv2.imdecode(data, cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    # its numbers are floating, and OpenCV shows 1 as 255
    if not content.startswith(_RADIANCE):
        check_depth(deep)
    return pixels


def _read_geometry(
    image: Any, stream: IO[bytes]
) -> tuple[tuple[int, int], int]:
    """Find (w, h) as stored, and the orientation."""
    if image.format == 'TIFF':
        # some versions of Pillow tell the size of the upright image
        tags = image.tag_v2
        orientation = valid_orientation(tags.get(ORIENTATION))
        return (tags[_WIDTH], tags[_HEIGHT]), orientation
    record = image.info.get('exif')
    if record is None and image.format == 'PNG':
        record = _find_png_record(stream)
    return image.size, read_orientation(record)


def _find_png_record(stream: IO[bytes]) -> Optional[bytes]:
    """Find the EXIF record of a PNG, which may stand behind the pixels.

    Pillow decodes all pixels to get there.
    """
    stream.seek(_PNG_START)
    while len(head := stream.read(8)) == 8:
        length, name = struct.unpack('>I4s', head)
        if name == b'eXIf':
            return stream.read(length)
        if name == b'IEND':
            return None
        stream.seek(length + 4, 1)
    return None
