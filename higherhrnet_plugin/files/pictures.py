"""Pictures as files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .whole import write_whole


def write_picture(path: Path, picture: np.ndarray) -> None:
    """Write a picture, whole or not at all, also to a name beyond ASCII.

    Args:
        path (Path): Its suffix decides the format; folders are created.
        picture (np.ndarray): uint8 (H, W, 3), BGR.

    Raises:
        OSError: If it cannot be written.
    """
    # OpenCV's own writer takes names in the code page of the system
    good, content = cv2.imencode(path.suffix.lower(), picture)
    if not good:
        raise OSError(f'OpenCV cannot write {path}')
    write_whole(path, content.tobytes())
