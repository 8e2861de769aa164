"""Results of images, summed up.

Note:
    - K: keypoints, M: matched people
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..structures.coco import EASY_BELOW, HARD_FROM
from .coco_scores import CocoEvaluation
from .crowding import crowd_index
from .error_types import KEYPOINT_TYPES, MATCH, PERSON_TYPES
from .image_results import ImageResult

PCK_THRESHOLDS = (0.05, 0.1, 0.2)
_PEOPLE_GROUPS = ((1, 1), (2, 4), (5, 9), (10, 10**9))


class GroupScore(NamedTuple):
    """Scores of a group of images.

    Attributes:
        images (int): How many they are.
        people (int): Annotated people who count.
        ap (float): Average precision, -1 without people.
        ar (float): Average recall, -1 without people.
    """

    images: int
    people: int
    ap: float
    ar: float


def headline_scores(
    coco: CocoEvaluation, iou_type: str, crowding: Mapping[str, GroupScore]
) -> dict[str, float]:
    """Compute the scores that mmpose's metric prints, with its names.

    Args:
        coco (CocoEvaluation): The evaluation.
        iou_type (str): Of COCOeval.
        crowding (Mapping[str, GroupScore]): Scores by crowding.

    Returns:
        dict[str, float]: values by name, -1 where nobody is annotated.
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
            f'AP({name[0].upper()})': group.ap
            for name, group in crowding.items()
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


def score_groups(
    coco: CocoEvaluation, images: Sequence[ImageResult]
) -> dict[str, dict[str, GroupScore]]:
    """Score images by number of people and by crowding.

    Args:
        coco (CocoEvaluation): The evaluation.
        images (Sequence[ImageResult]): All images.

    Returns:
        dict: scores by 'people' and 'crowding', and by name of the group.
    """
    groups: dict[str, dict[str, GroupScore]] = {}
    for criterion, names in _group_images(images).items():
        groups[criterion] = {}
        for name, ids in names.items():
            scores = coco.scores(ids)
            people = sum(r.counted for r in images if r.info['id'] in ids)
            groups[criterion][name] = GroupScore(
                len(ids), people, scores.ap(), scores.ar()
            )
    return groups


def _group_images(
    images: Sequence[ImageResult],
) -> dict[str, dict[str, Collection[int]]]:
    """List the ids of the images of each group."""
    people: dict[str, Collection[int]] = {}
    for low, high in _PEOPLE_GROUPS:
        name = str(low) if low == high else f'{low} to {high}'
        name = f'{low} or more' if high == 10**9 else name
        people[name] = {
            r.info['id'] for r in images if low <= r.counted <= high
        }
    crowding: dict[str, set[int]] = {
        'easy': set(),
        'medium': set(),
        'hard': set(),
    }
    for result in images:
        index = _crowd_index(result)
        level = 'easy' if index < EASY_BELOW else 'medium'
        level = 'hard' if index >= HARD_FROM else level
        crowding[level].add(result.info['id'])
    return {'people': people, 'crowding': {**crowding}}


def _crowd_index(result: ImageResult) -> float:
    """Take the crowd index of the file, or compute it."""
    index = result.info.get('crowdIndex')
    if index is not None:
        return index
    kept = ~result.truth.crowd
    return crowd_index(
        result.truth.keypoints[kept],
        result.truth.labelled[kept],
        result.truth.boxes[kept],
    )


def keypoint_table(
    images: Sequence[ImageResult], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Sum up the matched people for every keypoint.

    Args:
        images (Sequence[ImageResult]): All images.
        names (Sequence[str]): K names.

    Returns:
        list[dict]: a record for each keypoint: ``keypoint``, its name;
        ``labelled``, how many count; ``similarity``, their mean; PCK by
        threshold, as 'PCK@0.1'; and the share of each error type. Values are
        nan without labels.
    """
    k = len(names)
    types = _stack([r.keypoint_types for r in images], k)
    similarity = _stack([r.similarity for r in images], k)
    errors = _stack([r.errors for r in images], k)
    rows = []
    for i, name in enumerate(names):
        known = ~np.isnan(similarity[:, i])
        sized = errors[~np.isnan(errors[:, i]), i]
        row: dict[str, Any] = {
            'keypoint': name,
            'labelled': int(known.sum()),
            'similarity': _mean(similarity[known, i]),
        }
        for thr in PCK_THRESHOLDS:
            row[f'PCK@{thr:g}'] = _mean(sized <= thr)
        for number, error_type in enumerate(KEYPOINT_TYPES):
            row[error_type] = _mean(types[known, i] == number)
        rows.append(row)
    return rows


def person_counts(
    images: Sequence[ImageResult], score_thr: float
) -> dict[str, dict[str, int]]:
    """Count predicted people by type, and those who were missed.

    Args:
        images (Sequence[ImageResult]): All images.
        score_thr (float): Lowest score of the second count.

    Returns:
        dict: counts of 'all' predictions, and of those above the threshold,
        'confident'.
    """
    counts = {}
    for name, least in (('all', -np.inf), ('confident', score_thr)):
        sums = np.zeros(len(PERSON_TYPES), int)
        for result in images:
            kept = result.person_types[result.people.scores >= least]
            sums += np.bincount(kept, minlength=len(PERSON_TYPES))
        people = sum(result.counted for result in images)
        counts[name] = {
            'people': people,
            **dict(zip(PERSON_TYPES, sums.tolist())),
            'missed': people - int(sums[MATCH]),
        }
    return counts


def _stack(arrays: Sequence[np.ndarray], k: int) -> np.ndarray:
    """Stack (M, K) of all images."""
    return np.concatenate([np.zeros((0, k)), *arrays])


def _mean(values: np.ndarray) -> float:
    """Average, nan for nothing."""
    return float(np.mean(values)) if len(values) else float('nan')
