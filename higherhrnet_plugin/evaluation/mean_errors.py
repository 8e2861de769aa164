"""Whether all keypoints are moved to one side.

AP does not tell noise from a shift, and a shift has a cause: a flip test that
mirrors maps in another way than training mirrored keypoints, or pixels whose
centres are taken to be elsewhere. docs/evaluation.md derives both.

Note:
    - P: keypoints of an image, M: matched people, K: keypoints
    - errors are (x, y), predicted minus annotated: right and down are above 0
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

import numpy as np

from ..structures.annotated_people import AnnotatedPeople
from ..structures.oks import keypoint_similarity
from ..structures.people import People
from .matching import by_image, match_image

Pair = tuple[float, float]

# a keypoint of less similarity is another one, or missed
_NEAR = 0.5
# in input pixels; half a pixel is what both causes move by
_NOTABLE = 0.25
# standard errors from which on a mean is not chance
_CERTAIN = 3.0


class MeanErrors(NamedTuple):
    """Mean errors of the visible keypoints of matched people.

    Attributes:
        keypoints (int): How many they are.
        image (tuple[float, float], optional): (x, y) in image pixels; None
            without keypoints.
        input (tuple[float, float], optional): In pixels of the network input
            of scale 1; None where its size is not known of all images.
        uncertainty (tuple[float, float], optional): Standard error of
            ``input``, with what the keypoints of an image have in common;
            None also with a single image.
    """

    keypoints: int
    image: Optional[Pair]
    input: Optional[Pair]
    uncertainty: Optional[Pair]


def mean_errors(
    annotations: Sequence[dict[str, Any]],
    predictions: Sequence[dict[str, Any]],
    sigmas: Union[Sequence[float], np.ndarray],
    use_area: bool,
    input_pixels: Mapping[Any, Pair],
) -> MeanErrors:
    """Match people, and average the errors of their visible keypoints.

    Keypoints count that are annotated as visible and have a similarity of at
    least 0.5; others are somewhere else, and tell nothing of a shift.

    Args:
        annotations (Sequence[dict]): Those of a COCO file.
        predictions (Sequence[dict]): Records of COCO's result format.
        sigmas (Sequence[float]): Tolerances of the keypoints, at least of
            those in ``keypoints`` of the records, which come first.
        use_area (bool): Whether OKS reads ``area``.
        input_pixels (Mapping[Any, tuple[float, float]]): Width and height of
            an input pixel in image pixels, by image id.

    Returns:
        MeanErrors: the means.

    Raises:
        ValueError: If records do not fit together.
    """
    truth, found = by_image(annotations), by_image(predictions)
    number = len(predictions[0]['keypoints']) // 3 if predictions else 0
    own = np.asarray(sigmas, dtype=np.float64)[:number]
    errors, pixels = [], []
    for image_id, people in found.items():
        match = match_image(truth[image_id], people, number, own, use_area)
        errors.append(
            visible_errors(match.truth, match.people, match.matches, own)
        )
        pixels.append(input_pixels.get(image_id))
    return average(errors, pixels)


def visible_errors(
    truth: AnnotatedPeople,
    people: People,
    matches: np.ndarray,
    sigmas: np.ndarray,
) -> np.ndarray:
    """List the errors of the keypoints of one image that count.

    Args:
        truth (AnnotatedPeople): The annotated people.
        people (People): N predicted people.
        matches (np.ndarray): int (N,), index of the annotated person, or -1.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.

    Returns:
        np.ndarray: float64 (P, 2), (x, y) in image pixels.
    """
    n = np.flatnonzero(matches >= 0)
    n = n[~truth.ignored[matches[n]]]
    g = matches[n]
    errors = people.keypoints[n] - truth.keypoints[g]
    similar = keypoint_similarity(errors, truth.areas[g], sigmas)
    counted = truth.visible[g] & (people.keypoint_scores[n] > 0)
    return errors[counted & (similar >= _NEAR)]


def average(
    errors: Iterable[np.ndarray], pixels: Iterable[Optional[Pair]]
) -> MeanErrors:
    """Average the errors of all images.

    Args:
        errors (Iterable[np.ndarray]): (P, 2) of each image, in its pixels.
        pixels (Iterable[tuple | None]): Width and height of an input pixel
            in image pixels, of each image; None where not known.

    Returns:
        MeanErrors: the means.
    """
    pairs = [(e, p) for e, p in zip(errors, pixels) if len(e)]
    number = sum(len(e) for e, _ in pairs)
    if not number:
        return MeanErrors(0, None, None, None)
    image = np.sum([e.sum(axis=0) for e, _ in pairs], axis=0) / number
    if any(p is None for _, p in pairs):
        return MeanErrors(number, _pair(image), None, None)
    sums = np.array([e.sum(axis=0) / np.asarray(p) for e, p in pairs])
    counts = np.array([[len(e)] for e, _ in pairs])
    mean = sums.sum(axis=0) / number
    if len(pairs) < 2:
        # one image tells nothing of how they differ
        return MeanErrors(number, _pair(image), _pair(mean), None)
    squares = ((sums - counts * mean) ** 2).sum(axis=0)
    spread = np.sqrt(squares * len(pairs) / (len(pairs) - 1)) / number
    return MeanErrors(number, _pair(image), _pair(mean), _pair(spread))


def input_pixel(sample: Mapping[str, Any]) -> Optional[Pair]:
    """Measure a pixel of the input of a test image.

    Args:
        sample (Mapping): Output of the model; ``input_scale`` and
            ``input_size`` (w, h) are what the input shows and has.

    Returns:
        tuple[float, float] | None: (w, h) in image pixels, None where the
        sample does not tell.
    """
    if 'input_scale' not in sample or 'input_size' not in sample:
        return None
    return _pair(np.divide(sample['input_scale'], sample['input_size']))


def describe(errors: MeanErrors) -> list[str]:
    """Say how far keypoints are moved, and why.

    Args:
        errors (MeanErrors): The means.

    Returns:
        list[str]: a line, with the likely cause where the mean is above a
        quarter of an input pixel and not chance; nothing without keypoints.
    """
    if errors.image is None:
        return []
    line = (
        f'mean error of {errors.keypoints} visible keypoints (right and down '
        f'are positive): {_text(errors.image)} image pixels'
    )
    if errors.input is None:
        return [line]
    line += f', {_text(errors.input)} input pixels'
    if errors.uncertainty is None:
        return [line]
    x, y = (
        mean if abs(mean) > max(_NOTABLE, _CERTAIN * spread) else 0.0
        for mean, spread in zip(errors.input, errors.uncertainty)
    )
    cause = _cause(x, y)
    return [f'{line}: {cause}' if cause else line]


def _cause(x: float, y: float) -> str:
    """Name the cause of a shift; 0 stands for none along an axis."""
    if not x and not y:
        return ''
    if x > 0 and not y:
        return (
            'a flip test moves people by half an input pixel to the right '
            'unless `model.head.decoder.align_flip` is True, which suits '
            'networks that this package has trained (docs/evaluation.md)'
        )
    if x and not y:
        return (
            'a flip test with `model.head.decoder.align_flip` moves people to '
            'the left if training mirrored keypoints in another way than '
            '`BottomupRandomFlip` (docs/evaluation.md)'
        )
    return (
        'everything is moved; do annotations and training, or training and '
        'test, put the centres of pixels at different places, i and i + 0.5?'
    )


def _pair(values: np.ndarray) -> Pair:
    """Make plain numbers of (x, y)."""
    return float(values[0]), float(values[1])


def _text(values: Pair) -> str:
    """Write (x, y) with signs."""
    return f'x {values[0]:+.2f}, y {values[1]:+.2f}'
