"""Layers of the head that official weights name."""

from .pyramid import make_deconv_block, make_pyramid
from .scale_branch import (
    check_scale_kernel,
    make_scale_layers,
    start_at_zero,
)

__all__ = [
    'check_scale_kernel',
    'make_deconv_block',
    'make_pyramid',
    'make_scale_layers',
    'start_at_zero',
]
