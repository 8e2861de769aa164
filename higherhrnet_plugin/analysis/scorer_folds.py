"""What a trained score of people gains, on images it was not trained on.

Note:
    - D: predictions, R: resamples
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from .coco_scores import CocoEvaluation
from .inputs import Inputs
from .resampling import (
    INTERVAL,
    RESAMPLES,
    Difference,
    average_precision,
    relevant_matches,
    resample_weights,
)
from .scorer_training import PredictedPeople, train_scorer

Predictions = Sequence[Mapping[str, Any]]


class Compared(NamedTuple):
    """AP of some predictions, beside that of others.

    Attributes:
        aps (list[float]): In [0, 1], of each seed.
        difference (Difference): To the others.
    """

    aps: list[float]
    difference: Difference


def cross_fit(
    inputs: Inputs,
    rated: PredictedPeople,
    decoder: Mapping[str, Any],
    folds: int = 5,
    seed: int = 0,
) -> np.ndarray:
    """Score every prediction by a network that has not seen its image.

    Args:
        inputs (Inputs): Ground truth and predictions.
        rated (PredictedPeople): The predictions.
        decoder (Mapping[str, Any]): See :func:`train_scorer`.
        folds (int): Parts of the images, each scored by a network that was
            trained on all others. Defaults to 5.
        seed (int): Of the parts and the networks. Defaults to 0.

    Returns:
        np.ndarray: float64 (D,), the scores.

    Raises:
        ValueError: If there are fewer images than parts, or too few
            predictions.
    """
    ids = np.array(sorted(image['id'] for image in inputs.content['images']))
    if not 2 <= folds <= len(ids):
        raise ValueError(
            f'{len(ids)} images cannot be split in {folds} parts; 2 or more '
            'are needed, and an image for each'
        )
    shuffled = np.random.default_rng(seed).permutation(ids)
    scores = np.empty(len(rated.oks))
    people = rated.people
    for fold in range(folds):
        held = np.isin(rated.images, shuffled[fold::folds])
        scorer = train_scorer(inputs, rated, ~held, decoder, seed)
        scores[held] = scorer(
            people.keypoints[held],
            people.keypoint_scores[held],
            people.scores[held],
        )
    return scores


def with_scores(inputs: Inputs, scores: np.ndarray) -> list[dict[str, Any]]:
    """Return the predictions with other scores.

    Args:
        inputs (Inputs): Has the predictions.
        scores (np.ndarray): (D,).

    Returns:
        list[dict]: copies.
    """
    return [
        {**record, 'score': score}
        for record, score in zip(inputs.predictions, scores.tolist())
    ]


def resampled_ap(
    inputs: Inputs, predictions: Predictions, resamples: int = RESAMPLES
) -> np.ndarray:
    """Compute AP on all images, and on resamples of them.

    Args:
        inputs (Inputs): Ground truth.
        predictions (Sequence[Mapping]): Records of COCO's result format.
        resamples (int): R. Defaults to ``RESAMPLES``.

    Returns:
        np.ndarray: float64 (1 + R,), in [0, 1]; nan where nobody is
        annotated.
    """
    coco = CocoEvaluation(
        inputs.content,
        predictions,
        inputs.sigmas,
        inputs.iou_type,
        inputs.use_area,
        sizes=('all',),
    )
    matches = coco.matches()
    everywhere = np.ones(len(matches.people), int)
    matches = relevant_matches(matches, everywhere)
    draws = [everywhere, *resample_weights(len(everywhere), resamples)]
    return np.array([average_precision(matches, draw) for draw in draws])


def compare(
    base: np.ndarray, others: Sequence[np.ndarray], seeds: Sequence[int] = ()
) -> Compared:
    """Compare predictions with others, paired by image.

    Args:
        base (np.ndarray): (1 + R,), from :func:`resampled_ap`.
        others (Sequence[np.ndarray]): The same of each seed.
        seeds (Sequence[int]): The seeds. Defaults to none, where nothing is
            random.

    Returns:
        Compared: others minus base.
    """
    gains = 100 * (np.asarray(others) - base)
    low, high = np.nanquantile(gains[:, 1:].mean(axis=0), INTERVAL)
    return Compared(
        [float(other[0]) for other in others],
        Difference(list(seeds), gains[:, 0], (float(low), float(high))),
    )
