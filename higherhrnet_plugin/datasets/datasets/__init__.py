"""Data sets."""

from .bottomup_dataset import BottomupDatasetMixin
from .bottomup_datasets import BottomupCocoDataset, BottomupCrowdPoseDataset

__all__ = [
    'BottomupCocoDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
]
