"""From an image to what its test pipeline makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Callable, Union

import cv2
import numpy as np
import PIL.Image

from ..images import check_ratio, to_bgr
from ..images.formats import explain_error
from .loaded import Loaded

Image = Union[str, Path, np.ndarray, PIL.Image.Image]

# what mmcv and OpenCV raise on files that are no images, and on sizes that
# they cannot resize to
_NOT_READ = (
    AssertionError,
    AttributeError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    cv2.error,
)
_NOT_PREPARED = (MemoryError, RuntimeError, ValueError, cv2.error)


def load_image(
    image: Image,
    meta: Mapping[str, Any],
    load: Callable[[dict[str, Any]], Any],
    transform: Callable[[dict[str, Any]], Any],
) -> Loaded:
    """Read and prepare an image by a test pipeline.

    Args:
        image (str | Path | np.ndarray | PIL.Image.Image): File, or an image
            in memory, see :func:`higherhrnet_plugin.images.to_bgr`.
        meta (Mapping[str, Any]): Of the data set, which the pipeline sees.
        load (Callable): The first transform of the pipeline.
        transform (Callable): All others.

    Returns:
        Loaded: for :meth:`.Predictor.predict`.

    Raises:
        TypeError: If it is no image, or an array of other numbers.
        ValueError: If it cannot be read, or the pipeline cannot take it;
            without its name.
    """
    results = dict(meta, img_id=0, id=[])
    if isinstance(image, (str, Path)):
        results['img_path'] = str(image)
    else:
        stretch = getattr(load, 'stretch', False)
        results.update(img=to_bgr(image, stretch), img_path='')
    try:
        results = load(results)
    except _NOT_READ as error:
        raise ValueError(explain_error(error)) from error
    pixels = results['img']
    height, width = pixels.shape[:2]
    check_ratio(width, height)
    try:
        hint = results.pop('hint', '')
        return Loaded(pixels, transform(results), hint)
    except _NOT_PREPARED as error:
        raise ValueError(
            f'the test pipeline cannot take {width} x {height} pixels: '
            f'{_explain_limit(error)}'
        ) from error


def _explain_limit(error: Exception) -> str:
    """Say why an image is not prepared, also where OpenCV quotes itself."""
    if 'SHRT_MAX' in str(error):
        return (
            'OpenCV takes sides of up to 32766 pixels; make it smaller, or '
            'cut it into several images'
        )
    return str(error)
