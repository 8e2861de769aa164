"""AP of a run by size and crowding, also on resampled images.

A resample is the same for every run: run r of the bootstrap draws the same
images for all of them. So the scores of two runs on resample r can be
subtracted, also when the runs lie weeks apart.

Note:
    - I: images, D: predictions, T: thresholds of OKS
"""

from __future__ import annotations

import base64
import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from higherhrnet_plugin.analysis.coco_scores import CocoEvaluation, Matches
from higherhrnet_plugin.analysis.crowding import crowd_index
from higherhrnet_plugin.structures.annotated_people import annotated_people

RESAMPLES = 1000
# by the root of the area that is seen, in pixels of the image
SIDES = {
    'below 12 px': (0, 12),
    '12 to 24 px': (12, 24),
    '24 to 48 px': (24, 48),
    '48 px and above': (48, 1e5),
}
# by the crowd index of the image
CROWDING = {
    'loose': (0, 0.5),
    'crowded': (0.5, 1),
    'dense': (1, np.inf),
}
RECALLS = np.linspace(0, 1, 101)
# steps of what is stored of a resample
STEP = 1e-4


def average_precision(matches: Matches, weights: np.ndarray) -> float:
    """Compute COCO's AP with every image counted so many times.

    Args:
        matches (Matches): What predictions count for.
        weights (np.ndarray): (I,), how often each image counts.

    Returns:
        float: in [0, 1]; nan if nobody is annotated on these images.
    """
    people = weights @ matches.people
    if not people:
        return float('nan')
    often = weights[matches.images]
    total = 0.0
    for right, counts in zip(matches.right, matches.counts):
        found = np.cumsum(often * (right & counts))
        wrong = np.cumsum(often * (~right & counts))
        precision = found / (found + wrong + np.spacing(1))
        # the best precision at this recall or above
        best = np.maximum.accumulate(precision[::-1])[::-1]
        place = np.searchsorted(found / people, RECALLS)
        total += best[place[place < len(best)]].sum()
    return total / (len(RECALLS) * len(matches.right))


def resample_weights(images: int, resamples: int = RESAMPLES) -> np.ndarray:
    """Draw images with replacement, the same ones every time.

    Args:
        images (int): I.
        resamples (int): How often. Defaults to ``RESAMPLES``.

    Returns:
        np.ndarray: int (resamples, I), how often each image was drawn.
    """
    rng = np.random.default_rng(0)
    return rng.multinomial(images, np.full(images, 1 / images), resamples)


def crowding_of(content: Mapping[str, Any]) -> np.ndarray:
    """Compute the crowd index of every image.

    Args:
        content (Mapping): Of a COCO file.

    Returns:
        np.ndarray: float (I,), images sorted by id.
    """
    people = defaultdict(list)
    for annotation in content['annotations']:
        people[annotation['image_id']].append(annotation)
    found = []
    for image in sorted(image['id'] for image in content['images']):
        truth = annotated_people(people[image], 17, True)
        kept = ~truth.crowd
        found.append(
            crowd_index(
                truth.keypoints[kept],
                truth.labelled[kept],
                truth.boxes[kept],
            )
        )
    return np.array(found)


def score_run(
    content: Mapping[str, Any],
    predictions: Sequence[Mapping[str, Any]],
    sigmas: Sequence[float],
    resamples: int = RESAMPLES,
) -> dict[str, dict[str, Any]]:
    """Score the predictions of a run.

    Args:
        content (Mapping): Of the annotation file.
        predictions (Sequence[Mapping]): COCO results.
        sigmas (Sequence[float]): Tolerances of the keypoints.
        resamples (int): Of the bootstrap. Defaults to ``RESAMPLES``.

    Returns:
        dict: by 'all', the names of ``SIDES`` and those of ``CROWDING``:
        ``ap`` in [0, 1], ``people`` and ``images`` that it is of, and
        ``resampled``, see :func:`unpack`.
    """
    areas = {name: (a**2, b**2) for name, (a, b) in SIDES.items()}
    coco = CocoEvaluation(
        content,
        predictions,
        sigmas,
        sizes={'all': (0.0, 1e10), **areas},
    )
    crowding = crowding_of(content)
    everywhere = np.ones(len(crowding), int)
    parts = {n: (coco.matches(n), everywhere) for n in ('all', *SIDES)}
    for name, (low, high) in CROWDING.items():
        inside = (crowding >= low) & (crowding < high)
        parts[name] = parts['all'][0], inside.astype(int)
    draws = resample_weights(len(crowding), resamples)
    scores = {}
    for name, (matches, inside) in parts.items():
        relevant = _relevant(matches, inside)
        scores[name] = {
            'ap': average_precision(relevant, inside),
            'people': int(inside @ matches.people),
            'images': int(inside.sum()),
            'resampled': pack(
                [average_precision(relevant, inside * w) for w in draws]
            ),
        }
    return scores


def _relevant(matches: Matches, inside: np.ndarray) -> Matches:
    """Leave out predictions that count nowhere, or on none of the images."""
    kept = matches.counts.any(axis=0) & (inside[matches.images] > 0)
    return matches._replace(
        images=matches.images[kept],
        right=matches.right[:, kept],
        counts=matches.counts[:, kept],
    )


def pack(values: Sequence[float]) -> str:
    """Write values in [0, 1] as a short text, in steps of 0.0001."""
    steps = np.rint(np.nan_to_num(np.asarray(values)) / STEP).astype('<u2')
    return base64.b85encode(zlib.compress(steps.tobytes(), 9)).decode()


def unpack(text: str) -> np.ndarray:
    """Read what :func:`pack` wrote, float64 (resamples,)."""
    raw = zlib.decompress(base64.b85decode(text))
    return np.frombuffer(raw, '<u2') * STEP
