"""What AP would be without each type of error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable

import numpy as np
from tqdm import tqdm

from .coco_scores import CocoEvaluation
from .error_types import BACKGROUND, DUPLICATE, KEYPOINT_TYPES, MATCH
from .image_results import ImageResult
from .inputs import Inputs

Parts = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def headroom(
    inputs: Inputs,
    images: Sequence[ImageResult],
    ap: float,
    progress: bool = False,
) -> dict[str, float]:
    """Correct the errors of one type at a time.

    Args:
        inputs (Inputs): Ground truth and predictions.
        images (Sequence[ImageResult]): All images.
        ap (float): AP as it is.
        progress (bool): Whether to show a progress bar. Defaults to False.

    Returns:
        dict[str, float]: gain in AP by type of error, greatest first; none
        if nobody is annotated.
    """
    if ap < 0:
        return {}
    repairs: dict[str, Callable[[ImageResult], Parts]] = {
        name: _move_keypoints(KEYPOINT_TYPES.index(name))
        for name in KEYPOINT_TYPES[1:]
    }
    repairs['duplicate'] = _drop_people(DUPLICATE)
    repairs['background'] = _drop_people(BACKGROUND)
    repairs['missed people'] = _drop_missed
    gains = {}
    for name, repair in tqdm(
        repairs.items(),
        desc='correcting',
        unit='error type',
        disable=not progress,
    ):
        parts = [repair(result) for result in images]
        evaluation = CocoEvaluation(
            {
                **inputs.content,
                'annotations': [a for p in parts for a in p[0]],
            },
            [d for p in parts for d in p[1]],
            inputs.sigmas,
            inputs.iou_type,
            inputs.use_area,
            sizes=('all',),
        )
        gains[name] = evaluation.scores().ap() - ap
    return dict(sorted(gains.items(), key=lambda item: -item[1]))


def _move_keypoints(error_type: int) -> Callable[[ImageResult], Parts]:
    """Put all keypoints of one error type where they are labelled."""

    def repair(result: ImageResult) -> Parts:
        records = list(result.records)
        matched = np.flatnonzero(result.person_types == MATCH)
        for n, types in zip(matched, result.keypoint_types):
            wrong = types == error_type
            if wrong.any():
                rows = np.reshape(records[n]['keypoints'], (-1, 3)).copy()
                truth = result.truth.keypoints[result.matches[n]]
                rows[wrong, :2] = truth[wrong]
                records[n] = {
                    **records[n],
                    'keypoints': rows.reshape(-1).tolist(),
                }
        return result.annotations, records

    return repair


def _drop_people(person_type: int) -> Callable[[ImageResult], Parts]:
    """Leave out predicted people of one type."""

    def repair(result: ImageResult) -> Parts:
        kept = np.flatnonzero(result.person_types != person_type)
        return result.annotations, [result.records[n] for n in kept]

    return repair


def _drop_missed(result: ImageResult) -> Parts:
    """Leave out annotated people without a match."""
    matched = set(result.matches[result.person_types == MATCH].tolist())
    kept = [
        annotation
        for g, annotation in enumerate(result.annotations)
        if g in matched or result.truth.ignored[g]
    ]
    return kept, result.records
