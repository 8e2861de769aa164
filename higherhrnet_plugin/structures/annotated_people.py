"""Annotations and predictions of one image as arrays.

Note:
    - N: predicted people, G: annotated people, K: keypoints
    - points are (x, y) in image pixels, boxes (x, y, w, h)
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

# the share of its box that a person covers, as in CrowdPose's evaluation
_BOX_SHARE = 0.53
# COCO-WholeBody has its keypoints in several lists
_PARTS = (
    'keypoints',
    'foot_kpts',
    'face_kpts',
    'lefthand_kpts',
    'righthand_kpts',
)


class AnnotatedPeople(NamedTuple):
    """The ground truth of one image.

    Attributes:
        keypoints (np.ndarray): float64 (G, K, 2).
        labelled (np.ndarray): bool (G, K).
        boxes (np.ndarray): float64 (G, 4).
        areas (np.ndarray): float64 (G,), square pixels.
        crowd (np.ndarray): bool (G,).
        ignored (np.ndarray): bool (G,), crowds and who has no labelled
            keypoint.
    """

    keypoints: np.ndarray
    labelled: np.ndarray
    boxes: np.ndarray
    areas: np.ndarray
    crowd: np.ndarray
    ignored: np.ndarray


class PredictedPeople(NamedTuple):
    """The predictions on one image.

    Attributes:
        keypoints (np.ndarray): float64 (N, K, 2).
        found (np.ndarray): bool (N, K), False for a score of 0, which a
            missing keypoint has.
        scores (np.ndarray): float64 (N,).
    """

    keypoints: np.ndarray
    found: np.ndarray
    scores: np.ndarray


def annotated_people(
    sample: Mapping[str, Any], num_keypoints: int, use_area: bool
) -> AnnotatedPeople:
    """Read ``raw_ann_info`` of a data sample.

    Args:
        sample (Mapping): Data sample as dict.
        num_keypoints (int): K.
        use_area (bool): Read ``area``; otherwise, and where it is not above
            0, it is 0.53 of the box.

    Returns:
        AnnotatedPeople: the people in COCO's order.

    Raises:
        ValueError: If the annotations are not there or cannot be measured.
    """
    if 'raw_ann_info' not in sample:
        raise ValueError(
            'the data samples have no `raw_ann_info`; add it to `meta_keys` '
            'of PackPoseInputs in the test pipeline'
        )
    raw = sample['raw_ann_info']
    raw = raw if isinstance(raw, (list, tuple)) else [raw]
    people = [annotation for annotation in raw if annotation is not None]
    for person in people:
        _check_annotation(person, use_area)
    rows = _floats(
        [_keypoints(person, num_keypoints) for person in people],
        (-1, num_keypoints, 3),
    )
    boxes = _floats([p['bbox'] for p in people], (-1, 4))
    areas = _BOX_SHARE * boxes[:, 2] * boxes[:, 3]
    if use_area:
        given = _floats([p['area'] for p in people], (-1,))
        areas = np.where(given > 0, given, areas)
    crowd = np.array([bool(p.get('iscrowd', 0)) for p in people], dtype=bool)
    labelled = rows[..., 2] > 0
    return AnnotatedPeople(
        keypoints=rows[..., :2],
        labelled=labelled,
        boxes=boxes,
        areas=areas,
        crowd=crowd,
        ignored=crowd | ~labelled.any(axis=1),
    )


def predicted_people(
    sample: Mapping[str, Any], num_keypoints: int
) -> PredictedPeople:
    """Read ``pred_instances`` of a data sample.

    Args:
        sample (Mapping): Data sample as dict; ``keypoint_scores`` and
            ``bbox_scores`` may be missing, then everything is certain.
        num_keypoints (int): K.

    Returns:
        PredictedPeople: the people in the order given.

    Raises:
        ValueError: If there are no predictions, or of other keypoints.
    """
    if 'pred_instances' not in sample:
        raise ValueError('the data samples have no `pred_instances`')
    found = sample['pred_instances']
    keypoints = _array(found['keypoints'])
    if keypoints.size == 0:
        keypoints = keypoints.reshape(0, num_keypoints, 2)
    if keypoints.ndim != 3 or keypoints.shape[1:] != (num_keypoints, 2):
        raise ValueError(
            'predicted keypoints must be (N, K, 2) with the K = '
            f'{num_keypoints} of the data set, got {keypoints.shape}'
        )
    n = len(keypoints)
    values = _array(found.get('keypoint_scores', np.ones((n, num_keypoints))))
    scores = _array(found.get('bbox_scores', np.ones(n)))
    return PredictedPeople(
        keypoints=keypoints.astype(np.float64),
        found=values.reshape(n, num_keypoints) > 0,
        scores=scores.reshape(n).astype(np.float64),
    )


def _check_annotation(person: Mapping[str, Any], use_area: bool) -> None:
    """Refuse an annotation that cannot be compared."""
    for key in ('keypoints', 'bbox', *(['area'] if use_area else [])):
        if person.get(key) is None:
            advice = '; set `use_area=False`' if key == 'area' else ''
            raise ValueError(
                f'annotation {person.get("id")} has no `{key}`{advice}'
            )


def _keypoints(person: Mapping[str, Any], num_keypoints: int) -> list:
    """Take the 3 K numbers of all keypoints."""
    values = list(person['keypoints'])
    if len(values) != 3 * num_keypoints:
        values = [v for part in _PARTS for v in person.get(part, ())]
    if len(values) != 3 * num_keypoints:
        raise ValueError(
            f'annotation {person.get("id")} has {len(values) / 3:g} '
            f'keypoints, but the metainfo of the data set has {num_keypoints}'
        )
    return values


def _floats(values: list, shape: tuple[int, ...]) -> np.ndarray:
    """Stack numbers, also none, to an array of a shape."""
    if not values:
        return np.zeros((0, *shape[1:]))
    return np.asarray(values, dtype=np.float64).reshape(shape)


def _array(values: Any) -> np.ndarray:
    """Take an array from wherever a model has left it."""
    if hasattr(values, 'detach'):
        values = values.detach().cpu()
    return np.asarray(values)
