"""Maps of people whose keypoints are single peaks."""

import numpy as np
import torch
from helpers import blob


def draw_scene(people, points, shape):
    """Draw people.

    Args:
        people: Of each (x, y, tag, scores of the K keypoints).
        points: (K, 2), (x, y) of the keypoints from there.
        shape: (H, W).

    Returns:
        tuple: heatmaps and tags, tensors (1, K, H, W).
    """
    heatmaps = np.zeros((len(points), *shape), np.float32)
    tags = np.full((len(points), *shape), 50, np.float32)
    for x, y, tag, scores in people:
        for k, (move, score) in enumerate(zip(points, scores)):
            stamp = blob(shape, x + move[0], y + move[1]) * np.float32(score)
            heatmaps[k] = np.maximum(heatmaps[k], stamp)
            tags[k][stamp > 1e-3] = tag
    return torch.from_numpy(heatmaps)[None], torch.from_numpy(tags)[None]
