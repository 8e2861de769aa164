"""What AP would be without each kind of error."""

from __future__ import annotations

from typing import Any, Callable

import numpy as np
from tqdm import tqdm

from .coco_scores import CocoEvaluation
from .error_analysis import KEYPOINT_KINDS
from .image_results import BACKGROUND, DUPLICATE, MATCH, ImageResult
from .inputs import Inputs

Parts = tuple[list[dict[str, Any]], list[dict[str, Any]]]


def headroom(
    inputs: Inputs, results: list[ImageResult], ap: float
) -> dict[str, float]:
    """Correct the errors of one kind at a time.

    Args:
        inputs: What was read.
        results: All images.
        ap: AP as it is.

    Returns:
        Gain of AP by kind of error, greatest first; none if there is nobody
        to find.
    """
    if ap < 0:
        return {}
    repairs: dict[str, Callable[[ImageResult], Parts]] = {
        kind: _with_keypoints(KEYPOINT_KINDS.index(kind))
        for kind in KEYPOINT_KINDS[1:]
    }
    repairs['duplicate'] = _without(DUPLICATE)
    repairs['background'] = _without(BACKGROUND)
    repairs['missed people'] = _without_missed
    gains = {}
    for kind, repair in tqdm(
        repairs.items(), desc='correcting', unit='kind of error'
    ):
        parts = [repair(result) for result in results]
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
        gains[kind] = evaluation.scores().ap() - ap
    return dict(sorted(gains.items(), key=lambda item: -item[1]))


def _with_keypoints(kind: int) -> Callable[[ImageResult], Parts]:
    """Put all keypoints with one kind of error where they are labelled."""

    def repair(result: ImageResult) -> Parts:
        records = list(result.records)
        matched = np.flatnonzero(result.kinds == MATCH)
        for n, kinds in zip(matched, result.keypoint_kinds):
            wrong = kinds == kind
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


def _without(kind: int) -> Callable[[ImageResult], Parts]:
    """Leave out predicted people of one kind."""

    def repair(result: ImageResult) -> Parts:
        kept = np.flatnonzero(result.kinds != kind)
        return result.annotations, [result.records[n] for n in kept]

    return repair


def _without_missed(result: ImageResult) -> Parts:
    """Leave out people whom no prediction is similar to."""
    found = set(result.matches[result.kinds == MATCH].tolist())
    kept = [
        annotation
        for g, annotation in enumerate(result.annotations)
        if g in found or result.truth.ignored[g]
    ]
    return kept, result.records
