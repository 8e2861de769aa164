"""People over the frames of a video."""

from .gaps import fill_gaps
from .pose_tracker import PoseTracker
from .smoothing import smooth

__all__ = ['PoseTracker', 'fill_gaps', 'smooth']
