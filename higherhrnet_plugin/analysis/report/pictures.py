"""Pictures of labelled and predicted people as data of the page."""

from __future__ import annotations

import base64
from html import escape

import cv2
import numpy as np
from tqdm import tqdm

from ...images import check_size, read_image
from ...visualization import draw_people
from ..image_results import MATCH, ImageResult
from ..inputs import Inputs

_WIDEST = 560
_QUALITY = 82


def choose_images(
    results: list[ImageResult], number: int, score_thr: float
) -> tuple[list[ImageResult], list[ImageResult]]:
    """Choose the worst and the best images that show people.

    Args:
        results: All images.
        number: How many of each, at most.
        score_thr: Of :meth:`ImageResult.quality`.

    Returns:
        The worst, worst first, and the best, best first; no image is in both.
        Of equal ones those with more people come first.
    """
    shown = [r for r in results if r.counted]
    number = min(number, (len(shown) + 1) // 2)

    def worst_first(result: ImageResult) -> tuple[float, int]:
        return result.quality(score_thr), -result.counted

    def best_first(result: ImageResult) -> tuple[float, int]:
        return -result.quality(score_thr), -result.counted

    worst = sorted(shown, key=worst_first)[:number]
    taken = {id(result) for result in worst}
    rest = [r for r in shown if id(r) not in taken]
    return worst, sorted(rest, key=best_first)[:number]


def picture_cards(
    results: list[ImageResult], inputs: Inputs, score_thr: float, what: str
) -> tuple[str, int]:
    """Draw images with labelled and predicted people side by side.

    Args:
        results: Which images.
        inputs: What was read.
        score_thr: People and keypoints below it are not drawn.
        what: Name of the progress bar.

    Returns:
        HTML, and how many pictures could not be read or are of another size.
    """
    cards, lost = [], 0
    for result in tqdm(results, desc=f'drawing {what}', unit='image'):
        path = inputs.image_dir / result.info['file_name']
        try:
            image = read_image(path).pixels
            height, width = image.shape[:2]
            annotated = result.info['width'], result.info['height']
            check_size(str(path), (width, height), annotated)
        except (OSError, ValueError):
            image = _canvas(result)
            lost += 1
        scale = min(1.0, _WIDEST / image.shape[1])
        image = cv2.resize(
            image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA
        )
        cards.append(_card(result, image, scale, inputs.links, score_thr))
    return f'<div class="shots">{"".join(cards)}</div>', lost


def _card(
    result: ImageResult,
    image: np.ndarray,
    scale: float,
    links: list[tuple[int, int]],
    score_thr: float,
) -> str:
    """Draw one image."""
    truth = result.truth
    people_of = np.flatnonzero(~truth.ignored)
    labelled = draw_people(
        image,
        truth.keypoints[people_of] * scale,
        truth.labelled[people_of].astype(float),
        links,
    )
    order, extra = _places(result, people_of, score_thr)
    predicted = draw_people(image, *_rows(result, order, scale), links)
    name = str(result.info['file_name'])
    text = (
        f'{_count(result.counted)}, {result.counted - result.missed} found, '
        f'{extra} too many'
    )
    quality = result.quality(score_thr)
    return (
        '<figure class="shot"><div>'
        f'<div><span>labelled</span>{_img(labelled, "labelled people")}</div>'
        f'<div><span>predicted</span>{_img(predicted, "predictions")}</div>'
        f'</div><figcaption><b>{quality:.3f}</b> · {escape(text)} · '
        f'{escape(name)}</figcaption></figure>'
    )


def _places(
    result: ImageResult, people_of: np.ndarray, score_thr: float
) -> tuple[np.ndarray, int]:
    """Order predictions so that matched people have equal colours.

    Returns:
        Index of the prediction, or -1, for each drawn person, and how many
        belong to nobody.
    """
    match = result.kinds == MATCH
    order = np.full(len(people_of), -1)
    for n in np.flatnonzero(match):
        order[np.flatnonzero(people_of == result.matches[n])] = n
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
    found = np.zeros((len(order), k))
    chosen = order >= 0
    keypoints[chosen] = result.people.keypoints[order[chosen]] * scale
    found[chosen] = result.people.found[order[chosen]]
    return keypoints, found


def _canvas(result: ImageResult) -> np.ndarray:
    """Make a grey picture in place of one that is not there."""
    points = result.truth.keypoints[result.truth.labelled]
    low = points.max(axis=0, initial=63) + 1
    width = int(result.info.get('width') or low[0])
    height = int(result.info.get('height') or low[1])
    return np.full((height, width, 3), 128, np.uint8)


def _img(image: np.ndarray, alt: str) -> str:
    """Embed a picture."""
    _, code = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    data = base64.b64encode(code.tobytes()).decode()
    height, width = image.shape[:2]
    return (
        f'<img src="data:image/jpeg;base64,{data}" alt="{alt}" '
        f'width="{width}" height="{height}" loading="lazy">'
    )


def _count(people: int) -> str:
    """Write a number of people."""
    return '1 person' if people == 1 else f'{people} people'
