"""Images with labelled and predicted people, as data of the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from tqdm import tqdm

from ...images import check_size, read_image
from ...visualization import draw_people
from ..error_types import MATCH
from ..image_results import ImageResult
from ..results import Analysis

_WIDEST = 560
_QUALITY = 82


class Picture(NamedTuple):
    """An image, drawn twice.

    Attributes:
        name (str): File name.
        labelled (str): Address of the drawing of the annotated people.
        predicted (str): Likewise, of the predicted people.
        size_wh (tuple[int, int]): Of both drawings, in pixels.
        quality (float): From :meth:`ImageResult.quality`.
        people (int): Annotated people who count.
        found (int): Those with a match.
        extra (int): Predictions without a match that are drawn.
        is_lost (bool): Whether the image could not be read, or is of another
            size.
    """

    name: str
    labelled: str
    predicted: str
    size_wh: tuple[int, int]
    quality: float
    people: int
    found: int
    extra: int
    is_lost: bool


def choose_images(
    analysis: Analysis, number: int
) -> dict[str, list[ImageResult]]:
    """Choose the worst and the best images that show people.

    Args:
        analysis (Analysis): All images.
        number (int): How many of each, at most.

    Returns:
        dict[str, list[ImageResult]]: 'worst', worst first, and 'best', best
        first; no image is in both. Of equal ones those with more people come
        first.
    """
    thr = analysis.score_thr
    shown = [r for r in analysis.images if r.counted]
    number = min(number, (len(shown) + 1) // 2)
    worst = sorted(shown, key=lambda r: (r.quality(thr), -r.counted))[:number]
    taken = {id(result) for result in worst}
    rest = [r for r in shown if id(r) not in taken]
    best = sorted(rest, key=lambda r: (-r.quality(thr), -r.counted))[:number]
    return {'worst': worst, 'best': best}


def draw_pictures(
    images: Sequence[ImageResult],
    analysis: Analysis,
    name: str,
    progress: bool = False,
) -> list[Picture]:
    """Draw annotated and predicted people.

    Args:
        images (Sequence[ImageResult]): Which images.
        analysis (Analysis): Where they lie, and below which score nobody is
            drawn.
        name (str): Of the progress bar.
        progress (bool): Whether to show it. Defaults to False.

    Returns:
        list[Picture]: one an image.
    """
    return [
        _draw(result, analysis)
        for result in tqdm(
            images,
            desc=f'drawing {name}',
            unit='image',
            disable=not progress,
        )
    ]


def _draw(result: ImageResult, analysis: Analysis) -> Picture:
    """Draw one image."""
    image, is_lost = _read(result, analysis)
    scale = min(1.0, _WIDEST / image.shape[1])
    image = cv2.resize(
        image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
    )
    truth, links = result.truth, analysis.inputs.links
    counted = np.flatnonzero(~truth.ignored)
    labelled = draw_people(
        image,
        truth.keypoints[counted] * scale,
        truth.labelled[counted].astype(float),
        links,
    )
    order, extra = _places(result, counted, analysis.score_thr)
    predicted = draw_people(image, *_rows(result, order, scale), links)
    height, width = image.shape[:2]
    return Picture(
        name=str(result.info['file_name']),
        labelled=_address(labelled),
        predicted=_address(predicted),
        size_wh=(width, height),
        quality=result.quality(analysis.score_thr),
        people=result.counted,
        found=result.counted - result.missed,
        extra=extra,
        is_lost=is_lost,
    )


def _read(result: ImageResult, analysis: Analysis) -> tuple[np.ndarray, bool]:
    """Read an image, or make a grey one and tell so."""
    folder = analysis.inputs.image_dir
    try:
        if folder is None:
            raise FileNotFoundError
        path = folder / result.info['file_name']
        image = read_image(path).pixels
        height, width = image.shape[:2]
        annotated = result.info['width'], result.info['height']
        check_size(str(path), (width, height), annotated)
    except (OSError, ValueError):
        return _canvas(result), True
    return image, False


def _places(
    result: ImageResult, counted: np.ndarray, score_thr: float
) -> tuple[np.ndarray, int]:
    """Order predictions so that matched people have equal colours.

    Returns:
        Index of the prediction, or -1, for each drawn person, and how many
        have no match.
    """
    match = result.person_types == MATCH
    order = np.full(len(counted), -1)
    for n in np.flatnonzero(match):
        order[np.flatnonzero(counted == result.matches[n])] = n
    others = np.flatnonzero(~match & (result.people.scores >= score_thr))
    return np.concatenate([order, others]), len(others)


def _rows(
    result: ImageResult, order: np.ndarray, scale: float
) -> tuple[np.ndarray, np.ndarray]:
    """Take predictions in an order, with nothing to draw for -1.

    Returns:
        Keypoints (N, K, 2) in pixels of the drawing, and 1 where there is one.
    """
    k = result.truth.keypoints.shape[1]
    keypoints = np.zeros((len(order), k, 2))
    shown = np.zeros((len(order), k))
    chosen = order >= 0
    keypoints[chosen] = result.people.keypoints[order[chosen]] * scale
    shown[chosen] = result.people.found[order[chosen]]
    return keypoints, shown


def _canvas(result: ImageResult) -> np.ndarray:
    """Make a grey image in place of one that is not there."""
    points = result.truth.keypoints[result.truth.labelled]
    low = points.max(axis=0, initial=63) + 1
    width = int(result.info.get('width') or low[0])
    height = int(result.info.get('height') or low[1])
    return np.full((height, width, 3), 128, np.uint8)


def _address(image: np.ndarray) -> str:
    """Embed an image."""
    _, code = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return (
        f'data:image/jpeg;base64,{base64.b64encode(code.tobytes()).decode()}'
    )
