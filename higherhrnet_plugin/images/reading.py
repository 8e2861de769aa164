"""Image files as pixels."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Optional, Union

import cv2
import numpy as np
from PIL import Image

from .conversion import pil_to_array, to_bgr
from .depth import check_depth, hint_range, stretch
from .formats import NOT_READ, explain_failure
from .headers import (
    Header,
    decode_unknown,
    is_cut_jpeg,
    is_plain_jpeg,
    read_header,
)
from .orientation import BROKEN_RECORD, turn_upright

_AS_STORED = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
# OpenCV is fast, and its pixels are those that networks were trained on
_BY_OPENCV = (
    'BMP',
    'DIB',
    'JPEG',
    'JPEG2000',
    'MPO',
    'PNG',
    'PPM',
    'TIFF',
    'WEBP',
)
_WITH_ALPHA = ('LA', 'PA', 'RGBA')
_DEEP = ('JPEG2000', 'PNG', 'PPM', 'TIFF')
# its mode and size are not needed
_PLAIN_JPEG = Header('JPEG', '', (0, 0), 1)
# highest value of 8 bits where that of 16 bits is below 2^14
_DARK = 64


@dataclass(frozen=True)
class Picture:
    """An image that was read.

    Attributes:
        pixels (np.ndarray): uint8 (H, W, 3), BGR, upright.
        hint (str): What may be wrong with it, or ''.
        orientation (int): How it is stored, 1 to 8, as in EXIF; 1 is upright.
    """

    pixels: np.ndarray
    hint: str = ''
    orientation: int = 1


def hint_kind(hint: str) -> str:
    """Return what hints of one kind have in common.

    Args:
        hint (str): Of a :class:`Picture`, or about its size.

    Returns:
        str: the first word; numbers and names come behind it.
    """
    return hint.partition(' ')[0]


def read_image(path: Union[str, Path], stretch_range: bool = False) -> Picture:
    """Read an image file.

    Args:
        path (str | Path): The file.
        stretch_range (bool): Whether images of 16 bits are shown in the
            range of their values. Defaults to False.

    Returns:
        Picture: the image.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it is no image that can be read.
    """
    return decode_image(Path(path).read_bytes(), stretch_range)


def decode_image(content: bytes, stretch_range: bool = False) -> Picture:
    """Decode the content of an image file.

    Args:
        content (bytes): The whole file.
        stretch_range (bool): Whether images of 16 bits are shown in the
            range of their values. Defaults to False.

    Returns:
        Picture: the image.

    Raises:
        ValueError: If it is no image that can be read.
    """
    header = _find_header(content)
    pixels, hint = None, ''
    if header is None:
        pixels = decode_unknown(content)
    elif header.kind in _BY_OPENCV and not _is_for_pillow(header):
        pixels, hint = _decode_by_opencv(content, header, stretch_range)
    if header is not None and pixels is None:
        # also where OpenCV was built without a decoder
        pixels, hint = _decode_by_pillow(content, header, stretch_range)
    if pixels is None:
        raise ValueError(explain_failure(content))
    if header is None:
        return Picture(pixels)
    if header.mode in _WITH_ALPHA and pixels.min() == pixels.max():
        hint = 'one colour throughout: only its opacity, which is left out, '
        hint += 'may show something; put it onto a background first'
    if header.is_preview:
        hint = 'a preview, as the first image of camera raw files (DNG) is; '
        hint += 'export the image itself'
    if header.is_series:
        hint = hint or 'first of several images in one file'
    return Picture(pixels, hint, header.orientation)


def _find_header(content: bytes) -> Optional[Header]:
    """Read the header, None for what Pillow does not know."""
    if is_cut_jpeg(content):
        raise ValueError(f'{NOT_READ}: it is a JPEG that is cut off')
    if is_plain_jpeg(content):
        return _PLAIN_JPEG
    return read_header(io.BytesIO(content))


def _is_for_pillow(header: Header) -> bool:
    """Tell what OpenCV reads in another way than docs/images.md says.

    It multiplies colours of TIFF files with their opacity, takes negative
    numbers for large ones, and floating ones for 0 to 255.
    """
    if header.kind == 'TIFF':
        return header.mode in (*_WITH_ALPHA, 'I', 'F')
    # 'I' is a PGM file of 16 bits
    return header.kind == 'PPM' and header.mode == 'F'


def _decode_by_opencv(
    content: bytes, header: Header, stretch_range: bool
) -> tuple[Optional[np.ndarray], str]:
    """Decode an ordinary format."""
    hint = ''
    try:
        pixels, deep = _decode_depths(content, header.kind, stretch_range)
    except cv2.error:
        return None, ''
    if deep is not None:
        check_depth(deep)
    if pixels is None:
        return None, ''
    if deep is not None and deep.dtype == np.uint16:
        hint = '' if stretch_range else hint_range(deep)
        pixels = stretch(deep) if stretch_range else pixels
    # OpenCV turns TIFF files whatever it is told
    if header.kind != 'TIFF':
        pixels = turn_upright(pixels, header.orientation)
    return pixels, hint


def _decode_depths(
    content: bytes, kind: str, stretch_range: bool
) -> tuple[Optional[np.ndarray], Optional[np.ndarray]]:
    """Decode to 8 bits, and as deep as it is stored where that counts."""
    data, deep = np.frombuffer(content, np.uint8), None
    if kind == 'TIFF':
        # the only format whose 8 bits may be made of anything
        deep = cv2.imdecode(data, _AS_STORED | cv2.IMREAD_ANYDEPTH)
        if deep is not None and deep.dtype == np.uint8:
            return deep, deep
    pixels = cv2.imdecode(data, _AS_STORED)
    if (
        pixels is not None
        and deep is None
        and kind in _DEEP
        and (stretch_range or pixels.max() < _DARK)
    ):
        deep = cv2.imdecode(data, _AS_STORED | cv2.IMREAD_ANYDEPTH)
    return pixels, deep


def _decode_by_pillow(
    content: bytes, header: Header, stretch_range: bool
) -> tuple[Optional[np.ndarray], str]:
    """Decode a format that OpenCV has not, or has in some versions only."""
    with Image.open(io.BytesIO(content)) as image:
        try:
            image.load()
        except (OSError, *BROKEN_RECORD):
            return None, ''
        try:
            pixels = pil_to_array(image)
        except ValueError as error:
            raise ValueError(f'{NOT_READ}: it is {error}') from error
    hint = ''
    if pixels.dtype == np.uint16 and not stretch_range:
        hint = hint_range(pixels)
    pixels = to_bgr(pixels, stretch_range)
    # Pillow turns TIFF files by itself
    if header.kind != 'TIFF':
        pixels = turn_upright(pixels, header.orientation)
    return pixels, hint
