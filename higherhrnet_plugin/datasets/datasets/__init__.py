"""Data sets."""

from .bottomup_combined_dataset import BottomupCombinedDataset
from .bottomup_dataset import BottomupDatasetMixin
from .bottomup_datasets import (
    BottomupAicDataset,
    BottomupAP10KDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
    BottomupMhpDataset,
    BottomupOCHumanDataset,
)

__all__ = [
    'BottomupAP10KDataset',
    'BottomupAicDataset',
    'BottomupCocoDataset',
    'BottomupCocoWholeBodyDataset',
    'BottomupCombinedDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupMhpDataset',
    'BottomupOCHumanDataset',
]
