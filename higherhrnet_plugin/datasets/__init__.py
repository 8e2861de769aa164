"""Data sets and transforms."""

from .datasets import (
    BottomupCocoDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
)
from .transforms import (
    BottomupAlignedResize,
    BottomupRandomFlip,
    MultiResolutionHeatmapMask,
)

__all__ = [
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupRandomFlip',
    'MultiResolutionHeatmapMask',
]
