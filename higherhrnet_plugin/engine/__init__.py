"""What the plugin adds to MMEngine's training loop."""

from .bfloat16_optim_wrapper import BFloat16OptimWrapper
from .codec_check_hook import CodecCheckHook
from .drawing_hooks import OwnFilesBadCaseHook, OwnFilesVisualizationHook
from .durable_backend import DurableBackend
from .durable_checkpoint_hook import DurableCheckpointHook
from .errors import CheckpointWriteError, WorkFolderError
from .experiment_hook import ExperimentHook
from .finite_loss_hook import FiniteLossHook, NonFiniteLossError
from .sampler_seed_hook import KeptSamplerSeedHook

__all__ = [
    'BFloat16OptimWrapper',
    'CheckpointWriteError',
    'CodecCheckHook',
    'DurableBackend',
    'DurableCheckpointHook',
    'ExperimentHook',
    'FiniteLossHook',
    'KeptSamplerSeedHook',
    'NonFiniteLossError',
    'OwnFilesBadCaseHook',
    'OwnFilesVisualizationHook',
    'WorkFolderError',
]
