"""Transforms where mmpose has none or a wrong one."""

from .bottomup_aligned_affine import BottomupAlignedAffine
from .bottomup_aligned_resize import BottomupAlignedResize
from .bottomup_hide_and_seek import BottomupHideAndSeek
from .bottomup_random_flip import BottomupRandomFlip
from .generate_bottomup_target import GenerateBottomupTarget
from .load_bottomup_image import LoadBottomupImage
from .multi_resolution_heatmap_mask import MultiResolutionHeatmapMask
from .pack_bottomup_inputs import PackBottomupInputs

__all__ = [
    'BottomupAlignedAffine',
    'BottomupAlignedResize',
    'BottomupHideAndSeek',
    'BottomupRandomFlip',
    'GenerateBottomupTarget',
    'LoadBottomupImage',
    'MultiResolutionHeatmapMask',
    'PackBottomupInputs',
]
