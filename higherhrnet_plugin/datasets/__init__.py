"""Data sets and transforms."""

from .datasets import (
    BottomupAicDataset,
    BottomupAP10KDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
    BottomupMhpDataset,
    BottomupOCHumanDataset,
)
from .transforms import (
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupRandomFlip,
    LoadBottomupImage,
    MultiResolutionHeatmapMask,
    PackBottomupInputs,
)

__all__ = [
    'BottomupAP10KDataset',
    'BottomupAicDataset',
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCocoWholeBodyDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupMhpDataset',
    'BottomupOCHumanDataset',
    'BottomupRandomFlip',
    'LoadBottomupImage',
    'MultiResolutionHeatmapMask',
    'PackBottomupInputs',
]
