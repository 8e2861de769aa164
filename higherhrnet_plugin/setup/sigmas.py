"""Tolerances of OKS, from people who were labelled twice.

Note:
    - K: keypoints
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from ..structures.metainfo import ordered_names, parse_metainfo
from .choice import Choice

# Of mmpose's descriptions, those of data sets with published sigmas.
PUBLISHED = ('coco', 'crowdpose')
DEFAULT = 0.05
# People labelled twice from whom a keypoint gets a sigma of its own.
ENOUGH = 10
# Two annotations of one image are one person if their keypoints lie so near
# on average, as a share of the root of the area, and so many are compared, or
# both of two. One keypoint alone tells nothing.
_NEAR, _COMPARED = 0.15, 3
# Between an eye and a hip of COCO, and somewhat beyond.
_LEAST, _MOST = 0.01, 0.15


def choose_sigmas(
    keypoints: Sequence[str], content: Mapping[str, Any]
) -> Choice:
    """Choose how far labels of one point scatter.

    Args:
        keypoints (Sequence[str]): K names.
        content (Mapping): Repaired content of the annotation file.

    Returns:
        Choice: list of K sigmas, relative to the root of the area.
    """
    k = len(keypoints)
    for name in PUBLISHED:
        file = f'configs/_base_/datasets/{name}.py'
        known = parse_metainfo({'from_file': file})
        if ordered_names(known) == tuple(keypoints):
            sigmas = [round(float(s), 4) for s in known['sigmas']]
            return Choice('sigmas', sigmas, f'published with {name}')
    offsets = list(repeated_labels(content))
    if len(offsets) < ENOUGH:
        return Choice(
            'sigmas',
            [DEFAULT] * k,
            f'{len(offsets)} people are labelled twice, {ENOUGH} would tell '
            f'how labels scatter; COCO has 0.025 (eye) to 0.107 (hip)',
        )
    return Choice(
        'sigmas',
        measure_sigmas(np.array(offsets)),
        f'measured on {len(offsets)} people who are labelled twice',
    )


def measure_sigmas(offsets: np.ndarray) -> list[float]:
    """Measure the scatter of labels.

    Each of two labels is off by sigma, so that the square of their distance
    is twice that of one label to the true place. COCO defines sigma by the
    latter: the root of the mean square, relative to the root of the area.

    Args:
        offsets (np.ndarray): float (N, K), distances of two labels of one
            keypoint, relative to the root of the area; NaN where one of the
            two is missing.

    Returns:
        list[float]: K sigmas; those of keypoints with less than ten pairs are
        those of all together.
    """
    squares = np.square(offsets) / 2
    counts = np.isfinite(squares).sum(axis=0)
    together = np.nanmean(squares)
    means = np.where(
        counts >= ENOUGH,
        np.nansum(squares, axis=0) / np.maximum(counts, 1),
        together,
    )
    sigmas = np.sqrt(means).clip(_LEAST, _MOST)
    return [round(float(sigma), 4) for sigma in sigmas]


def repeated_labels(content: Mapping[str, Any]) -> Iterator[np.ndarray]:
    """Find people who are annotated twice on their image.

    Args:
        content (Mapping): Repaired content of the annotation file.

    Yields:
        np.ndarray: float (K,) for each, as for :func:`measure_sigmas`.
    """
    images = defaultdict(list)
    for a in content.get('annotations', ()):
        if a['num_keypoints'] > 0 and not a['iscrowd']:
            points = np.reshape(a['keypoints'], (-1, 3)).astype(float)
            points[points[:, 2] <= 0] = np.nan
            images[a['image_id']].append((points[:, :2], a['area']))
    for people in images.values():
        for (one, area), (other, other_area) in combinations(people, 2):
            size = np.sqrt((area + other_area) / 2)
            distances = np.hypot(*(one - other).T) / max(size, 1e-6)
            known = np.isfinite(distances)
            enough = min(_COMPARED, max(2, len(distances)))
            if known.sum() >= enough and np.mean(distances[known]) < _NEAR:
                yield distances
