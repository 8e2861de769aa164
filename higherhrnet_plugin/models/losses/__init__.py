"""Losses of the heatmaps and tags of all levels."""

from .multi_resolution_ae_loss import MultiResolutionAELoss
from .multi_resolution_heatmap_loss import MultiResolutionHeatmapLoss

__all__ = ['MultiResolutionAELoss', 'MultiResolutionHeatmapLoss']
