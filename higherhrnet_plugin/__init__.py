"""HigherHRNet for MMPose 1.x.

Importing the package registers its components in mmpose's registries.
"""

from .compat import allow_checkpoint_globals, import_host

import_host()
allow_checkpoint_globals()

# the host must be there before what builds on it
from .checkpoints import convert_state_dict  # noqa: E402
from .codecs import (  # noqa: E402
    AggregatingBottomupDecoder,
    MultiResolutionAssociativeEmbedding,
)
from .datasets import (  # noqa: E402
    BottomupAicDataset,
    BottomupAlignedAffine,
    BottomupAlignedResize,
    BottomupAP10KDataset,
    BottomupCocoDataset,
    BottomupCocoWholeBodyDataset,
    BottomupCrowdPoseDataset,
    BottomupDatasetMixin,
    BottomupMhpDataset,
    BottomupOCHumanDataset,
    BottomupRandomFlip,
    MultiResolutionHeatmapMask,
    PackBottomupInputs,
)
from .evaluation import BottomupCocoMetric, BottomupPCKAccuracy  # noqa: E402
from .models import (  # noqa: E402
    HigherHRNetHead,
    MultiResolutionAELoss,
    MultiResolutionHeatmapLoss,
    MultiScaleBottomupPoseEstimator,
)
from .version import __version__  # noqa: E402

__all__ = [
    'AggregatingBottomupDecoder',
    'BottomupAP10KDataset',
    'BottomupAicDataset',
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCocoMetric',
    'BottomupCocoWholeBodyDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupMhpDataset',
    'BottomupOCHumanDataset',
    'BottomupPCKAccuracy',
    'BottomupRandomFlip',
    'HigherHRNetHead',
    'MultiResolutionAELoss',
    'MultiResolutionAssociativeEmbedding',
    'MultiResolutionHeatmapLoss',
    'MultiResolutionHeatmapMask',
    'MultiScaleBottomupPoseEstimator',
    'PackBottomupInputs',
    '__version__',
    'convert_state_dict',
]
