"""Weights of every origin: reading, naming, checking, transferring.

``architecture`` is not imported here: it builds on ``models``, which builds
on this package.
"""

from ..files import hash_file
from .addresses import find_weights
from .description import WeightsDescription, describe_weights
from .errors import WeightsError
from .host_loading import use_safe_loaders
from .keypoint_names import find_keypoint_names
from .load_hooks import register_load_hooks
from .matching import (
    WeightsDifference,
    compare_weights,
    match_weights,
    require_finite_weights,
)
from .names import convert_state_dict, select_backbone, to_official_names
from .reading import (
    check_weights_file,
    load_whole,
    read_checkpoint,
    select_state_dict,
)
from .training_record import TrainingRecord, read_training_record
from .transfer import OutputLayout, Transfer, transfer_weights

__all__ = [
    'OutputLayout',
    'TrainingRecord',
    'Transfer',
    'WeightsDescription',
    'WeightsDifference',
    'WeightsError',
    'check_weights_file',
    'compare_weights',
    'convert_state_dict',
    'describe_weights',
    'find_keypoint_names',
    'find_weights',
    'hash_file',
    'load_whole',
    'match_weights',
    'read_checkpoint',
    'read_training_record',
    'register_load_hooks',
    'require_finite_weights',
    'select_backbone',
    'select_state_dict',
    'to_official_names',
    'transfer_weights',
    'use_safe_loaders',
]
