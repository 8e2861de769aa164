"""The host's registries, in the one place that names them."""

from mmpose.registry import (
    DATASETS,
    HOOKS,
    KEYPOINT_CODECS,
    METRICS,
    MODELS,
    TRANSFORMS,
)

__all__ = [
    'DATASETS',
    'HOOKS',
    'KEYPOINT_CODECS',
    'METRICS',
    'MODELS',
    'TRANSFORMS',
]
