"""The official decoding, written plainly, map by map and joint by joint.

Source: ``aggregate_results`` in ``lib/core/inference.py`` and
``HeatmapParser`` in ``lib/core/group.py`` of the official code, which are
described, not copied.

Note:
    - K: keypoints, L: tags of a keypoint, (H, W): size of the maps
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from munkres import Munkres
from torch import Tensor

ORDER = (0, 1, 2, 3, 4, 5, 6, 11, 12, 7, 8, 9, 10, 13, 14, 15, 16)

People = tuple[np.ndarray, np.ndarray, np.ndarray]


def _enlarge(maps: Tensor, shape: Sequence[int]) -> Tensor:
    return F.interpolate(
        maps, size=tuple(shape), mode='bilinear', align_corners=False
    )


def plain_aggregate(
    flips: Sequence[Sequence[tuple]], size: tuple[int, int], swap: list[int]
) -> tuple[Tensor, Tensor]:
    """Merge the levels of an image and of its mirror image.

    Args:
        flips (Sequence): ``flips[flip][level]``, heatmaps (1, K, h, w) and
            tags (1, K, h, w) or None.
        size (tuple[int, int]): (W, H).
        swap (list[int]): Indices of mirrored keypoints.

    Returns:
        tuple[Tensor, Tensor]: heatmaps (1, K, H, W), tags (1, L*K, H, W).
    """
    heatmaps, tags = [], []
    for mirrored, levels in enumerate(flips):
        shape = levels[-1][0].shape[-2:]
        low, high = levels[0][0], levels[-1][0]
        merged = (_enlarge(low, shape) + high) / 2
        tag = _enlarge(levels[0][1], shape)
        if mirrored:
            merged = merged.flip(-1)[:, swap]
            tag = tag.flip(-1)[:, swap]
        heatmaps.append(merged)
        tags.append(_enlarge(tag, size[::-1]))
    merged = sum(heatmaps[1:], heatmaps[0]) / len(heatmaps)
    return _enlarge(merged, size[::-1]), torch.cat(tags, dim=1)


def grouping_order(keypoints: int) -> Sequence[int]:
    """Return the order in which K keypoints are grouped."""
    return ORDER if keypoints == len(ORDER) else range(keypoints)


def _match(
    found: list[tuple[np.ndarray, ...]], tag_dim: int
) -> list[np.ndarray]:
    """Group (cells, scores, tags) of each keypoint to rows (K, 3 + L)."""
    people: dict[float, np.ndarray] = {}
    tags_of: dict[float, list[np.ndarray]] = {}
    empty = np.zeros((len(found), 3 + tag_dim), np.float32)
    for k in grouping_order(len(found)):
        cells, scores, tags = found[k]
        if not len(scores):
            continue
        rows = np.concatenate((cells, scores[:, None], tags), axis=1)
        new = list(range(len(rows)))
        keys = list(people)[:30]
        if keys:
            means = np.array([np.mean(tags_of[key], axis=0) for key in keys])
            gap = rows[:, None, 3:] - means[None]
            distance = np.linalg.norm(gap, ord=2, axis=2)
            cost = np.round(distance) * 100 - rows[:, 2:3]
            extra = max(0, len(rows) - len(keys))
            cost = np.hstack((cost, np.full((len(rows), extra), 1e10)))
            new = []
            for row, column in Munkres().compute(cost.tolist()):
                if column < len(keys) and distance[row, column] < 1:
                    people[keys[column]][k] = rows[row]
                    tags_of[keys[column]].append(tags[row])
                    continue
                new.append(row)
                _begin(people, tags_of, k, rows[row], tags[row], empty)
        else:
            for row in new:
                _begin(people, tags_of, k, rows[row], tags[row], empty)
    return list(people.values())


def _begin(
    people: dict,
    tags_of: dict,
    k: int,
    row: np.ndarray,
    tag: np.ndarray,
    empty: np.ndarray,
) -> None:
    """Let a candidate begin a person."""
    people.setdefault(tag[0], empty.copy())[k] = row
    tags_of[tag[0]] = [tag]


def _offset(heatmap: np.ndarray, x: int, y: int) -> tuple[float, float]:
    """Move a cell to a position."""
    h, w = heatmap.shape
    right, left = heatmap[y, min(x + 1, w - 1)], heatmap[y, max(x - 1, 0)]
    below, above = heatmap[min(y + 1, h - 1), x], heatmap[max(y - 1, 0), x]
    dx = 0.25 if right > left else -0.25
    dy = 0.25 if below > above else -0.25
    return x + 0.5 + dx, y + 0.5 + dy


def _look_up(
    person: np.ndarray, heatmaps: np.ndarray, tags: np.ndarray
) -> list[tuple[float, float, float]]:
    """Find the best cell of all keypoints for one person.

    As the official code, which takes every keypoint, and tags (K, H, W, L)
    with the short axis last.
    """
    own = [
        tags[k, int(person[k, 1]), int(person[k, 0])]
        for k in range(len(person))
        if person[k, 2] > 0
    ]
    mean = np.mean(own, axis=0)
    found = []
    for heatmap, tag in zip(heatmaps, tags):
        distance = ((tag - mean[None, None]) ** 2).sum(axis=2) ** 0.5
        fit = heatmap - np.round(distance)
        y, x = np.unravel_index(np.argmax(fit), fit.shape)
        found.append((*_offset(heatmap, int(x), int(y)), heatmap[y, x]))
    return found


def plain_decode(heatmaps: Tensor, tags: Tensor) -> People:
    """Find the people of one image with the official steps.

    Args:
        heatmaps (Tensor): (1, K, H, W).
        tags (Tensor): (1, L*K, H, W), L outer.

    Returns:
        tuple: keypoints (N, K, 2), scores (N, K), instance scores (N,).
    """
    _, k, _, w = heatmaps.shape
    pooled = F.max_pool2d(heatmaps, 5, 1, 2)
    peaks = heatmaps * (pooled == heatmaps).float()
    scores, places = peaks[0].flatten(1).topk(30, dim=1)
    by_kind = tags[0].unflatten(0, (-1, k)).permute(1, 2, 3, 0).contiguous()
    heat, tag = heatmaps[0].numpy(), by_kind.numpy()
    found = []
    for i in range(k):
        keep = scores[i].numpy() > 0.1
        y, x = np.divmod(places[i].numpy()[keep], w)
        cells = np.stack((x, y), axis=1)
        found.append((cells, scores[i].numpy()[keep], tag[i, y, x]))
    people = _match(found, tag.shape[-1])
    instance_scores = [person[:, 2].mean() for person in people]
    result = []
    for person in people:
        filled = _look_up(person, heat, tag)
        row = person[:, :3].copy()
        for i in range(k):
            x, y, value = person[i, :3]
            if value > 0:
                row[i, :2] = _offset(heat[i], int(x), int(y))
            elif filled[i][2] > 0:
                row[i] = filled[i]
        result.append(row)
    table = np.array(result, np.float32).reshape(-1, k, 3)
    return table[..., :2], table[..., 2], np.array(instance_scores, np.float32)
