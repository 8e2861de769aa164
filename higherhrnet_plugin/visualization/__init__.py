"""Pictures of people, heatmaps and tags, as plain arrays."""

from .drawing import draw_heatmaps, draw_people, draw_tags, label_picture

__all__ = ['draw_heatmaps', 'draw_people', 'draw_tags', 'label_picture']
