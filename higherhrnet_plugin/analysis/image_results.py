"""Predictions and annotations of every image, matched.

Note:
    - K: keypoints, G: annotated people of an image, N: predicted, M: matched
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from ..evaluation.localization import box_sizes, normalized_errors
from ..evaluation.matching import by_image, match_image
from ..structures.annotated_people import AnnotatedPeople
from ..structures.oks import keypoint_similarity
from ..structures.people import People
from .error_types import (
    IGNORED,
    MATCH,
    classify_keypoints,
    classify_people,
)
from .inputs import Inputs


@dataclass(frozen=True)
class ImageResult:
    """One image.

    Attributes:
        info (dict): Its record in the annotation file.
        annotations (list[dict]): The annotated people, as records of COCO.
        records (list[dict]): The predicted people, likewise, best score
            first; those beyond COCO's 20 are left out.
        truth (AnnotatedPeople): The annotated people.
        people (People): The predicted people, in the order of ``records``.
        matches (np.ndarray): int (N,), index of the annotated person, or -1.
        oks (np.ndarray): float (N,), similarity to that person, 0 without
            one.
        person_types (np.ndarray): int (N,), index in ``PERSON_TYPES``.
        keypoint_types (np.ndarray): int (M, K) of the matched people, index
            in ``KEYPOINT_TYPES``, or ``NOT_LABELLED``.
        similarity (np.ndarray): float (M, K), nan where not labelled.
        errors (np.ndarray): float (M, K), distance divided by the longer
            side of the box, nan where not labelled.
    """

    info: dict[str, Any]
    annotations: list[dict[str, Any]]
    records: list[dict[str, Any]]
    truth: AnnotatedPeople
    people: People
    matches: np.ndarray
    oks: np.ndarray
    person_types: np.ndarray
    keypoint_types: np.ndarray
    similarity: np.ndarray
    errors: np.ndarray

    @property
    def counted(self) -> int:
        """int: annotated people who count."""
        return int((~self.truth.ignored).sum())

    @property
    def missed(self) -> int:
        """int: annotated people who count and have no match."""
        return self.counted - int((self.person_types == MATCH).sum())

    def quality(self, score_thr: float) -> float:
        """Rate the image from 0 to 1.

        Args:
            score_thr (float): Unmatched predictions of a lower score do not
                count.

        Returns:
            float: twice the summed OKS of the matches, divided by the number
            of annotated plus predicted people; 1 if there are neither.
        """
        match = self.person_types == MATCH
        shown = match | (
            (self.people.scores >= score_thr) & (self.person_types != IGNORED)
        )
        total = self.counted + int(shown.sum())
        return 2 * float(self.oks[match].sum()) / total if total else 1.0


def compare_images(
    inputs: Inputs, progress: bool = False
) -> list[ImageResult]:
    """Match the people of every image.

    Args:
        inputs (Inputs): Ground truth and predictions.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        list[ImageResult]: one result an image, in the order of the file.
    """
    annotations = by_image(inputs.content['annotations'])
    predictions = by_image(inputs.predictions)
    return [
        _compare(
            image, annotations[image['id']], predictions[image['id']], inputs
        )
        for image in tqdm(
            inputs.content['images'],
            desc='comparing',
            unit='image',
            disable=not progress,
        )
    ]


def _compare(
    image: dict[str, Any],
    annotations: list[dict[str, Any]],
    predictions: list[dict[str, Any]],
    inputs: Inputs,
) -> ImageResult:
    """Match the people of one image."""
    sigmas = inputs.sigmas
    best, truth, people, oks, matches = match_image(
        annotations, predictions, len(inputs.names), sigmas, inputs.use_area
    )
    types = classify_people(oks, matches, truth.ignored)
    n = np.flatnonzero(types == MATCH)
    g = matches[n]
    own = np.zeros(len(types))
    own[n] = oks[n, g]
    similarity = keypoint_similarity(
        people.keypoints[n] - truth.keypoints[g], truth.areas[g], sigmas
    )
    return ImageResult(
        info=image,
        annotations=annotations,
        records=best,
        truth=truth,
        people=people,
        matches=matches,
        oks=own,
        person_types=types,
        keypoint_types=classify_keypoints(
            people.keypoints[n], g, truth, sigmas, inputs.flip_indices
        ),
        similarity=np.where(truth.labelled[g], similarity, np.nan),
        errors=normalized_errors(
            people.keypoints[n],
            people.found[n],
            truth.keypoints[g],
            truth.labelled[g],
            box_sizes(truth.boxes[g]),
        ),
    )
