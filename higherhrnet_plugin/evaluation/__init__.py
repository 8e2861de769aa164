"""Metrics of bottom-up predictions, and explanations of their values."""

from .bottomup_coco_metric import BottomupCocoMetric
from .bottomup_coco_wholebody_metric import BottomupCocoWholeBodyMetric
from .bottomup_pck_accuracy import BottomupPCKAccuracy
from .diagnosis import diagnose

__all__ = [
    'BottomupCocoMetric',
    'BottomupCocoWholeBodyMetric',
    'BottomupPCKAccuracy',
    'diagnose',
]
