"""Formats of images, and what their decoders need."""

from __future__ import annotations

import functools
import importlib

from PIL import Image

NOT_READ = 'cannot be read as an image'
# what OpenCV and Pillow read everywhere
COMMON_SUFFIXES = (
    '.apng',
    '.bmp',
    '.dib',
    '.gif',
    '.jfif',
    '.jpe',
    '.jpeg',
    '.jpg',
    '.mpo',
    '.pbm',
    '.pgm',
    '.png',
    '.pnm',
    '.ppm',
    '.tga',
    '.tif',
    '.tiff',
    '.webp',
)
# what needs a decoder that is not everywhere
OPTIONAL_SUFFIXES = (
    '.avif',
    '.heic',
    '.heif',
    '.hif',
    '.j2k',
    '.jp2',
    '.jpx',
)
IMAGE_SUFFIXES = tuple(sorted((*COMMON_SUFFIXES, *OPTIONAL_SUFFIXES)))

# brands of ISO media files, the four letters behind 'ftyp'
_AVIF = (b'avif', b'avis')
_HEIC = (
    b'heic',
    b'heix',
    b'hevc',
    b'heim',
    b'heis',
    b'mif1',
    b'msf1',
)
_STARTS = {
    b'\xff\xd8\xff': 'a JPEG that is broken or cut off',
    b'\x89PNG': 'a PNG that is broken or cut off',
    b'RIFF': 'a WebP that is broken or cut off, or no image',
    b'GIF8': 'a GIF that is broken or cut off',
    b'II*\0': 'a TIFF that is broken, or of a kind that is not read',
    b'MM\0*': 'a TIFF that is broken, or of a kind that is not read',
    b'\0\0\0\x0cjP': 'a JPEG 2000 that is broken, or no decoder is there',
    b'\0\0\0\x0cJXL': 'JPEG XL, which is not read',
    b'\xff\x0a': 'JPEG XL, which is not read',
    b'version https://git-lfs': "a pointer of Git LFS: run 'git lfs pull'",
    b'<': 'text, perhaps a web page in place of a download',
    b'{': 'text, perhaps a message in place of a download',
    b'PK\3\4': 'an archive, to be unpacked first',
    b'\x93NUMPY': 'an array of numpy; load it and give the array',
    b'%PDF': 'a PDF',
}


@functools.cache
def register_decoders() -> None:
    """Let Pillow read HEIC, where pillow-heif is installed."""
    try:
        package = importlib.import_module('pillow_heif')
    except ImportError:
        return
    package.register_heif_opener()


def explain_error(error: BaseException) -> str:
    """Say why an image is not read, without its name.

    Args:
        error (BaseException): What was raised.

    Returns:
        str: the reason.
    """
    text = str(error.__cause__ or error)
    return text if text.startswith(NOT_READ) else f'{NOT_READ}: {text}'


def explain_failure(content: bytes) -> str:
    """Say why a file cannot be read as an image.

    Args:
        content (bytes): The file, or its start.

    Returns:
        str: the reason.
    """
    if not content:
        return f'{NOT_READ}: the file is empty'
    start, brand = content.lstrip(), content[8:12]
    what = next((w for s, w in _STARTS.items() if start.startswith(s)), '')
    if content[128:132] == b'DICM':
        what = 'DICOM; export it as PNG first'
    if content[4:8] == b'ftyp':
        what = 'a video, or of an unknown format'
        if brand in _AVIF:
            what = _explain_brand('AVIF', '.avif', 'Pillow 11.3 or newer')
        if brand in _HEIC:
            what = _explain_brand('HEIC', '.heic', 'the package pillow-heif')
    detail = f': it is {what}' if what else ''
    return f'{NOT_READ}{detail}'


def _explain_brand(name: str, suffix: str, need: str) -> str:
    """Say whether a file is broken or its decoder is missing."""
    if suffix in Image.registered_extensions():
        return f'{name} that is broken or cut off'
    return f'{name}, which needs {need}'
