"""HigherHRNet for MMPose 1.x.

Importing the package registers its components in mmpose's registries.
"""

from .compat import allow_checkpoint_globals, import_host

import_host()
allow_checkpoint_globals()

# the host must be there before what builds on it
from .codecs import (  # noqa: E402
    AggregatingBottomupDecoder,
    MultiResolutionAssociativeEmbedding,
)
from .datasets import (  # noqa: E402
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupCocoDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
    BottomupRandomFlip,
    MultiResolutionHeatmapMask,
)
from .models import (  # noqa: E402
    HigherHRNetHead,
    MultiResolutionAELoss,
    MultiResolutionHeatmapLoss,
    MultiScaleBottomupPoseEstimator,
)
from .version import __version__  # noqa: E402

__all__ = [
    'AggregatingBottomupDecoder',
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupRandomFlip',
    'HigherHRNetHead',
    'MultiResolutionAELoss',
    'MultiResolutionAssociativeEmbedding',
    'MultiResolutionHeatmapLoss',
    'MultiResolutionHeatmapMask',
    'MultiScaleBottomupPoseEstimator',
    '__version__',
]
