"""What metrics read of data samples, whichever model has made them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..structures.people import People


def sample_annotations(sample: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List the annotations of a data sample.

    Args:
        sample (Mapping): Data sample as dict.

    Returns:
        list[dict]: ``raw_ann_info``, annotations of COCO.

    Raises:
        ValueError: If the sample has none.
    """
    if 'raw_ann_info' not in sample:
        raise ValueError(
            'the data samples have no `raw_ann_info`; add it to `meta_keys` '
            'of PackPoseInputs in the test pipeline'
        )
    raw = sample['raw_ann_info']
    raw = raw if isinstance(raw, (list, tuple)) else [raw]
    return [annotation for annotation in raw if annotation is not None]


def sample_people(sample: Mapping[str, Any], num_keypoints: int) -> People:
    """Read ``pred_instances`` of a data sample.

    Args:
        sample (Mapping): Data sample as dict. Without ``keypoint_scores`` or
            ``bbox_scores`` all of them are 1.
        num_keypoints (int): K.

    Returns:
        People: float64, in the order given; a keypoint counts as found where
        its score is above 0, and there are no tags, (N, 0).

    Raises:
        ValueError: If there are no predictions, or of another number of
            keypoints.
    """
    if 'pred_instances' not in sample:
        raise ValueError('the data samples have no `pred_instances`')
    instances = sample['pred_instances']
    keypoints = _array(instances['keypoints'])
    if keypoints.size == 0:
        keypoints = keypoints.reshape(0, num_keypoints, 2)
    if keypoints.ndim != 3 or keypoints.shape[1:] != (num_keypoints, 2):
        raise ValueError(
            'predicted keypoints must be (N, K, 2) with the K = '
            f'{num_keypoints} of the data set, got {keypoints.shape}'
        )
    n = len(keypoints)
    ones = np.ones((n, num_keypoints))
    values = _array(instances.get('keypoint_scores', ones))
    values = values.reshape(n, num_keypoints).astype(np.float64)
    scores = _array(instances.get('bbox_scores', np.ones(n)))
    return People(
        keypoints=keypoints.astype(np.float64),
        keypoint_scores=values,
        scores=scores.reshape(n).astype(np.float64),
        found=values > 0,
        tags=np.zeros((n, 0)),
    )


def _array(values: Any) -> np.ndarray:
    """Take an array from wherever a model has left it."""
    if hasattr(values, 'detach'):
        values = values.detach().cpu()
    return np.asarray(values)
