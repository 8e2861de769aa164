"""Formats of images, and what their decoders need."""

from __future__ import annotations

import functools
import importlib

NOT_READ = 'cannot be read as an image'
# what OpenCV and Pillow read everywhere
COMMON_SUFFIXES = (
    *('.bmp', '.gif', '.jfif', '.jpe', '.jpeg', '.jpg', '.pbm', '.pgm'),
    *('.png', '.pnm', '.ppm', '.tif', '.tiff', '.webp'),
)
# what needs a decoder that is not everywhere
OPTIONAL_SUFFIXES = ('.avif', '.heic', '.heif', '.j2k', '.jp2')
IMAGE_SUFFIXES = tuple(sorted((*COMMON_SUFFIXES, *OPTIONAL_SUFFIXES)))

# brands of ISO media files, the four letters behind 'ftyp'
_BRANDS = {
    b'avif': 'AVIF, which needs Pillow 11.3 or newer',
    b'avis': 'AVIF, which needs Pillow 11.3 or newer',
    **dict.fromkeys(
        (b'heic', b'heix', b'hevc', b'heim', b'heis', b'mif1', b'msf1'),
        'HEIC, which needs the package pillow-heif',
    ),
}
_STARTS = {
    b'\xff\xd8\xff': 'a JPEG that is broken or cut off',
    b'\x89PNG': 'a PNG that is broken or cut off',
    b'RIFF': 'a WebP that is broken or cut off, or no image',
    b'GIF8': 'a GIF that is broken or cut off',
    b'II*\0': 'a TIFF that is broken, or of a kind that is not read',
    b'MM\0*': 'a TIFF that is broken, or of a kind that is not read',
    b'\0\0\0\x0cjP': 'a JPEG 2000 that is broken, or no decoder is there',
    b'version https://git-lfs': "a pointer of Git LFS: run 'git lfs pull'",
    b'<': 'text, perhaps a web page in place of a download',
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


def explain_failure(content: bytes) -> str:
    """Say why a file cannot be read as an image.

    Args:
        content (bytes): The file, or its start.

    Returns:
        str: the reason.
    """
    if not content:
        return f'{NOT_READ}: the file is empty'
    what = ''
    if content[4:8] == b'ftyp':
        what = _BRANDS.get(content[8:12], 'a video, or an unknown format')
    for start, name in _STARTS.items():
        if content.lstrip().startswith(start):
            what = name
    detail = f': it is {what}' if what else ''
    return f'{NOT_READ}{detail}'
