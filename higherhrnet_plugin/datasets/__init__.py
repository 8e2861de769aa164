"""Data sets and transforms."""

from .datasets import (
    BottomupAicDataset,
    BottomupAP10KDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCombinedDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
    BottomupMhpDataset,
    BottomupOCHumanDataset,
)
from .samplers import SeededInfiniteSampler, SeededSampler
from .transforms import (
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupHideAndSeek,
    BottomupRandomFlip,
    GenerateBottomupTarget,
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
    'BottomupCombinedDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupHideAndSeek',
    'BottomupMhpDataset',
    'BottomupOCHumanDataset',
    'BottomupRandomFlip',
    'GenerateBottomupTarget',
    'LoadBottomupImage',
    'MultiResolutionHeatmapMask',
    'PackBottomupInputs',
    'SeededInfiniteSampler',
    'SeededSampler',
]
