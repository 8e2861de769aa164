"""Data sets and transforms."""

from .datasets import (
    BottomupAicDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
)
from .transforms import (
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupRandomFlip,
    MultiResolutionHeatmapMask,
    PackBottomupInputs,
)

__all__ = [
    'BottomupAicDataset',
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCocoWholeBodyDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupRandomFlip',
    'MultiResolutionHeatmapMask',
    'PackBottomupInputs',
]
