"""What the plugin adds to MMEngine's training loop."""

from .durable_backend import DurableBackend
from .durable_checkpoint_hook import DurableCheckpointHook
from .errors import CheckpointWriteError, WorkFolderError
from .finite_loss_hook import FiniteLossHook, NonFiniteLossError
from .sampler_seed_hook import KeptSamplerSeedHook

__all__ = [
    'CheckpointWriteError',
    'DurableBackend',
    'DurableCheckpointHook',
    'FiniteLossHook',
    'KeptSamplerSeedHook',
    'NonFiniteLossError',
    'WorkFolderError',
]
