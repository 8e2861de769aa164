"""HigherHRNet for MMPose 1.x.

Importing the package registers its components in mmpose's registries, as soon
as mmpose is there: see ``joining``.
"""

import importlib
from typing import TYPE_CHECKING, Any

from .joining import ROOMS, attach, join
from .version import __version__

if TYPE_CHECKING:
    from .checkpoints import convert_state_dict
    from .codecs import (
        AggregatingBottomupDecoder,
        MultiResolutionAssociativeEmbedding,
    )
    from .datasets import (
        BottomupAicDataset,
        BottomupAlignedAffine,
        BottomupAlignedResize,
        BottomupAP10KDataset,
        BottomupCocoDataset,
        BottomupCocoWholeBodyDataset,
        BottomupCombinedDataset,
        BottomupCrowdPoseDataset,
        BottomupDatasetMixin,
        BottomupHideAndSeek,
        BottomupMhpDataset,
        BottomupOCHumanDataset,
        BottomupRandomFlip,
        GenerateBottomupTarget,
        LoadBottomupImage,
        MultiResolutionHeatmapMask,
        PackBottomupInputs,
        SeededInfiniteSampler,
        SeededSampler,
    )
    from .engine import (
        BFloat16OptimWrapper,
        CodecCheckHook,
        DurableCheckpointHook,
        ExperimentHook,
        FiniteLossHook,
        KeptSamplerSeedHook,
        OwnFilesBadCaseHook,
        OwnFilesVisualizationHook,
    )
    from .evaluation import (
        BottomupCocoMetric,
        BottomupCocoWholeBodyMetric,
        BottomupPCKAccuracy,
    )
    from .models import (
        HigherHRNetHead,
        MultiResolutionAELoss,
        MultiResolutionHeatmapLoss,
        MultiScaleBottomupPoseEstimator,
    )

__all__ = [
    'AggregatingBottomupDecoder',
    'BFloat16OptimWrapper',
    'BottomupAP10KDataset',
    'BottomupAicDataset',
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupCocoDataset',
    'BottomupCocoMetric',
    'BottomupCocoWholeBodyDataset',
    'BottomupCocoWholeBodyMetric',
    'BottomupCombinedDataset',
    'BottomupCrowdPoseDataset',
    'BottomupDatasetMixin',
    'BottomupHideAndSeek',
    'BottomupMhpDataset',
    'BottomupOCHumanDataset',
    'BottomupPCKAccuracy',
    'BottomupRandomFlip',
    'CodecCheckHook',
    'DurableCheckpointHook',
    'ExperimentHook',
    'FiniteLossHook',
    'GenerateBottomupTarget',
    'HigherHRNetHead',
    'KeptSamplerSeedHook',
    'LoadBottomupImage',
    'MultiResolutionAELoss',
    'MultiResolutionAssociativeEmbedding',
    'MultiResolutionHeatmapLoss',
    'MultiResolutionHeatmapMask',
    'MultiScaleBottomupPoseEstimator',
    'OwnFilesBadCaseHook',
    'OwnFilesVisualizationHook',
    'PackBottomupInputs',
    'SeededInfiniteSampler',
    'SeededSampler',
    '__version__',
    'convert_state_dict',
]


def __getattr__(name: str) -> Any:
    """Import what is asked for."""
    if name in __all__ or name in ROOMS:
        join()
        for room in ROOMS:
            module = importlib.import_module(f'.{room}', __name__)
            if name == room:
                return module
            if name in module.__all__:
                return getattr(module, name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')


attach()
