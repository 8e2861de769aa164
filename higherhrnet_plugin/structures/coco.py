"""Numbers and names that COCO, its relatives and their tools have fixed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

# The share of its box that a person covers, where `area` is not used; as in
# CrowdPose's evaluation (xtcocotools).
BOX_SHARE = 0.53
# Where medium and large people begin, in square pixels.
MEDIUM_AREA, LARGE_AREA = 32.0**2, 96.0**2
# Predictions of an image that are scored, those with the highest scores.
MAX_PEOPLE = 20
# Tolerances of the 17 keypoints, as pycocotools has them.
# fmt: off
SIGMAS = (
    0.026, 0.025, 0.025, 0.035, 0.035, 0.079, 0.079, 0.072, 0.072,
    0.062, 0.062, 0.107, 0.107, 0.087, 0.087, 0.089, 0.089,
)
# fmt: on
# Crowd indices at which CrowdPose's evaluation parts easy, medium and hard
# images.
EASY_BELOW, HARD_FROM = 0.2, 0.8
# The lists of keypoints of a COCO-WholeBody annotation, in the order of the
# 133 keypoints, and how many keypoints each has.
WHOLE_BODY: Mapping[str, int] = MappingProxyType(
    {
        'keypoints': 17,
        'foot_kpts': 6,
        'face_kpts': 68,
        'lefthand_kpts': 21,
        'righthand_kpts': 21,
    }
)
