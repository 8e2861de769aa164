"""Predictions and annotations of an image, matched as COCO does.

Note:
    - N: predicted people, G: annotated people, K: keypoints
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..structures.annotated_people import AnnotatedPeople, annotated_people
from ..structures.coco import MAX_PEOPLE
from ..structures.oks import match_people
from ..structures.people import People

# a prediction of less similarity is not matched to the person
MATCH_OKS = 0.1


class ImageMatch(NamedTuple):
    """The people of one image.

    Attributes:
        records (list[dict]): The predicted people as records of COCO, best
            score first; those beyond COCO's 20 are left out.
        truth (AnnotatedPeople): The annotated people.
        people (People): The predicted people, in the order of ``records``.
        oks (np.ndarray): float64 (N, G), object keypoint similarity.
        matches (np.ndarray): int (N,), index of the annotated person, or -1,
            at a similarity of ``MATCH_OKS``.
    """

    records: list[dict[str, Any]]
    truth: AnnotatedPeople
    people: People
    oks: np.ndarray
    matches: np.ndarray


def match_image(
    annotations: Sequence[Mapping[str, Any]],
    predictions: Sequence[dict[str, Any]],
    num_keypoints: int,
    sigmas: np.ndarray,
    use_area: bool,
) -> ImageMatch:
    """Match the people of one image.

    Args:
        annotations (Sequence[Mapping]): Records of COCO's annotation file.
        predictions (Sequence[dict]): Records of COCO's result format.
        num_keypoints (int): K.
        sigmas (np.ndarray): (K,), the tolerances of the keypoints.
        use_area (bool): Whether OKS reads ``area``; otherwise it is 0.53 of
            the box.

    Returns:
        ImageMatch: who is who.

    Raises:
        ValueError: If a record lacks what OKS needs, or has another number
            of keypoints.
    """
    truth = annotated_people(annotations, num_keypoints, use_area)
    best = sorted(predictions, key=lambda p: -p['score'])[:MAX_PEOPLE]
    people = People.from_records(best, num_keypoints)
    oks = truth.oks(people.keypoints, sigmas)
    matches = match_people(
        oks, people.scores, truth.ignored, truth.crowd, MATCH_OKS
    )
    return ImageMatch(best, truth, people, oks, matches)


def by_image(
    records: Sequence[dict[str, Any]],
) -> Mapping[Any, list[dict[str, Any]]]:
    """Gather the records of each image.

    Args:
        records (Sequence[dict]): Annotations or predictions.

    Returns:
        Mapping[Any, list[dict]]: by ``image_id``; empty for any other.
    """
    groups: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        groups[record['image_id']].append(record)
    return groups
