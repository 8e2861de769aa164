"""The numbers of the report.

Note:
    - K: keypoints, G: annotated people of an image, N: predicted, M: matched
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np
from tqdm import tqdm

from ..evaluation.localization import (
    box_sizes,
    normalized_errors,
)
from ..structures.annotated_people import (
    AnnotatedPeople,
    annotated_people,
)
from ..structures.coco import MAX_PEOPLE
from ..structures.oks import match_people
from ..structures.people import People
from .error_analysis import (
    MATCH_OKS,
    PERSON_KINDS,
    keypoint_kinds,
    keypoint_similarity,
    person_kinds,
)
from .inputs import Inputs

MATCH, DUPLICATE, BACKGROUND, IGNORED = range(len(PERSON_KINDS))


@dataclass
class ImageResult:
    """One image.

    Attributes:
        info: Its record in the annotation file.
        annotations: Who is there, as records of COCO.
        records: Who was predicted, likewise, best score first.
        truth: Who is there.
        people: Who was predicted, best score first.
        matches: int (N,), index of the annotated person, or -1.
        oks: float (N,), similarity to that person, 0 if there is none.
        kinds: int (N,), index in ``PERSON_KINDS``.
        keypoint_kinds: int (M, K) of the matched people.
        similarity: float (M, K), nan where not labelled.
        errors: float (M, K), distance by the longer side of the box, nan
            where not labelled.
    """

    info: dict[str, Any]
    annotations: list[dict[str, Any]]
    records: list[dict[str, Any]]
    truth: AnnotatedPeople
    people: People
    matches: np.ndarray
    oks: np.ndarray
    kinds: np.ndarray
    keypoint_kinds: np.ndarray
    similarity: np.ndarray
    errors: np.ndarray

    @property
    def counted(self) -> int:
        """int: people who are to be found."""
        return int((~self.truth.ignored).sum())

    @property
    def missed(self) -> int:
        """int: people to be found that nobody was matched to."""
        return self.counted - int((self.kinds == MATCH).sum())

    def quality(self, score_thr: float) -> float:
        """Rate the image from 0 to 1.

        Args:
            score_thr: Predictions below it are not held against the image.

        Returns:
            Twice the summed OKS of the matches, divided by the number of
            people plus predictions; 1 if there are neither.
        """
        match = self.kinds == MATCH
        shown = match | (
            (self.people.scores >= score_thr) & (self.kinds != IGNORED)
        )
        total = self.counted + int(shown.sum())
        return 2 * float(self.oks[match].sum()) / total if total else 1.0


def analyse_images(inputs: Inputs) -> list[ImageResult]:
    """Compare predictions and people on every image.

    Args:
        inputs: What was read.

    Returns:
        One result an image, in the order of the file.
    """
    annotations, predictions = defaultdict(list), defaultdict(list)
    for annotation in inputs.content['annotations']:
        annotations[annotation['image_id']].append(annotation)
    for prediction in inputs.predictions:
        predictions[prediction['image_id']].append(prediction)
    return [
        _analyse(
            image, annotations[image['id']], predictions[image['id']], inputs
        )
        for image in tqdm(
            inputs.content['images'], desc='comparing', unit='image'
        )
    ]


def _analyse(
    image: dict,
    annotations: list[dict],
    predictions: list[dict],
    inputs: Inputs,
) -> ImageResult:
    """Compare predictions and people on one image."""
    k, sigmas = len(inputs.names), inputs.sigmas
    truth = annotated_people(annotations, k, inputs.use_area)
    best = sorted(predictions, key=lambda p: -p['score'])[:MAX_PEOPLE]
    people = People.from_records(best, k)
    oks = truth.oks(people.keypoints, sigmas)
    matches = match_people(
        oks, people.scores, truth.ignored, truth.crowd, MATCH_OKS
    )
    kinds = person_kinds(oks, matches, truth.ignored)
    n = np.flatnonzero(kinds == MATCH)
    g = matches[n]
    own = np.zeros(len(kinds))
    own[n] = oks[n, g]
    similarity = keypoint_similarity(
        people.keypoints[n], truth.keypoints[g], truth.areas[g], sigmas
    )
    return ImageResult(
        info=image,
        annotations=annotations,
        records=best,
        truth=truth,
        people=people,
        matches=matches,
        oks=own,
        kinds=kinds,
        keypoint_kinds=keypoint_kinds(
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
