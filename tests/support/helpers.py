"""Builders of data, and plain references, that several test files share.

Axis letters as in the package: B images, N people, K keypoints, L tags of a
keypoint, (h, w) the shape of a map.
"""

import json
from itertools import permutations

# mmpose's data sets do not import by themselves where xtcocotools is missing
import higherhrnet_plugin  # noqa: F401

# isort: split
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from mmpose.datasets.transforms import GenerateTarget, PackPoseInputs
from munkres import Munkres

from higherhrnet_plugin import MultiResolutionAssociativeEmbedding

KEYPOINTS = (1, 3, 5, 14, 17, 133)
PEOPLE = [
    pytest.param(0, id='nobody'),
    pytest.param(1, id='one'),
    pytest.param(35, id='many'),
]


def flip_indices(k):
    """Swap neighbours but the first, as in 0, 2, 1, 4, 3, ..."""
    order = [0]
    for i in range(1, k, 2):
        order += [i + 1, i] if i + 1 < k else [i]
    return order


def random_people(rng, n, k, size, margin=16):
    """Draw keypoints (n, k, 2), some out of frame, and flags (n, k)."""
    low, high = -margin, np.array(size) + margin
    keypoints = rng.uniform(low, high, (n, k, 2)).astype(np.float32)
    visible = rng.choice([0, 1, 1, 2], (n, k)).astype(np.float32)
    return keypoints, visible


def codec_config(input_size=(32, 32), levels=2, **options):
    """Configure the codec with levels from stride 4 upwards."""
    w, h = input_size
    sizes = [(w * 2**i // 4, h * 2**i // 4) for i in range(levels)]
    return dict(
        type='MultiResolutionAssociativeEmbedding',
        input_size=input_size,
        heatmap_sizes=sizes,
        **options,
    )


def build_codec(**options):
    """Build the codec of :func:`codec_config`."""
    config = codec_config(**options)
    config.pop('type')
    return MultiResolutionAssociativeEmbedding(**config)


def pack(keypoints, visible, codec, **results):
    """Pack the targets of one image as the training pipeline does."""
    w, h = codec['input_size']
    results = dict(
        img=np.zeros((h, w, 3), np.uint8),
        keypoints=keypoints,
        keypoints_visible=visible,
        **results,
    )
    results = GenerateTarget(encoder=codec).transform(results)
    return PackPoseInputs().transform(results)['data_samples']


def packed_samples(counts, k, codec, seed=0):
    """Pack one image for each number of people in ``counts``."""
    rng = np.random.default_rng(seed)
    return [
        pack(*random_people(rng, n, k, codec['input_size']), codec)
        for n in counts
    ]


def random_indices(rng, counts, k, cells):
    """Draw tag positions int64 (n, k, 2) of every image."""
    return [
        torch.from_numpy(
            np.stack(
                (
                    rng.integers(0, cells, (n, k)),
                    rng.integers(0, 2, (n, k)),
                ),
                axis=-1,
            )
        )
        for n in counts
    ]


def reference_targets(keypoints, visible, input_size, size, sigma):
    """Encode one level with a loop over every cell of every window."""
    (w, h), k = size, keypoints.shape[1]
    radius = 3 * sigma + 1
    heatmaps = np.zeros((k, h, w), np.float32)
    indices = np.zeros((len(keypoints), k, 2), np.int64)
    for n, kind in np.ndindex(*keypoints.shape[:2]):
        px, py = (float(v) for v in keypoints[n, kind])
        if visible[n, kind] <= 0 or not np.isfinite([px, py]).all():
            continue
        x, y = int(px * w / input_size[0]), int(py * h / input_size[1])
        if x < 0 or y < 0 or x >= w or y >= h:
            continue
        indices[n, kind] = y * w + x, 1
        for row in range(max(0, y - radius), min(h, y + radius + 1)):
            for column in range(max(0, x - radius), min(w, x + radius + 1)):
                square = (column - x) ** 2 + (row - y) ** 2
                value = np.float32(np.exp(-square / (2 * sigma**2)))
                heatmaps[kind, row, column] = max(
                    heatmaps[kind, row, column], value
                )
    return heatmaps, indices


def reference_ae(tags, indices, push_type='exp'):
    """Compute pull and push of one image.

    ``tags`` is (L, K, h, w), ``indices`` (N, K, 2).
    """
    means, pull = [], tags.new_zeros(())
    for person in indices:
        own = [
            tags[:, k].flatten(1)[:, position]
            for k, (position, valid) in enumerate(person.tolist())
            if valid
        ]
        if not own:
            continue
        mean = sum(own) / len(own)
        means.append(mean)
        pull = pull + sum(((t - mean) ** 2).sum() for t in own) / len(own)
    push = tags.new_zeros(())
    for a, b in permutations(means, 2):
        distance = ((a - b) ** 2).sum().sqrt()
        if push_type == 'exp':
            push = push + torch.exp(-(distance**2))
        else:
            push = push + max(0 * distance, 1 - distance)
    n = len(means)
    return pull / max(n, 1), 0.5 * push / max(n * (n - 1), 1)


def blob(shape, x, y, sigma=1.5):
    """Make a Gaussian (h, w) with its peak 1 at cell (x, y)."""
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    square = (columns - x) ** 2 + (rows - y) ** 2
    return np.exp(-square / (2 * sigma**2)).astype(np.float32)


def random_scene(rng, n, k, tag_dim, shape=(36, 44)):
    """Draw maps of n people with noise, float32 (k, h, w), (l, k, h, w)."""
    heatmaps = rng.uniform(0, 0.05, (k, *shape)).astype(np.float32)
    tags = rng.normal(0, 0.2, (tag_dim, k, *shape)).astype(np.float32)
    for person, kind in np.ndindex(n, k):
        if kind and rng.random() < 0.2:
            continue
        x, y = rng.integers(0, shape[1]), rng.integers(0, shape[0])
        stamp = blob(shape, x, y, 1.0) * np.float32(rng.uniform(0.2, 1))
        heatmaps[kind] = np.maximum(heatmaps[kind], stamp)
        near = stamp > 0.05
        # tags close enough for ties of the rounded distance
        noise = rng.normal(0, 0.3, tag_dim)
        tags[:, kind, near] = (person * 0.8 + noise)[:, None]
    return heatmaps, tags


def _reference_candidates(heatmap, tags, kernel, most):
    """Find rows (x, y, score, tags...) of one keypoint."""
    h, w = heatmap.shape
    reach = kernel // 2
    peaks = np.zeros_like(heatmap)
    for y, x in np.ndindex(h, w):
        window = heatmap[
            max(0, y - reach) : y + reach + 1,
            max(0, x - reach) : x + reach + 1,
        ]
        if heatmap[y, x] == window.max():
            peaks[y, x] = heatmap[y, x]
    scores, positions = (
        torch.from_numpy(peaks).flatten().topk(min(most, h * w))
    )
    return [
        (p % w, p // w, float(score), tags[:, p // w, p % w])
        for score, p in zip(scores, positions.tolist())
    ]


def reference_groups(candidates, order, tag_thr, most):
    """Match candidates to people by tag, keypoint by keypoint."""
    people, tags_of = {}, {}
    for k in order:
        found = candidates[k]
        if not found:
            continue
        keys = list(people)[:most]
        new = list(range(len(found)))
        if keys:
            means = [np.mean(tags_of[key], axis=0) for key in keys]
            distance = np.array(
                [
                    [
                        np.sqrt(((c[3] - m).astype(float) ** 2).sum())
                        for m in means
                    ]
                    for c in found
                ]
            )
            scores = np.array([c[2] for c in found])
            cost = np.round(distance) * 100 - scores[:, None]
            extra = max(0, len(found) - len(keys))
            cost = np.hstack((cost, np.full((len(found), extra), 1e10)))
            new = []
            for row, column in Munkres().compute(cost.tolist()):
                if column < len(keys) and distance[row, column] < tag_thr:
                    people[keys[column]][k] = found[row][:3]
                    tags_of[keys[column]].append(found[row][3])
                else:
                    new.append(row)
        for row in new:
            key = found[row][3][0]
            people.setdefault(key, np.zeros((len(candidates), 3)))
            people[key][k] = found[row][:3]
            tags_of[key] = [found[row][3]]
    return list(people.values())


def reference_offset(heatmap, x, y):
    """Move a cell index to a position."""
    h, w = heatmap.shape
    right, left = heatmap[y, min(x + 1, w - 1)], heatmap[y, max(x - 1, 0)]
    below, above = heatmap[min(y + 1, h - 1), x], heatmap[max(y - 1, 0), x]
    return (
        x + 0.5 + (0.25 if right > left else -0.25),
        y + 0.5 + (0.25 if below > above else -0.25),
    )


def reference_decode(
    heatmaps,
    tags,
    order=None,
    kernel=5,
    most=30,
    score_thr=0.1,
    tag_thr=1.0,
    fill=True,
):
    """Find people in (K, h, w) and (L, K, h, w) with the official steps.

    Returns keypoints (N, K, 2), scores (N, K) and instance scores (N,).
    """
    k = len(heatmaps)
    candidates = [
        [
            c
            for c in _reference_candidates(
                heatmaps[i], tags[:, i], kernel, most
            )
            if c[2] > score_thr
        ]
        for i in range(k)
    ]
    people = reference_groups(candidates, order or range(k), tag_thr, most)
    instance_scores = [float(p[:, 2].mean()) for p in people]
    for person in people:
        own = [
            tags[:, i, int(person[i, 1]), int(person[i, 0])]
            for i in range(k)
            if person[i, 2] > 0
        ]
        mean = np.mean(own, axis=0)
        for i in range(k):
            x, y, value = int(person[i, 0]), int(person[i, 1]), person[i, 2]
            if value == 0 and fill:
                square = ((tags[:, i] - mean[:, None, None]) ** 2).sum(0)
                fit = heatmaps[i] - np.round(square**0.5)
                y, x = np.unravel_index(np.argmax(fit), fit.shape)
                value = heatmaps[i, y, x]
            if value > 0:
                person[i] = *reference_offset(heatmaps[i], x, y), value
    people = np.array(people).reshape(-1, k, 3)
    return people[..., :2], people[..., 2], np.array(instance_scores)


def _enlarge(channel, shape):
    return F.interpolate(
        channel[None, None], shape, mode='bilinear', align_corners=False
    )[0, 0]


def reference_aggregate(
    outputs,
    scales,
    shape,
    swap,
    heatmap_levels=None,
    shared=False,
    shift=0,
):
    """Merge outputs[scale][flip][level] channel by channel to ``shape``.

    Maps that were mirrored back move left by ``shift`` cells of the last
    level.
    """
    batch, k = outputs[0][0][0][0].shape[:2]
    heatmaps = torch.zeros(batch, k, *shape)
    tags = [[] for _ in range(batch)]
    for scale, flips in zip(scales, outputs):
        last = flips[0][-1][0].shape[-2:]
        for mirrored, levels in enumerate(flips):
            for b in range(batch):
                for i, (heat, tag) in enumerate(levels):
                    if heatmap_levels is None or i in heatmap_levels:
                        number = len(heatmap_levels or levels)
                        for c in range(k):
                            source = swap[c] if mirrored else c
                            map_ = _enlarge(heat[b, source], last)
                            map_ = _mirror(map_, shift) if mirrored else map_
                            heatmaps[b, c] += _enlarge(map_, shape) / (
                                number * len(flips) * len(scales)
                            )
                    if tag is None or scale != 1:
                        continue
                    for c in range(tag.shape[1]):
                        source = c
                        if mirrored and not shared:
                            source = c // k * k + swap[c % k]
                        map_ = _enlarge(tag[b, source], last)
                        map_ = _mirror(map_, shift) if mirrored else map_
                        tags[b].append(_enlarge(map_, shape))
    return heatmaps, torch.stack([torch.stack(t) for t in tags])


def _mirror(map_, shift):
    """Mirror a map back, column by column."""
    columns = []
    for left in range(map_.shape[-1] - 1, -1, -1):
        a, b = map_[:, left], map_[:, max(left - 1, 0)]
        columns.append((1 - shift) * a + shift * b)
    return torch.stack(columns, dim=-1)


def assert_people(ours, theirs, tolerance):
    """Compare what a decoder finds, as `People` or as its first fields."""
    names = ('keypoints', 'keypoint_scores', 'scores', 'found', 'tags')
    for name, a, b in zip(names, ours, theirs):
        assert a.dtype == (bool if name == 'found' else np.float32)
        assert a.shape == b.shape
        np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def write_json(path, content):
    """Write JSON and return the path as text."""
    path.write_text(json.dumps(content))
    return str(path)
