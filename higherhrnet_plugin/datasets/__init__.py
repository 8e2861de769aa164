"""Data sets and transforms."""

from .datasets import (
    BottomupCocoDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
)
from .transforms import (
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupRandomFlip,
    MultiResolutionHeatmapMask,
)

__all__ = [
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupRandomFlip',
    'MultiResolutionHeatmapMask',
]
