"""What a pipeline is given of one image: all its people, or nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

import numpy as np


def gather_people(
    people: Sequence[Mapping[str, Any]], training: bool
) -> dict[str, Any]:
    """Join the annotations of one image.

    Args:
        people (Sequence[Mapping]): What mmpose's data set has read of each;
            arrays have a leading axis of 1, or none.
        training (bool): Crowds are masked then, and not learned.

    Returns:
        dict: arrays of all people, N in the first axis, and lists of the
        rest.
    """
    info = {key: people[0][key] for key in ('img_id', 'img_path')}
    for key, first in people[0].items():
        values = [person[key] for person in people]
        if key in info:
            continue
        if isinstance(first, np.ndarray):
            join = np.concatenate if first.ndim else np.stack
            info[key] = join(values)
        else:
            info[key] = values
    if training:
        info['keypoints_visible'][np.array(info['iscrowd'], bool)] = 0
    return info


def describe_empty(
    image: Mapping[str, Any], num_keypoints: Optional[int] = None
) -> dict[str, Any]:
    """Describe an image that shows nobody.

    Args:
        image (Mapping): Its record, with ``img_id`` and ``img_path``.
        num_keypoints (int, optional): K, in a training: one person of whom
            nothing is labelled stands in, as cv2.transform refuses empty
            arrays. Defaults to None, nobody at all.

    Returns:
        dict: as :func:`gather_people` has it, with no region to mask.
    """
    info: dict[str, Any] = {
        'img_id': image['img_id'],
        'img_path': image['img_path'],
        'id': [],
        'raw_ann_info': None,
        'invalid_segs': [],
    }
    if 'crowdIndex' in image:
        info['crowd_index'] = image['crowdIndex']
    if num_keypoints is not None:
        shape = (1, num_keypoints)
        info['keypoints'] = np.zeros((*shape, 2), dtype=np.float32)
        info['keypoints_visible'] = np.zeros(shape, dtype=np.float32)
    return info
