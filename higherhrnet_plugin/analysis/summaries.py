"""The numbers of the report, summed up over images.

Note:
    - K: keypoints, M: matched people
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from ..structures.coco import EASY_BELOW, HARD_FROM
from .coco_scores import CocoEvaluation
from .crowding import crowd_index
from .error_analysis import (
    KEYPOINT_KINDS,
    PERSON_KINDS,
)
from .image_results import MATCH, ImageResult

PCK_THRESHOLDS = (0.05, 0.1, 0.2)
PEOPLE_GROUPS = ((1, 1), (2, 4), (5, 9), (10, 10**9))


def headline(
    coco: CocoEvaluation, iou_type: str, results: list[ImageResult]
) -> dict[str, float]:
    """Compute the scores that mmpose's metric prints, with its names.

    Args:
        coco: The evaluation.
        iou_type: Of COCOeval.
        results: All images.

    Returns:
        Values by name, -1 where there is nobody to find.
    """
    scores = coco.scores()
    precision = {
        'AP': scores.ap(),
        'AP .5': scores.ap(0.5),
        'AP .75': scores.ap(0.75),
    }
    recall = {
        'AR': scores.ar(),
        'AR .5': scores.ar(0.5),
        'AR .75': scores.ar(0.75),
    }
    if iou_type == 'keypoints_crowd':
        levels = {
            f'AP({name[0].upper()})': coco.scores(images).ap()
            for name, images in image_groups(results)['crowding'].items()
        }
        return {**precision, **recall, **levels}
    return {
        **precision,
        'AP (M)': scores.ap(size='medium'),
        'AP (L)': scores.ap(size='large'),
        **recall,
        'AR (M)': scores.ar(size='medium'),
        'AR (L)': scores.ar(size='large'),
    }


def image_groups(results: list[ImageResult]) -> dict[str, dict[str, set]]:
    """Sort the images by number of people and by crowding.

    Args:
        results: All images.

    Returns:
        Image ids by 'people' and 'crowding', and name of the group.
    """
    people: dict[str, set] = {}
    for low, high in PEOPLE_GROUPS:
        name = str(low) if low == high else f'{low} to {high}'
        name = f'{low} or more' if high == 10**9 else name
        people[name] = {
            r.info['id'] for r in results if low <= r.counted <= high
        }
    crowding: dict[str, set] = {'easy': set(), 'medium': set(), 'hard': set()}
    for result in results:
        index = result.info.get('crowdIndex')
        if index is None:
            kept = ~result.truth.crowd
            index = crowd_index(
                result.truth.keypoints[kept],
                result.truth.labelled[kept],
                result.truth.boxes[kept],
            )
        level = 'easy' if index < EASY_BELOW else 'medium'
        crowding['hard' if index >= HARD_FROM else level].add(
            result.info['id']
        )
    return {'people': people, 'crowding': crowding}


def keypoint_table(results: list[ImageResult], names: list[str]) -> list[dict]:
    """Sum up the matched people for every keypoint.

    Args:
        results: All images.
        names: K names.

    Returns:
        A record for each keypoint: name, labelled, similarity, PCK by
        threshold, and the share of each kind; nan without labels.
    """
    k = len(names)
    kinds = _stack([r.keypoint_kinds for r in results], k)
    similarity = _stack([r.similarity for r in results], k)
    errors = _stack([r.errors for r in results], k)
    rows = []
    for i, name in enumerate(names):
        known = ~np.isnan(similarity[:, i])
        sized = errors[~np.isnan(errors[:, i]), i]
        row: dict[str, Any] = {
            'keypoint': name,
            'labelled': int(known.sum()),
            'similarity': _share(similarity[known, i]),
        }
        for thr in PCK_THRESHOLDS:
            row[f'PCK@{thr:g}'] = _share(sized <= thr)
        for number, kind in enumerate(KEYPOINT_KINDS):
            row[kind] = _share(kinds[known, i] == number)
        rows.append(row)
    return rows


def person_counts(
    results: list[ImageResult], score_thr: float
) -> dict[str, dict[str, int]]:
    """Count people found, missed and made up.

    Args:
        results: All images.
        score_thr: Least score of the second count.

    Returns:
        Counts of all predictions and of those above the threshold.
    """
    counts = {}
    for name, least in (('all', -np.inf), ('confident', score_thr)):
        sums = np.zeros(len(PERSON_KINDS), int)
        for result in results:
            kept = result.kinds[result.people.scores >= least]
            sums += np.bincount(kept, minlength=len(PERSON_KINDS))
        people = sum(result.counted for result in results)
        counts[name] = {
            'people': people,
            **dict(zip(PERSON_KINDS, sums.tolist())),
            'missed': people - int(sums[MATCH]),
        }
    return counts


def count_people(results: list[ImageResult], images: Collection[int]) -> int:
    """Count the people to be found on some images.

    Args:
        results: All images.
        images: Their ids.

    Returns:
        The number of people.
    """
    return sum(r.counted for r in results if r.info['id'] in images)


def _stack(arrays: list[np.ndarray], k: int) -> np.ndarray:
    """Stack (M, K) of all images."""
    return np.concatenate([np.zeros((0, k)), *arrays])


def _share(values: np.ndarray) -> float:
    """Average, nan for nothing."""
    return float(np.mean(values)) if len(values) else float('nan')
