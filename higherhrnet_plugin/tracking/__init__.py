"""People over the frames of a video."""

from .pose_tracker import PoseTracker

__all__ = ['PoseTracker']
