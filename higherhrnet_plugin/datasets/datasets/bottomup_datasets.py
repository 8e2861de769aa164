"""mmpose's data sets with robust bottom-up loading."""

from mmpose.datasets.datasets import CocoDataset, CrowdPoseDataset

from ...registry import DATASETS
from .bottomup_dataset import BottomupDatasetMixin


@DATASETS.register_module()
class BottomupCocoDataset(BottomupDatasetMixin, CocoDataset):
    """COCO keypoints and whatever shares its format (K = 17 by default).

    Other keypoints are set by ``metainfo`` as in mmpose.
    """


@DATASETS.register_module()
class BottomupCrowdPoseDataset(BottomupDatasetMixin, CrowdPoseDataset):
    """CrowdPose (K = 14), with the crowd index of every image."""
