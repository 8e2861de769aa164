"""Models: head, losses, estimator."""

from .heads import HigherHRNetHead
from .losses import MultiResolutionAELoss, MultiResolutionHeatmapLoss
from .pose_estimators import MultiScaleBottomupPoseEstimator

__all__ = [
    'HigherHRNetHead',
    'MultiResolutionAELoss',
    'MultiResolutionHeatmapLoss',
    'MultiScaleBottomupPoseEstimator',
]
