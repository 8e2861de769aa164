"""Data sets."""

from .bottomup_dataset import BottomupDatasetMixin
from .bottomup_datasets import (
    BottomupAicDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
)

__all__ = [
    'BottomupAicDataset',
    'BottomupCocoDataset',
    'BottomupCocoWholeBodyDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
]
