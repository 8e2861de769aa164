"""Pictures of people, heatmaps, tags and targets, as plain arrays."""

from .drawing import (
    draw_heatmaps,
    draw_people,
    draw_tags,
    label_picture,
    shown_keypoints,
)
from .panels import draw_panels
from .targets import (
    arrange_pictures,
    draw_mask,
    draw_tag_cells,
    number_people,
)

__all__ = [
    'arrange_pictures',
    'draw_heatmaps',
    'draw_mask',
    'draw_panels',
    'draw_people',
    'draw_tag_cells',
    'draw_tags',
    'label_picture',
    'number_people',
    'shown_keypoints',
]
