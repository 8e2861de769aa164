"""Weights of every origin: reading, naming, checking, transferring.

``architecture`` is not imported here: it builds on ``models``, which builds
on this package.
"""

from .description import WeightsDescription, describe_weights
from .keypoint_names import find_keypoint_names
from .load_hooks import register_load_hooks
from .matching import WeightsDifference, compare_weights, match_weights
from .names import convert_state_dict, select_backbone, to_official_names
from .reading import read_checkpoint
from .transfer import OutputLayout, Transfer, transfer_weights

__all__ = [
    'OutputLayout',
    'Transfer',
    'WeightsDescription',
    'WeightsDifference',
    'compare_weights',
    'convert_state_dict',
    'describe_weights',
    'find_keypoint_names',
    'match_weights',
    'read_checkpoint',
    'register_load_hooks',
    'select_backbone',
    'to_official_names',
    'transfer_weights',
]
