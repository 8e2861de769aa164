"""Images of every format and kind, as tests need them."""

import io
import zlib
from typing import Optional

import numpy as np
from PIL import Image

# red, green / blue, yellow: no turn and no mirror image of it looks alike
CORNERS = np.array(
    [[[255, 0, 0], [0, 255, 0]], [[0, 0, 255], [255, 255, 0]]], np.uint8
)
# [row, column] of CORNERS that a viewer shows at the top left, top right,
# bottom left and bottom right; from the table of the EXIF standard
SHOWN = {
    1: [(0, 0), (0, 1), (1, 0), (1, 1)],
    2: [(0, 1), (0, 0), (1, 1), (1, 0)],
    3: [(1, 1), (1, 0), (0, 1), (0, 0)],
    4: [(1, 0), (1, 1), (0, 0), (0, 1)],
    5: [(0, 0), (1, 0), (0, 1), (1, 1)],
    6: [(1, 0), (0, 0), (1, 1), (0, 1)],
    7: [(1, 1), (0, 1), (1, 0), (0, 0)],
    8: [(0, 1), (1, 1), (0, 0), (1, 0)],
}
SIZE_WH = (32, 24)


def corner_picture() -> np.ndarray:
    """Draw four fields; uint8 (24, 32, 3), RGB."""
    return CORNERS.repeat(12, axis=0).repeat(16, axis=1)


def encode(
    pixels: np.ndarray, kind: str, orientation: Optional[int] = None, **args
) -> bytes:
    """Write pixels (RGB, grey, ...) as a file of Pillow's format ``kind``."""
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        args['exif'] = exif
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **args)
    return stream.getvalue()


def shown_corners(bgr: np.ndarray) -> list:
    """Find the fields of CORNERS in the corners of an image, in order."""
    h, w = bgr.shape[:2]
    found = []
    for y in (h // 4, h - h // 4):
        for x in (w // 4, w - w // 4):
            rgb = bgr[y, x, ::-1].astype(int)
            distance = np.abs(CORNERS.astype(int) - rgb).sum(axis=2)
            field = np.unravel_index(distance.argmin(), (2, 2))
            assert distance.min() < 60
            found.append(tuple(int(i) for i in field))
    return found


def add_png_chunk(content: bytes, name: bytes, data: bytes, late: bool):
    """Put a chunk in front of the pixels of a PNG, or behind them."""
    chunk = len(data).to_bytes(4, 'big') + name + data
    chunk += zlib.crc32(name + data).to_bytes(4, 'big')
    place = content.index(b'IEND' if late else b'IDAT') - 4
    return content[:place] + chunk + content[place:]


def exif_record(orientation: int) -> bytes:
    """Write an EXIF record as PNG holds it."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()[len(b'Exif\0\0') :]
