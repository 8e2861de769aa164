"""Samplers."""

from .seeded_samplers import SeededInfiniteSampler, SeededSampler

__all__ = ['SeededInfiniteSampler', 'SeededSampler']
