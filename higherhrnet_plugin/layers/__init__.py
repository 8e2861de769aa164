"""Layers of the network, for the models and for reading checkpoints."""

from .pyramid import make_deconv_block, make_pyramid

__all__ = ['make_deconv_block', 'make_pyramid']
