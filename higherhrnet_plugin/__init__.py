"""HigherHRNet for MMPose 1.x.

Importing the package registers its components in mmpose's registries.
"""

from .doctor.on_import import explain_import_errors, is_command_starting
from .version import __version__

# The doctor runs where nothing else can be imported, and --help at once.
if not is_command_starting():
    with explain_import_errors():
        from .compat import (
            accept_radius_in_array,
            allow_checkpoint_globals,
            import_host,
        )

    import_host()
    allow_checkpoint_globals()
    accept_radius_in_array()

    # the host must be there before what builds on it
    from .checkpoints import convert_state_dict, use_safe_loaders
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
        CodecCheckHook,
        DurableCheckpointHook,
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

    use_safe_loaders()

__all__ = [
    'AggregatingBottomupDecoder',
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
