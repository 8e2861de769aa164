"""People as mmpose's metrics, visualisers and inferencers read them."""

from __future__ import annotations

import numpy as np
from mmengine.structures import InstanceData

from ...codecs.people import People
from ...codecs.utils.selection import keypoint_boxes


def to_instances(people: People) -> InstanceData:
    """Pack the people of one image.

    Args:
        people (People): N people with K keypoints and L tags.

    Returns:
        InstanceData:
        - keypoints: float32 (N, K, 2), (x, y)
        - keypoint_scores: float32 (N, K), 0 where missing
        - keypoints_visible: float32 (N, K), the score where a keypoint was
          found, 0 where it was filled in or is missing
        - bboxes: float32 (N, 4), (x1, y1, x2, y2) around all keypoints
        - bbox_scores: float32 (N,), the scores of the people
        - tags: float32 (N, L)
    """
    scores = people.keypoint_scores
    return InstanceData(
        keypoints=people.keypoints,
        keypoint_scores=scores,
        keypoints_visible=np.where(people.found, scores, np.float32(0)),
        bboxes=keypoint_boxes(people.keypoints, scores > 0),
        bbox_scores=people.scores,
        tags=people.tags,
    )
